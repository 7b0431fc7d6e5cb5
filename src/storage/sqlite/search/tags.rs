//! Tags: words that stand beside the text of a message in the index. Users' own words never meet them, because those are
//! looked for in the other column.

use sha2::{Digest, Sha256};

use crate::domain::ids::{RoomId, UserId};
use crate::domain::name::NameKey;
use crate::domain::search::Marks;

/// `r5`
pub(super) fn of_room(room: RoomId) -> String {
    format!("r{}", room.0)
}

/// `a` and the id. As long as it is, each is kept once in every part of the index.
pub(super) fn of_author(author: UserId) -> String {
    format!("a{}", author.0.simple())
}

/// `g` and half a hash of the name: a guest has another id at each visit.
pub(super) fn of_guest(name: &NameKey) -> String {
    let hash = Sha256::digest(name.as_str().as_bytes());
    hash.iter().take(8).fold(String::from("g"), |tag, byte| tag + &format!("{byte:02x}"))
}

/// The tags of what a message has.
pub(super) fn of_marks(marks: Marks) -> impl Iterator<Item = &'static str> {
    let all = [(marks.link, "hl"), (marks.code, "hc"), (marks.reaction, "hr"), (marks.pinned, "ip")];
    all.into_iter().filter_map(|(is_there, tag)| is_there.then_some(tag))
}
