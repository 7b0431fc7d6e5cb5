//! The query of `/ws`: `room` (repeatable), `name`, `token`; nothing else.

use crate::domain::limits;
use crate::domain::name::RoomName;
use crate::protocol::error_code::{Problem, bad_name};

/// What the query of a handshake says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Rooms to join at once, in order.
    pub rooms: Vec<RoomName>,
    /// The name of a guest.
    pub name: Option<String>,
    /// A token.
    pub token: Option<String>,
}

/// Reads the query string.
///
/// # Errors
/// Names the key that is unknown, repeated or bad.
pub fn parse(text: &str) -> Result<Query, Problem> {
    let mut query = Query::default();
    for (key, value) in form_pairs(text)? {
        match key.as_str() {
            "room" if query.rooms.len() >= limits::ROOMS_PER_SESSION => {
                return Err(Problem::field("room", format!("at most {} rooms", limits::ROOMS_PER_SESSION)));
            }
            "room" => {
                let room = RoomName::parse_existing(&value).map_err(|error| bad_name("room", &error))?;
                if !query.rooms.contains(&room) {
                    query.rooms.push(room);
                }
            }
            "name" => once(&mut query.name, "name", value)?,
            "token" => once(&mut query.token, "token", value)?,
            other => {
                let shown: String = other.chars().filter(|c| !c.is_control()).take(40).collect();
                return Err(Problem::new(
                    crate::protocol::error_code::ErrorCode::BadRequest,
                    format!("the query key {shown:?} is not known; use room, name and token"),
                ));
            }
        }
    }
    Ok(query)
}

fn once(slot: &mut Option<String>, key: &'static str, value: String) -> Result<(), Problem> {
    if slot.replace(value).is_some() { Err(Problem::field(key, format!("`{key}` is given twice"))) } else { Ok(()) }
}

fn form_pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    actix_web::web::Query::<Vec<(String, String)>>::from_query(text)
        .map(actix_web::web::Query::into_inner)
        .map_err(|_| Problem::new(crate::protocol::error_code::ErrorCode::BadRequest, "the query cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_repeat_and_everything_else_does_not() {
        let query = parse("room=lobby&room=%23Dev&name=%C3%A4nn&room=lobby").expect("good");
        assert_eq!(query.rooms.iter().map(RoomName::as_str).collect::<Vec<_>>(), ["lobby", "dev"]);
        assert_eq!(query.name.as_deref(), Some("änn"));
        assert!(parse("name=a&name=b").is_err_and(|p| p.field == Some("name")));
        assert!(parse("room=a%20b").is_err_and(|p| p.field == Some("room")));
        assert!(parse("rooms=a").is_err_and(|p| p.message.contains("rooms")));
        assert_eq!(parse(""), Ok(Query::default()));
    }
}
