//! The list of emoji for pickers and for completion, under two addresses: one with the version of the static files, which
//! browsers keep for a year, and one of the API, which is asked for each time.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use emojis::{Emoji, Group};

use super::api::openapi::texts::EmojiRow;
use super::methods::read;
use super::static_files::{ASK_FIRST, FOR_EVER, asset_prefix};
use super::unchanging::Unchanging;

/// The name of the file.
pub const FILE: &str = "emoji.json";

/// The list as it goes out. One for each thread.
pub struct EmojiList {
    list: Unchanging,
    /// What stands before it under the address that never changes.
    prefix: String,
}

impl EmojiList {
    fn new() -> Self {
        Self { list: Unchanging::json(json()), prefix: asset_prefix() }
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
    list.list.answer(&request, if is_current { FOR_EVER } else { ASK_FIRST })
}

/// Every emoji as its sign, its name, its short codes, the number of its group, and 1 if it has skin tones.
#[utoipa::path(get, path = "/emoji", responses((status = 200, body = Vec<EmojiRow>), (status = 304)))]
pub async fn show(request: HttpRequest, list: Data<EmojiList>) -> HttpResponse {
    list.list.answer(&request, ASK_FIRST)
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
