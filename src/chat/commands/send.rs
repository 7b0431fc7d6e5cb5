//! `send`: somebody writes. The answer goes out when it is stored, see `settle`.

use super::super::journal::Purpose;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, not_written, refuse};
use crate::domain::event::{Draft, EventBody, Message};
use crate::domain::ids::{RoomId, Seq};
use crate::domain::mention::{self, Mentions};
use crate::domain::name::NameKey;
use crate::domain::permission;
use crate::domain::person::{Author, SiteRole};
use crate::domain::text::MessageText;
use crate::protocol::error_code::Problem;

pub fn run(
    server: &mut ChatServer,
    id: RoomId,
    caller: Caller,
    text: MessageText,
    nonce: Option<String>,
    reply_to: Option<Seq>,
) {
    let now = server.clock.now();
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_post(server.access(), facts, actor, now) {
        return refuse(server, caller, refusal);
    }
    let (last, in_slow_mode) = (room.info.last_seq, !permission::may_moderate(facts, actor));
    if reply_to.is_some_and(|seq| seq == 0 || seq > last) {
        let problem = Problem::field("reply_to", format!("`reply_to` must be 1 to {last}, the end of this room's log"));
        return server.ports.answer(caller.reply, Err(problem));
    }
    if in_slow_mode
        && let Some(seconds) = server.rooms.get_mut(&id).and_then(|room| room.slow_down(caller.person.id, now))
    {
        return refuse(server, caller, permission::Refusal::SlowMode { seconds });
    }
    let Some(room) = server.rooms.get(&id) else { return };
    let text = text.into_string();
    let found = mention::candidates(&text);
    let everyone = found.everyone && permission::may_call_everyone(facts, actor);
    let calls = found.names.into_iter().map(NameKey::of).collect();
    let mentions = everyone.then(|| Box::new(Mentions { people: Vec::new(), everyone }));
    let by_bot = caller.person.site_role() == Some(SiteRole::Bot);
    let draft = Draft {
        room: id,
        room_name: room.info.name.clone(),
        author: Author::from(&*caller.person),
        at: now,
        calls,
        body: EventBody::Message(Message { text, reply_to, nonce, by_bot, mentions, ..Message::default() }),
    };
    if let Err(purpose) = server.write(draft, Purpose::Request(caller.reply)) {
        not_written(server, purpose);
    }
}
