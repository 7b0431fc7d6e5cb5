//! What people do with messages, and what they open beside them.

use super::{moving, rooms};
use crate::client::Command;
use crate::domain::emoji::Emoji;
use crate::domain::ids::Seq;
use crate::terminal::effect::{About, Effect};
use crate::terminal::state::composer::Purpose;
use crate::terminal::state::message::Message;
use crate::terminal::state::panel::Panel;
use crate::terminal::state::room::{Pending, PendingState, Room};
use crate::terminal::state::{App, Focus};

/// Answers of a thread that are shown.
const THREAD: usize = 200;

/// Writes into the open room.
pub fn send(app: &mut App, text: String, reply_to: Option<Seq>) {
    let (nonce, at) = (app.new_nonce(), app.now);
    let Some(room) = app.room_mut() else {
        return app.complain("You are in no room. /join ROOM opens one.");
    };
    room.pending.push(Pending { nonce: nonce.clone(), text: text.clone(), reply_to, at, state: PendingState::Waiting });
    room.new_after = None;
    let room = room.name.clone();
    moving::to_end(app);
    app.effect(Effect::Send { room, text, reply_to, nonce });
}

/// The message that is meant when none is named: the chosen one, or the last one that fits.
fn target(app: &App, given: Option<Seq>, fits: impl Fn(&Message) -> bool) -> Option<Seq> {
    given.or(app.selected).or_else(|| app.room()?.timeline.last_message(fits))
}

fn is_there(app: &App, seq: Seq) -> Option<&Message> {
    app.room()?.message(seq).filter(|message| message.deleted_by.is_none())
}

/// The next message answers this one.
pub fn reply(app: &mut App, seq: Seq) {
    if is_there(app, seq).is_none() {
        return app.complain("There is nothing to answer any more.");
    }
    moving::unselect(app);
    if let Some(room) = app.room_mut() {
        room.reply_to = Some(seq);
    }
}

/// Answers the chosen message, or the last one of somebody else.
pub fn reply_with(app: &mut App, text: &str) {
    let me = app.me.clone();
    let Some(seq) = target(app, None, |message| message.author_id != me) else {
        return app.complain("There is nothing to answer yet.");
    };
    if text.is_empty() {
        return reply(app, seq);
    }
    send(app, text.to_owned(), Some(seq));
}

/// Brings the text of a message of one's own into the field.
pub fn begin_edit(app: &mut App, given: Option<Seq>) {
    let me = app.me.clone();
    let found = target(app, given, |message| message.author_id == me);
    let text = found.and_then(|seq| is_there(app, seq)).filter(|message| message.author_id == me);
    match (found, text.map(|message| message.text.clone())) {
        (Some(seq), Some(text)) => {
            moving::unselect(app);
            app.composer.set(&text);
            app.composer.purpose = Purpose::Edit(seq);
        }
        _ => app.complain("Only your own messages can be changed."),
    }
}

/// Gives a message another text.
pub fn edit(app: &mut App, given: Option<Seq>, text: String) {
    let me = app.me.clone();
    let Some(seq) = target(app, given, |message| message.author_id == me) else {
        return app.complain("You have written nothing here that could be changed.");
    };
    let Some(room) = app.current.clone() else { return };
    app.effect(Effect::Ask(About::Act(""), Command::Edit { room, seq, text }));
}

/// Asks before a message is deleted.
pub fn ask_delete(app: &mut App, given: Option<Seq>) {
    let me = app.me.clone();
    let found = target(app, given, |message| message.author_id == me);
    match found.filter(|seq| is_there(app, *seq).is_some()) {
        Some(seq) => app.deleting = Some(seq),
        None => app.complain("There is no message of yours to delete."),
    }
}

/// Deletes a message.
pub fn delete(app: &mut App, seq: Seq) {
    moving::unselect(app);
    let Some(room) = app.current.clone() else { return };
    app.effect(Effect::Ask(About::Act(""), Command::Delete { room, seq }));
}

/// Puts an emoji on a message, or takes one's own off.
pub fn react(app: &mut App, given: &str) {
    let me = app.me.clone();
    let emoji = match Emoji::parse(given) {
        Ok(emoji) => emoji.as_str().to_owned(),
        Err(why) => return app.complain(why.to_string()),
    };
    let Some(seq) = target(app, None, |message| message.author_id != me) else {
        return app.complain("There is nothing here to react to.");
    };
    let shown = crate::terminal::clean::line(&emoji);
    let is_mine = |message: &Message| message.reactions.iter().any(|one| one.emoji == shown && one.is_mine);
    let on = !is_there(app, seq).is_some_and(is_mine);
    moving::unselect(app);
    let Some(room) = app.current.clone() else { return };
    app.effect(Effect::Ask(About::Act(""), Command::React { room, seq, emoji, on }));
}

/// Puts a message up, or takes it down.
pub fn toggle_pin(app: &mut App, given: Option<Seq>) {
    let Some(seq) = target(app, given, |_| true) else { return app.complain("There is nothing here to pin.") };
    let on = !is_there(app, seq).is_some_and(|message| message.is_pinned);
    moving::unselect(app);
    let Some(room) = app.current.clone() else { return };
    app.effect(Effect::Ask(About::Act(""), Command::Pin { room, seq, on }));
}

