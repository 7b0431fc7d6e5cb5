//! Lists with cursors. A cursor says after which entry to go on, so that entries that come and go in between do not
//! move the others; what is in it is nobody's business.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::number;
use super::openapi::texts;
use crate::domain::clock::Timestamp;
use crate::protocol::error_code::Problem;

const LIMIT_MAX: usize = 200;
const LIMIT_DEFAULT: usize = 50;

/// The query of every list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    #[param(value_type = Option<texts::Cursor>)]
    cursor: Option<String>,
}

/// The part of a list that was asked for.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct List<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next part; `null` at the end.
    pub next: Option<String>,
}

/// Which part of a list is wanted.
pub struct Part {
    /// At most this many entries.
    pub limit: usize,
    /// Only those whose key comes after this one.
    pub after: Option<String>,
}

impl ListQuery {
    /// Checks what was asked for.
    ///
    /// # Errors
    /// When the limit is out of range or the cursor is none of ours.
    pub fn part(&self) -> Result<Part, Problem> {
        let limit = match number("limit", self.limit.as_deref())?.map(usize::try_from) {
            None => LIMIT_DEFAULT,
            Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => limit,
            Some(_) => return Err(Problem::field("limit", format!("`limit` must be 1 to {LIMIT_MAX}"))),
        };
        let after = self.cursor.as_deref().map(read_cursor).transpose()?;
        Ok(Part { limit, after })
    }
}

impl<T> List<T> {
    /// Cuts a part out of a list that is in memory whole. `key` is unique, and the list is in its order.
    pub fn cut(mut all: Vec<T>, part: &Part, key: impl Fn(&T) -> String) -> Self {
        all.sort_by_cached_key(&key);
        if let Some(after) = &part.after {
            let first = all.partition_point(|item| key(item) <= *after);
            all.drain(..first);
        }
        Self::from_surplus(all, part, key)
    }

    /// The part, from its entries and at least one more if there are more.
    pub fn from_surplus(mut items: Vec<T>, part: &Part, key: impl Fn(&T) -> String) -> Self {
        let more = items.len() > part.limit;
        items.truncate(part.limit);
        let next = items.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(key(last)));
        Self { items, next }
    }

    /// The same list with other entries.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> List<U> {
        List { items: self.items.into_iter().map(show).collect(), next: self.next }
    }
}

/// A key that sorts the newest first.
#[must_use]
pub fn newest_first(at: Timestamp, id: &str) -> String {
    format!("{:020}.{id}", i64::MAX - at.0.max(0))
}

/// A JSON answer. What the API tells is about one person at one moment: nobody keeps a copy.
pub fn json(mut answer: HttpResponseBuilder, body: impl Serialize) -> HttpResponse {
    answer.insert_header((CACHE_CONTROL, "no-store")).json(body)
}

fn read_cursor(text: &str) -> Result<String, Problem> {
    let refused =
        |_| Problem::field("cursor", "`cursor` must be the `next` of the answer before; leave it out to start");
    // A cursor names a place between entries. Any text is one: nothing has to be there.
    URL_SAFE_NO_PAD.decode(text).map(|key| String::from_utf8_lossy(&key).into_owned()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(limit: Option<&str>, cursor: Option<&str>) -> ListQuery {
        ListQuery { limit: limit.map(str::to_owned), cursor: cursor.map(str::to_owned) }
    }

    fn cut(limit: &str, cursor: Option<&str>) -> List<&'static str> {
        let part = query(Some(limit), cursor).part().unwrap();
        List::cut(vec!["c", "a", "d", "b"], &part, |item| (*item).to_owned())
    }

    #[test]
    fn following_the_cursors_gives_every_entry_once() {
        let first = cut("3", None);
        assert_eq!(first.items, ["a", "b", "c"]);

        let second = cut("3", first.next.as_deref());
        assert_eq!(second, List { items: vec!["d"], next: None });
        assert_eq!(cut("4", None).next, None);
    }

    #[test]
    fn a_bad_limit_or_cursor_is_named() {
        for (limit, cursor, field) in
            [(Some("0"), None, "limit"), (Some("201"), None, "limit"), (None, Some("!"), "cursor")]
        {
            assert_eq!(query(limit, cursor).part().err().unwrap().field, Some(field));
        }
    }

    #[test]
    fn the_newest_comes_first() {
        assert!(newest_first(Timestamp(2), "a") < newest_first(Timestamp(1), "a"));
    }
}
