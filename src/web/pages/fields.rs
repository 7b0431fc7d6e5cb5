//! The body of a form: small, and read strictly, so that a text arrives as it was typed or not at all.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use secrecy::SecretString;

use super::errors;
use crate::domain::limits::BODY_BYTES;
use crate::protocol::error_code::{ErrorCode, Problem};

const FORM: &str = "application/x-www-form-urlencoded";

/// Fields by name, from a form or from the query of an address. No `Debug`: there may be a password among them.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `a=b&c=d` (URL Standard, section 5.1); `None` when it is not UTF-8 or wrongly escaped.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let pairs = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        let fields = pairs.map(|pair| {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            Some((decode(name)?, decode(value)?))
        });
        fields.collect::<Option<Vec<_>>>().map(Self)
    }

    /// The query of an address; one that cannot be read counts as none.
    pub fn of_query(request: &HttpRequest) -> Self {
        Self::parse(request.query_string().as_bytes()).unwrap_or(Self(Vec::new()))
    }

    /// The first field of this name, or nothing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Every field of this name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect()
    }

    /// A field that is never shown again.
    pub fn secret(&self, name: &str) -> SecretString {
        SecretString::from(self.get(name))
    }
}

fn decode(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(*rest.next()?)? * 16 + hex(*rest.next()?)?,
            byte => *byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl FromRequest for Fields {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Payload::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let (status, problem) = match read(&request, body.await?).await {
                Ok(fields) => return Ok(fields),
                Err(refused) => refused,
            };
            let response = errors::error_page(&request, status, &problem).await;
            Err(InternalError::from_response(problem, response).into())
        })
    }
}

/// The fields, or the status and the problem of a refusal.
async fn read(request: &HttpRequest, body: web::Payload) -> Result<Fields, (StatusCode, Problem)> {
    let bad = |words: &str| (StatusCode::BAD_REQUEST, Problem::new(ErrorCode::BadRequest, words));
    let too_large = || {
        let words = format!("a form may have {} KiB; send less at once", BODY_BYTES / 1024);
        (StatusCode::PAYLOAD_TOO_LARGE, Problem::new(ErrorCode::TooLarge, words))
    };
    // Whoever announces too much is told before it comes.
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: u64| bytes > BODY_BYTES as u64) {
        return Err(too_large());
    }
    let body = match body.to_bytes_limited(BODY_BYTES).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Err(bad("the form did not arrive whole; send it again")),
        Err(_) => return Err(too_large()),
    };
    if !body.is_empty() && !request.content_type().eq_ignore_ascii_case(FORM) {
        let words = format!("a form is sent as {FORM}; for JSON there is /api/v1");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, Problem::new(ErrorCode::BadRequest, words)));
    }
    Fields::parse(&body).ok_or_else(|| bad("the form is not good UTF-8; send it again as UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_arrive_as_typed() {
        let fields = Fields::parse(b"text=a+b%0D%0A%C3%A9&empty=&bare&text=second&%6eext=/x").expect("good");
        assert_eq!(fields.get("text"), "a b\r\né");
        assert_eq!((fields.get("empty"), fields.get("bare"), fields.get("missing")), ("", "", ""));
        assert_eq!(fields.get("next"), "/x");
    }

    #[test]
    fn what_is_not_utf_8_or_wrongly_escaped_is_no_form() {
        for bad in [&b"a=%FF"[..], b"a=%", b"a=%4", b"a=%zz", b"a=\xff", b"%C3=1"] {
            assert!(Fields::parse(bad).is_none(), "{bad:?}");
        }
        assert!(Fields::parse(b"").is_some());
    }
}
