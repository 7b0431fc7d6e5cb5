//! What all endpoints have in common, added to what stands beside each of them: how one says who one is, the parameters of
//! paths, the key of a POST, and every refusal with its status, its codes and its headers.

use serde_json::{Map, Value, json};
use utoipa::PartialSchema;

use super::BASE;
use super::texts::{KnownRoom, KnownUser, Number, OneEmoji};
use crate::auth::cookie::{GUEST, SESSION};
use crate::domain::limits::{BODY_BYTES, NONCE_BYTES};
use crate::web::api::problem;

/// What is open to everybody: it does not ask who somebody is.
const OPEN: [&str; 4] = ["/guests", "/emoji", "/login", "/login/code"];
/// Above the list of endpoints.
const ABOUT: &str = "JSON in and out. Times are RFC 3339 in UTC with milliseconds, ids of people are UUIDs, numbers are whole and \
    below 2^53. Unknown fields and unknown keys of a query are refused. Every refusal is a problem document (RFC 9457) \
    with a stable `code`. A method that an address does not have is answered with 405 and the header `Allow`; HEAD is \
    answered wherever GET is. Rooms that the caller may not see are not there: the answer is 404.";

/// Statuses of refusals: the code that the document carries, and what they mean.
const REFUSALS: [(u16, &str, &str); 10] = [
    (400, "bad_request", "It was not understood; `field` names what is to blame."),
    (401, "unauthorized", "Nobody is logged in, or the login has ended."),
    (403, "forbidden", "Logged in, but not allowed."),
    (404, "not_found", "Not there, or not to be seen."),
    (408, "bad_request", "The body took too long to arrive."),
    (409, "conflict", "It clashes with what is there, or the idempotency key was used for something else."),
    (413, "too_large", "Over a limit of size."),
    (415, "bad_request", "The body is not `application/json`."),
    (429, "rate_limited", "Too many in too short a time."),
    (503, "unavailable", "The server cannot do it just now; nothing was stored."),
];

/// The whole document, from what stands beside the handlers.
#[must_use]
pub fn complete(mut described: Value) -> Value {
    let mut paths = Map::new();
    for (path, item) in described["paths"].as_object().into_iter().flatten() {
        let mut methods = Map::new();
        for (method, operation) in item.as_object().into_iter().flatten() {
            methods.insert(method.clone(), operation_of(method, path, operation.clone()));
        }
        if let Some(get) = methods.get("get") {
            methods.insert("head".to_owned(), head_of(get));
        }
        if path.contains('{') {
            methods.insert("parameters".to_owned(), parameters_of(path));
        }
        paths.insert(format!("{BASE}{path}"), Value::Object(methods));
    }
    let mut components = described["components"].take();
    components["responses"] = REFUSALS.into_iter().map(|(status, code, about)| refusal(status, code, about)).collect();
    components["securitySchemes"] = json!({
        "token": {
            "type": "http", "scheme": "bearer",
            "description": "A token from `/settings`, from `POST /api/v1/tokens`, or of a guest from `POST /api/v1/guests`.",
        },
        "session": { "type": "apiKey", "in": "cookie", "name": SESSION, "description": "A browser that is logged in." },
        "guest": { "type": "apiKey", "in": "cookie", "name": GUEST, "description": "A browser of a guest." },
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Parlor", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }, { "session": [] }, { "guest": [] }],
        "paths": paths,
        "components": components,
    })
}

