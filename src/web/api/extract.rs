//! How bodies, queries and paths are read, and what is said about bad ones.

use std::fmt;
use std::marker::PhantomData;

use actix_web::error::{Error, JsonPayloadError, PathError, PayloadError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::web::{self, FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest};
use derive_more::Deref;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Unexpected, Visitor};
use serde_json::error::Category;

use super::problem::ApiError;
use crate::domain::limits::BODY_BYTES;
use crate::domain::name::RoomName;
use crate::protocol::error_code::{ErrorCode, Problem};

/// The largest number JavaScript counts exactly up to; the limit of the other doors.
const MAX_NUMBER: u64 = 1 << 53;

/// The body of a request: a JSON object.
pub type Body<T> = web::Json<Object<T>>;

/// What was read from an object. A type that is derived reads an array as well, field after field, which nobody means.
#[derive(Debug, Deref)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

/// A whole number from 0 on. JSON knows one kind of number: 3.0 is 3 (RFC 8259, section 6; JSON Schema 2020-12, section 6.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole(pub u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 0 on")
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Whole, E> {
                Ok(Whole(number))
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Whole, E> {
                #[expect(clippy::cast_precision_loss, reason = "two to the 53 is exact")]
                let is_whole = number.fract() == 0.0 && (0.0..MAX_NUMBER as f64).contains(&number);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was looked at before")]
                let digits = number as u64;
                if is_whole { Ok(Whole(digits)) } else { Err(E::invalid_value(Unexpected::Float(number), &self)) }
            }
        }

        deserializer.deserialize_u64(Digits)
    }
}

/// Puts the rules in force for everything under this configuration.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.app_data(PayloadConfig::new(BODY_BYTES))
        .app_data(FormConfig::default().limit(BODY_BYTES))
        .app_data(JsonConfig::default().limit(BODY_BYTES).error_handler(|error, _| bad_json(&error).into()))
        .app_data(QueryConfig::default().error_handler(|error, _| bad_query(&error).into()))
        .app_data(PathConfig::default().error_handler(|error, _| bad_path(&error).into()));
}

/// The body of a request that may have none: nothing and `null` are none.
///
/// # Errors
/// When it is something else than such an object in JSON.
pub fn optional<T: DeserializeOwned>(request: &HttpRequest, body: &web::Bytes) -> Result<Option<T>, ApiError> {
    if body.is_empty() {
        return Ok(None);
    }
    if request.content_type() != "application/json" {
        return Err(bad_json(&JsonPayloadError::ContentType));
    }
    let read = serde_json::from_slice::<Option<Object<T>>>(body);
    read.map(|object| object.map(|object| object.0)).map_err(|cause| bad_json(&JsonPayloadError::Deserialize(cause)))
}

/// The name of a room that is there, as it stands in a path or a body.
///
/// # Errors
/// When no room can have it: it is not there.
pub fn room_name(text: &str) -> Result<RoomName, Problem> {
    RoomName::parse_existing(text).map_err(|_| Problem::no_such_room())
}

/// A whole number of a query. Read by hand, because the error of the parser does not say which one was bad.
///
/// # Errors
/// When it is no number, or too large a one.
pub fn number(field: &'static str, text: Option<&str>) -> Result<Option<u64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && *number < MAX_NUMBER);
    let refused = || Problem::field(field, format!("`{field}` must be a whole number from 0 to 2^53"));
    number.map(Some).ok_or_else(refused)
}

/// A number of a body or a path, within what the other doors take.
///
/// # Errors
/// When it is too large.
pub fn in_range(field: &'static str, number: u64) -> Result<u64, Problem> {
    if number < MAX_NUMBER {
        return Ok(number);
    }
    Err(Problem::field(field, format!("`{field}` must be a whole number from 0 to 2^53")))
}

/// What to say of a body that could not be read whole.
#[must_use]
pub fn bad_payload(error: &Error) -> ApiError {
    if error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::new(ErrorCode::BadRequest, "the body could not be read; send it again").into()
}

fn too_large() -> ApiError {
    let message = format!("the body may have {} KiB; send less at a time", BODY_BYTES / 1024);
    Problem::new(ErrorCode::TooLarge, message).into()
}

fn bad_json(error: &JsonPayloadError) -> ApiError {
    match error {
        JsonPayloadError::OverflowKnownLength { .. }
        | JsonPayloadError::Overflow { .. }
        | JsonPayloadError::Payload(PayloadError::Overflow) => too_large(),
        JsonPayloadError::ContentType => {
            let message = "send JSON, with the header `Content-Type: application/json`";
            let problem = Problem::new(ErrorCode::BadRequest, message);
            ApiError::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, problem)
        }
        JsonPayloadError::Deserialize(cause) if cause.classify() == Category::Data => {
            blame(&format!("the body does not fit: {cause}"))
        }
        JsonPayloadError::Deserialize(cause) => {
            Problem::new(ErrorCode::BadRequest, format!("this is not JSON: {cause}")).into()
        }
        _ => Problem::new(ErrorCode::BadRequest, "the body could not be read; send it again").into(),
    }
}