/// Opens a panel, or closes it when it is the one that is open.
pub fn toggle_panel(app: &mut App, panel: Panel) {
    if std::mem::discriminant(&app.panel) == std::mem::discriminant(&panel) {
        return close_panel(app);
    }
    app.chosen = 0;
    app.panel = panel;
    let Some(room) = app.current.clone() else { return };
    match &app.panel {
        Panel::Members => app.effect(Effect::Ask(About::Members(room.clone()), Command::Members { room })),
        Panel::Pins(_) => app.effect(Effect::Ask(About::Pins(room.clone()), Command::Pins { room })),
        Panel::Rooms => rooms::ask(app),
        _ => {}
    }
    app.focus = Focus::Panel;
}

/// Opens what was answered to a message. What is written next belongs there.
pub fn open_thread(app: &mut App, given: Option<Seq>) {
    let Some(seq) = target(app, given, |message| message.replies.0 > 0 || message.thread.is_some()) else {
        return app.complain("There is no thread here.");
    };
    let first = is_there(app, seq).and_then(|message| message.thread).unwrap_or(seq);
    let Some(room) = app.current.clone() else { return };
    moving::unselect(app);
    app.chosen = 0;
    app.panel = Panel::Thread { root: first, entries: None };
    if let Some(room) = app.room_mut() {
        room.reply_to = Some(first);
    }
    ask_thread(app, &room, first);
}

/// Asks for the answers of a thread.
pub fn ask_thread(app: &mut App, room: &str, first: Seq) {
    let command = Command::Thread { room: room.to_owned(), seq: first, limit: THREAD };
    app.effect(Effect::Ask(About::Thread(room.to_owned(), first), command));
}

/// Nothing stands beside the timeline any more.
pub fn close_panel(app: &mut App) {
    if let (Panel::Thread { root, .. }, Some(room)) = (std::mem::take(&mut app.panel), app.room_mut())
        && room.reply_to == Some(root)
    {
        room.reply_to = None;
    }
    if app.focus == Focus::Panel {
        app.focus = Focus::Composer;
    }
}

/// Rooms that can be joined.
pub fn joinable(app: &App) -> Vec<&Room> {
    app.rooms.iter().filter(|room| !room.is_member).collect()
}

/// How many lines of the panel can be chosen.
#[must_use]
pub fn panel_items(app: &App) -> usize {
    match &app.panel {
        Panel::Closed => 0,
        Panel::Members => app.room().map_or(0, |room| room.people.len()),
        Panel::Thread { entries, .. } | Panel::Pins(entries) => entries.as_ref().map_or(0, Vec::len),
        Panel::Search { found, .. } => found.as_ref().map_or(0, Vec::len),
        Panel::Rooms => joinable(app).len(),
    }
}

/// Follows the chosen line of the panel.
pub fn open_item(app: &mut App) {
    let at = app.chosen;
    // Where the panel lies over the messages, it makes room for what was chosen.
    let is_covered = app.regions.timeline.width == 0;
    match &app.panel {
        Panel::Closed => {}
        Panel::Members => {
            let person = app.room().and_then(|room| room.people.get(at)).map(|person| person.name.clone());
            if let Some(name) = person.filter(|name| *name != app.name) {
                close_panel(app);
                app.composer.set(&format!("/msg {name} "));
            }
        }
        Panel::Thread { entries, .. } | Panel::Pins(entries) => {
            let seq = entries.as_ref().and_then(|entries| entries.get(at)).map(|entry| entry.seq);
            if let (Some(seq), Some(room)) = (seq, app.current.clone()) {
                if is_covered {
                    app.panel = Panel::Closed;
                }
                moving::go_to(app, &room, seq);
            }
        }
        Panel::Search { found, .. } => {
            let hit = found.as_ref().and_then(|found| found.get(at)).map(|hit| (hit.room.clone(), hit.seq));
            if let Some((room, seq)) = hit {
                // The list stays open: there may be another one to look at.
                let panel = app.panel.clone();
                moving::go_to(app, &room, seq);
                app.panel = if is_covered { Panel::Closed } else { panel };
                app.chosen = at;
            }
        }
        Panel::Rooms => {
            let name = joinable(app).get(at).map(|room| room.name.clone());
            if let Some(name) = name {
                rooms::open(app, &name);
            }
        }
    }
}

/// Sends everything again that was refused in this room.
pub fn retry(app: &mut App) {
    let Some(room) = app.room_mut() else { return };
    let name = room.name.clone();
    let mut again = Vec::new();
    for pending in room.pending.iter_mut().filter(|pending| matches!(pending.state, PendingState::Failed(_))) {
        pending.state = PendingState::Waiting;
        let (text, nonce) = (pending.text.clone(), pending.nonce.clone());
        again.push(Effect::Send { room: name.clone(), text, reply_to: pending.reply_to, nonce });
    }
    if again.is_empty() {
        return app.say("Nothing was refused here.");
    }
    for effect in again {
        app.effect(effect);
    }
}

/// Gives up on what was refused in this room, and takes back what has not gone out.
pub fn discard(app: &mut App) {
    let Some(room) = app.room_mut() else { return };
    room.pending.retain(|pending| !matches!(pending.state, PendingState::Failed(_)));
    let waiting: Vec<String> = room.pending.iter().map(|pending| pending.nonce.clone()).collect();
    for nonce in waiting {
        app.effect(Effect::Withdraw(nonce));
    }
}
