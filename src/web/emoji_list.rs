//! The list of emoji for pickers and for completion, under two addresses: one with the version of the static files, which
//! browsers keep for a year, and one of the API, which is asked for each time.

use actix_web::http::header::{CACHE_CONTROL, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use emojis::{Emoji, Group};
use sha2::{Digest, Sha256};

use super::methods::read;
use super::static_files::{ASK_FIRST, FOR_EVER, asset_prefix, hex};

/// The name of the file.
pub const FILE: &str = "emoji.json";

/// The list as it goes out. One for each thread.
pub struct EmojiList {
    json: Bytes,
    tag: EntityTag,
    /// What stands before it under the address that never changes.
    prefix: String,
}

impl EmojiList {
    fn new() -> Self {
        let json = json();
        let tag = EntityTag::new_strong(hex(&Sha256::digest(&json), 16));
        Self { json: json.into(), tag, prefix: asset_prefix() }
    }
}

/// The list, and its address among the static files. The one of the API is in the table of the API.
pub fn configure(config: &mut ServiceConfig) {
    let kept = web::resource(format!("/static/{{version}}/{FILE}")).route(read().to(keep));
    config.app_data(Data::new(EmojiList::new())).service(kept);
}

/// Every emoji but for its skin tones, in the order of Unicode, as `[emoji, name, short codes, group, has skin tones]`.
/// Names of groups are the page's business.
#[must_use]
pub fn json() -> String {
    let entries: Vec<_> = emojis::iter().map(entry).collect();
    serde_json::to_string(&entries).expect("strings and numbers")
}

fn entry(emoji: &'static Emoji) -> (&'static str, &'static str, String, usize, u8) {
    let codes = emoji.shortcodes().collect::<Vec<_>>().join(" ");
    let group = Group::iter().position(|group| group == emoji.group()).unwrap_or_default();
    (emoji.as_str(), emoji.name(), codes, group, u8::from(emoji.skin_tones().is_some()))
}

/// GET `/static/{version}/emoji.json`
async fn keep(request: HttpRequest, list: Data<EmojiList>, version: web::Path<String>) -> HttpResponse {
    // A debug build has one version for ever.
    let is_current = !cfg!(debug_assertions) && list.prefix.ends_with(&format!("/{version}"));
    answer(&request, &list, if is_current { FOR_EVER } else { ASK_FIRST })
}

/// GET `/api/v1/emoji`
pub async fn show(request: HttpRequest, list: Data<EmojiList>) -> HttpResponse {
    answer(&request, &list, ASK_FIRST)
}

fn answer(request: &HttpRequest, list: &EmojiList, caching: &str) -> HttpResponse {
    let is_known = IfNoneMatch::parse(request).is_ok_and(|known| match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|tag| tag.weak_eq(&list.tag)),
    });
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((CACHE_CONTROL, caching)).insert_header(ETag(list.tag.clone()));
    if is_known {
        return answer.finish();
    }
    answer.content_type("application/json; charset=utf-8").body(list.json.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn every_emoji_is_there_once_with_its_name() {
        let list: Vec<(String, String, String, u64, u8)> = serde_json::from_str(&super::json()).unwrap();
        assert!(list.len() > 1_800);
        assert!(list.iter().all(|(emoji, name, ..)| !emoji.is_empty() && !name.is_empty()));
        let value: Value = serde_json::from_str(&super::json()).unwrap();
        assert_eq!(value[0], serde_json::json!(["😀", "grinning face", "grinning", 0, 0]));
        let thumb = list.iter().find(|(emoji, ..)| emoji == "👍").unwrap();
        assert_eq!((thumb.2.as_str(), thumb.3, thumb.4), ("+1 thumbsup", 1, 1));
    }
}
