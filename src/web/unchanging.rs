//! Answers that stay the same as long as the program does: whoever has one already is told so.

use actix_web::http::header::{CACHE_CONTROL, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use super::static_files::hex;

/// A body with the tag that stands for it.
pub struct Unchanging {
    json: Bytes,
    tag: EntityTag,
}

impl Unchanging {
    /// A piece of JSON.
    #[must_use]
    pub fn json(json: String) -> Self {
        let tag = EntityTag::new_strong(hex(&Sha256::digest(&json), 16));
        Self { json: json.into(), tag }
    }

    /// The body; 304 for whoever has it (RFC 9110, section 13.1.2). `caching` says how long it is kept without asking.
    #[must_use]
    pub fn answer(&self, request: &HttpRequest, caching: &str) -> HttpResponse {
        let is_known = IfNoneMatch::parse(request).is_ok_and(|known| match known {
            IfNoneMatch::Any => true,
            IfNoneMatch::Items(tags) => tags.iter().any(|tag| tag.weak_eq(&self.tag)),
        });
        let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        answer.insert_header((CACHE_CONTROL, caching)).insert_header(ETag(self.tag.clone()));
        if is_known {
            return answer.finish();
        }
        answer.content_type("application/json; charset=utf-8").body(self.json.clone())
    }
}