/// One endpoint with what it shares with the others.
fn operation_of(method: &str, path: &str, mut operation: Value) -> Value {
    let (module, verb) = (text(&operation["tags"][0]), text(&operation["operationId"]));
    operation["operationId"] = format!("{}_{verb}", module.replace("::", "_")).into();
    operation["tags"] = json!([path.split('/').nth(1).unwrap_or_default()]);
    let is_open = OPEN.contains(&path);
    if is_open {
        operation["security"] = json!([]);
    }
    // A body that may be left out is described as what it is when it is there.
    if let Some(schema) = operation.pointer_mut("/requestBody/content/application~1json/schema")
        && let Some(what) =
            schema["oneOf"].as_array().and_then(|kinds| kinds.iter().find(|kind| kind["type"] != "null"))
    {
        *schema = what.clone();
    }
    let has_body = operation.get("requestBody").is_some();
    if method == "post" {
        let key = json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "A request with the same key is carried out once, and answered as the first.",
            "schema": { "type": "string", "pattern": format!("^[!-~]{{1,{NONCE_BYTES}}}$") },
        });
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(key),
            None => operation["parameters"] = json!([key]),
        }
    }
    for (status, ..) in REFUSALS {
        let happens = match status {
            401 => !is_open || method == "post",
            404 => path.contains('{'),
            408 | 415 => has_body,
            409 => method == "post",
            413 => has_body || method == "post",
            _ => true,
        };
        if happens || operation["responses"].get(status.to_string()).is_some() {
            operation["responses"][status.to_string()] = json!({ "$ref": format!("#/components/responses/{status}") });
        }
    }
    for (status, answer) in operation["responses"].as_object_mut().into_iter().flatten() {
        if answer.get("$ref").is_none() && text(&answer["description"]).is_empty() {
            answer["description"] = about_success(status).into();
        }
    }
    operation
}

fn about_success(status: &str) -> &'static str {
    match status {
        "201" => "Made.",
        "204" => "Done; there is nothing to say.",
        "304" => "As it was.",
        _ => "Done.",
    }
}

/// The same request without the body of its answer (RFC 9110, section 9.3.2).
fn head_of(get: &Value) -> Value {
    let mut head = get.clone();
    head["operationId"] = format!("{}_head", text(&get["operationId"])).into();
    head["summary"] = "The headers of GET, without its body.".into();
    for (status, answer) in head["responses"].as_object_mut().into_iter().flatten() {
        *answer = json!({ "description": format!("{status} as with GET.") });
    }
    head
}

/// The parameters of a path, which mean the same wherever they stand.
fn parameters_of(path: &str) -> Value {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let schema = match name {
                "room" => schema_of::<KnownRoom>(),
                "user" => schema_of::<KnownUser>(),
                "seq" => schema_of::<Number>(),
                "emoji" => schema_of::<OneEmoji>(),
                "id" if ["/admin/bans", "/admin/reports"].iter().any(|list| path.starts_with(list)) => {
                    json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX })
                }
                "session" => json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }),
                "id" if path.starts_with("/admin/sessions") => {
                    json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX })
                }
                _ => json!({ "type": "string", "minLength": 1 }),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

fn schema_of<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).expect("a schema is JSON")
}

/// A refusal, as all endpoints give it.
fn refusal(status: u16, code: &str, about: &str) -> (String, Value) {
    let mut answer = json!({
        "description": about,
        "content": { problem::CONTENT_TYPE: { "schema": { "allOf": [
            { "$ref": "#/components/schemas/Problem" },
            { "type": "object", "properties": { "status": { "const": status }, "code": { "const": code } } },
        ] } } },
    });
    let seconds = json!({ "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 1 } });
    match status {
        401 => {
            let schema = json!({ "type": "string", "const": "Bearer" });
            answer["headers"] = json!({ "WWW-Authenticate": { "schema": schema, "required": true } });
        }
        413 => answer["description"] = format!("{about} A body may have {} KiB.", BODY_BYTES / 1024).into(),
        409 | 429 | 503 => answer["headers"] = json!({ "Retry-After": seconds }),
        _ => {}
    }
    (status.to_string(), answer)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::error_code::ErrorCode;

    #[test]
    fn every_code_there_is_stands_among_the_refusals() {
        for code in ErrorCode::ALL {
            assert!(REFUSALS.iter().any(|row| (row.0, row.1) == (code.status(), code.as_str())), "{code:?}");
        }
    }
}
