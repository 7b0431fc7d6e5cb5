//! `@name`, `@room` and `#room` in the texts of a tree: words become links, but not in links, and rooms not in headings.
//! Code is no text of the tree.

use comrak::nodes::{Node, NodeValue};

use crate::domain::mention::{Mentions, Sign, Word, everyone, words};
use crate::domain::name::RoomName;
use crate::domain::person::Author;
use crate::web::views::{escape, url};

/// Most links of one message that are made of words; more are no message but a list of names.
const LINKS: usize = 100;
/// Most words of one message that are looked up.
const LOOKED_AT: usize = 400;

/// Makes links of the words of one message.
#[derive(Debug)]
pub struct Linker<'m> {
    mentions: &'m Mentions,
    links: usize,
    looks: usize,
}

impl<'m> Linker<'m> {
    /// Knows whom the message mentions.
    pub fn new(mentions: &'m Mentions) -> Self {
        Self { mentions, links: LINKS, looks: LOOKED_AT }
    }

    /// The HTML of a text.
    pub fn html(&mut self, node: Node<'_>, text: &str) -> String {
        let mut html = String::with_capacity(text.len() + 128);
        let mut done = 0;
        let place = Place::of(node);
        for word in words(text).filter(|_| place != Place::Link) {
            let Some((link, length)) = self.link(&word, place) else { continue };
            escape::text(&text[done..word.start], &mut html);
            html.push_str(&link);
            done = word.start + 1 + length;
        }
        escape::text(&text[done..], &mut html);
        html
    }

    /// The HTML of a word, and how many bytes behind its sign it stands for; `None` where it stays text.
    fn link(&mut self, word: &Word<'_>, place: Place) -> Option<(String, usize)> {
        if self.links == 0 || self.looks == 0 {
            return None;
        }
        self.looks -= 1;
        let found = match word.sign {
            Sign::Room if place == Place::Heading => None,
            Sign::Room => {
                // A full stop is no part of such a name, but a dash at its end may be one of the sentence.
                let name = word.name.trim_end_matches(['-', '_']);
                let room = RoomName::parse(name).ok()?;
                Some((room_link(&room, name), name.len()))
            }
            Sign::Person => {
                let all = everyone(word.name).filter(|_| self.mentions.everyone);
                let all = all.map(|name| (format!("<span class=\"mention mention--room\">@{name}</span>"), name.len()));
                let person = || self.mentions.person(word.name).map(|(person, name)| (person_link(person), name.len()));
                all.or_else(person)
            }
        };
        self.links -= usize::from(found.is_some());
        found
    }
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Link,
    Heading,
    Elsewhere,
}

impl Place {
    fn of(node: Node<'_>) -> Self {
        let mut places = node.ancestors().map(|above| match above.data().value {
            NodeValue::Link(_) | NodeValue::Image(_) => Self::Link,
            NodeValue::Heading(_) => Self::Heading,
            _ => Self::Elsewhere,
        });
        // A link in a heading is below it.
        places.find(|place| *place != Self::Elsewhere).unwrap_or(Self::Elsewhere)
    }
}

/// By id: a name may belong to somebody else one day.
fn person_link(person: &Author) -> String {
    let id = person.id;
    let mut html = format!("<a class=\"mention\" href=\"{}\" data-user=\"{id}\">@", url::person(&id.to_string(), None));
    escape::text(person.name.as_str(), &mut html);
    html.push_str("</a>");
    html
}

/// Whether there is such a room is the page's to say, and to whom: the link gives nothing away.
fn room_link(room: &RoomName, typed: &str) -> String {
    let mut html = format!("<a class=\"room-name\" href=\"{}\">#", url::room(room.as_str()));
    escape::text(typed, &mut html);
    html.push_str("</a>");
    html
}