fn bad_query(error: &QueryPayloadError) -> ApiError {
    match error {
        QueryPayloadError::Deserialize(cause) => blame(&format!("the query does not fit: {cause}")),
        _ => Problem::new(ErrorCode::BadRequest, "the query could not be read").into(),
    }
}

fn bad_path(error: &PathError) -> ApiError {
    match error {
        PathError::Deserialize(cause) => blame(&format!("the path does not fit: {cause}")),
        _ => Problem::new(ErrorCode::BadRequest, "the path could not be read").into(),
    }
}

/// The parser names a missing, unknown or repeated field in its message: ``missing field `name` ``.
fn blame(message: &str) -> ApiError {
    let problem = Problem::new(ErrorCode::BadRequest, message);
    let after = message.split_once(" field `").map(|(_, rest)| rest);
    match after.and_then(|rest| rest.split_once('`')) {
        Some((field, _)) => ApiError::with_field(field, problem),
        None => problem.into(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::CONTENT_TYPE;
    use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
    use actix_web::{App, web};
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        name: String,
    }

    async fn answer(request: TestRequest) -> (u16, Value) {
        let app = App::new()
            .configure(configure)
            .route("/body", web::post().to(|_: Body<Named>| async { "fine" }))
            .route("/query", web::get().to(|_: web::Query<Named>| async { "fine" }))
            .route("/path/{seq}", web::get().to(|_: web::Path<u64>| async { "fine" }));
        let answer = call_service(&init_service(app).await, request.to_request()).await;
        (answer.status().as_u16(), read_body_json(answer).await)
    }

    fn post(body: impl Into<web::Bytes>) -> TestRequest {
        TestRequest::post().uri("/body").insert_header((CONTENT_TYPE, "application/json")).set_payload(body)
    }

    #[actix_web::test]
    async fn a_missing_or_unknown_field_is_named() {
        for (body, field) in [("{}", "name"), ("{\"name\": \"a\", \"nmae\": 1}", "nmae")] {
            let (status, problem) = answer(post(body)).await;

            assert_eq!((status, &problem["code"], &problem["field"]), (400, &"bad_request".into(), &field.into()));
        }
    }

    #[actix_web::test]
    async fn what_is_not_json_is_refused() {
        let (status, problem) = answer(post("{\"name\":")).await;

        assert_eq!(status, 400);
        assert!(problem["detail"].as_str().unwrap().starts_with("this is not JSON"));
    }

    #[actix_web::test]
    async fn a_body_of_another_type_or_of_none_is_415() {
        for request in [
            TestRequest::post().uri("/body").set_payload("{\"name\": \"a\"}"),
            TestRequest::post().uri("/body").insert_header((CONTENT_TYPE, "text/plain")).set_payload("a"),
        ] {
            let (status, problem) = answer(request).await;

            assert_eq!((status, &problem["title"]), (415, &"Unsupported Media Type".into()));
        }
    }

    #[actix_web::test]
    async fn a_body_over_the_limit_is_too_large() {
        let (status, problem) = answer(post(format!("{{\"name\": \"{}\"}}", "a".repeat(BODY_BYTES)))).await;

        assert_eq!((status, &problem["code"]), (413, &"too_large".into()));
    }

    #[actix_web::test]
    async fn an_unknown_key_of_the_query_is_named() {
        let (status, problem) = answer(TestRequest::get().uri("/query?name=a&limti=5")).await;

        assert_eq!((status, &problem["field"]), (400, &"limti".into()));
    }

    #[actix_web::test]
    async fn a_path_that_does_not_fit_is_refused() {
        assert_eq!(answer(TestRequest::get().uri("/path/first")).await.0, 400);
    }

    #[test]
    fn an_array_is_no_object() {
        assert_eq!(serde_json::from_str::<Object<Named>>("{\"name\": \"a\"}").unwrap().name, "a");
        assert!(serde_json::from_str::<Named>("[\"a\"]").is_ok(), "what is kept out");
        assert!(serde_json::from_str::<Object<Named>>("[\"a\"]").unwrap_err().to_string().contains("an object"));
    }

    #[test]
    fn a_whole_number_may_have_a_point_and_nothing_behind_it() {
        for (text, number) in [("3", 3), ("3.0", 3), ("0.0", 0), ("1e3", 1000)] {
            assert_eq!(serde_json::from_str::<Whole>(text).unwrap(), Whole(number), "{text}");
        }
        for text in ["3.5", "-1", "-1.0", "1e300", "\"3\"", "null"] {
            assert!(serde_json::from_str::<Whole>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_of_a_query_are_plain_digits_below_two_to_the_53() {
        assert_eq!(number("limit", None), Ok(None));
        assert_eq!(number("limit", Some("007")), Ok(Some(7)));
        for text in ["", "-1", "+1", "1.5", "a", "9007199254740992", "99999999999999999999"] {
            assert_eq!(number("limit", Some(text)).unwrap_err().field, Some("limit"), "{text}");
        }
    }
}
