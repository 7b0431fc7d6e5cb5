//! What becomes of an export of Slack.

use super::super::slack_zip::{Profile, Words};
use super::*;
use crate::storage::sqlite::SqliteStore;
use crate::storage::{Events, Rooms};

fn user(id: &str, name: &str) -> User {
    User { id: id.to_owned(), name: name.to_owned(), is_bot: false, deleted: false, profile: Profile::default() }
}

fn channel(id: &str, name: &str) -> Channel {
    Channel {
        id: id.to_owned(),
        name: name.to_owned(),
        created: 1_700_000_000,
        creator: "U1".to_owned(),
        is_archived: false,
        members: vec!["U1".to_owned(), "U2".to_owned(), "U1".to_owned(), "U9".to_owned()],
        topic: Words { value: "tea <@U2>".to_owned() },
        purpose: Words::default(),
    }
}

fn messages(json: Value) -> Vec<Message> {
    serde_json::from_value(json).expect("messages as Slack writes them")
}

fn export(said: Value) -> Export {
    Export {
        users: vec![user("U1", "ann"), user("U2", "bob")],
        channels: vec![channel("C1", "tea")],
        private: Vec::new(),
        messages: [("tea".to_owned(), messages(said))].into(),
    }
}

fn events(lines: &[Line]) -> Vec<&EventLine> {
    lines.iter().filter_map(|line| if let Line::Event(event) = line { Some(&**event) } else { None }).collect()
}

#[test]
fn a_thread_its_reactions_and_an_edit_stay_what_they_are() {
    let made = lines(
        export(json!([
            { "user": "U2", "text": "an answer, <@U1>", "ts": "1700000002.000100", "thread_ts": "1700000001.000100" },
            { "user": "U1", "text": "a *question*", "ts": "1700000001.000100", "thread_ts": "1700000001.000100",
              "edited": { "ts": "1700000005.000000" },
              "reactions": [{ "name": "+1::skin-tone-2", "users": ["U2", "U9"] }, { "name": "our-own", "users": ["U1"] }] },
        ])),
        Timestamp(0),
    );

    let events = events(&made);
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["message", "reaction", "message"]);
    let (question, answer) = (events[0], events[2]);
    assert_eq!(question.text.as_deref(), Some("a **question**"));
    assert_eq!(question.at, Timestamp(1_700_000_001_000));
    let state = question.state.as_ref().expect("something has become of it");
    assert_eq!((state.edits, state.replies, state.last_reply), (1, 1, Some((3, Timestamp(1_700_000_002_000)))));
    assert_eq!(state.reactions.len(), 1, "an emoji of their own and somebody unknown are left out");
    assert_eq!((state.reactions[0].emoji.as_str(), state.reactions[0].event), ("👍", 2));
    assert_eq!((answer.target, answer.thread), (Some(1), Some(1)));
    assert_eq!(answer.text.as_deref(), Some("an answer, @ann"));
    let calls = answer.data.as_ref().expect("it calls somebody");
    assert_eq!(calls["mentions"][0]["name"], "ann");
}

#[test]
fn rooms_come_with_topic_and_members_and_read_to_the_end() {
    let made = lines(export(json!([{ "user": "U1", "text": "hello", "ts": "1700000001.0" }])), Timestamp(0));

    let room =
        made.iter().find_map(|line| if let Line::Room(room) = line { Some(room) } else { None }).expect("a room");
    assert_eq!((room.name.as_str(), room.topic.as_str(), room.events), ("tea", "tea @bob", 1));
    let members: Vec<_> =
        made.iter().filter_map(|line| if let Line::Member(member) = line { Some(member) } else { None }).collect();
    assert_eq!(members.iter().map(|member| member.role.as_str()).collect::<Vec<_>>(), ["owner", "member"]);
    assert!(members.iter().all(|member| (member.read_seq, member.read_messages) == (1, 1)));
}

#[test]
fn what_has_no_place_here_is_left_out_and_the_rest_stays() {
    let made = lines(
        export(json!([
            { "subtype": "channel_join", "user": "U2", "text": "joined", "ts": "1700000001.0" },
            { "subtype": "channel_purpose", "user": "U2", "text": "purpose", "ts": "1700000002.0" },
            { "user": "U2", "text": "no time", "ts": "yesterday" },
            { "user": "U2", "text": "   ", "ts": "1700000003.0" },
            { "subtype": "bot_message", "username": "deploy bot", "text": "done", "ts": "1700000004.0" },
            { "user": "U2", "text": "an answer to nothing", "ts": "1700000005.0", "thread_ts": "1600000000.0" },
        ])),
        Timestamp(0),
    );

    let told: Vec<_> = events(&made).iter().map(|event| (event.kind.as_str(), event.author.name.as_str())).collect();
    assert_eq!(told, [("joined", "bob"), ("message", "deploy bot"), ("message", "bob")]);
    assert_eq!(events(&made)[2].thread, None);
}

#[test]
fn names_are_made_to_fit_and_are_told_apart() {
    let users = [user("U1", "ann lee"), user("U2", "ann-lee"), user("U3", "???"), user("U4", "room")];

    let made = people(&users);

    let names: Vec<&str> = ["U1", "U2", "U3", "U4"].map(|id| made[id].1.as_str()).to_vec();
    assert_eq!(names, ["ann-lee", "ann-lee-2", "U3", "room-2"]);
    assert!(names.iter().all(|name| UserName::parse(name).is_ok()));
}

#[tokio::test]
async fn the_database_takes_it_once_and_then_knows_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = SqliteStore::open(None, folder.path()).await.expect("a fresh database");
    let said = json!([
        { "user": "U1", "text": "hello <!here>", "ts": "1700000001.0", "reactions": [{ "name": "+1", "users": ["U2"] }] },
        { "user": "U2", "text": "hi <@U1>", "ts": "1700000002.0", "thread_ts": "1700000001.0" },
        { "subtype": "channel_topic", "user": "U2", "topic": "cake", "ts": "1700000003.0" },
        { "subtype": "channel_leave", "user": "U2", "ts": "1700000004.0" },
    ]);
    let take = async || {
        let made = lines(export(said.clone()), Timestamp(0)).into_iter().map(Ok);
        store.import(made, false, &mut |_| {}).await.expect("taken")
    };

    let (first, again) = (take().await, take().await);

    assert_eq!((first.users.added, first.rooms.added, first.members.added, first.events.added), (2, 1, 2, 5));
    assert_eq!((again.users.added, again.rooms.added, again.members.added, again.events.added), (0, 0, 0, 0));
    assert_eq!((first.left_out, again.left_out), (vec![], vec![]));
    let room = store.room_by_name(&NameKey::of("tea")).await.expect("asked").expect("there").info;
    let events = store.events_after(room.id, 0, 100).await.expect("every kind can be read back");
    assert_eq!((events.len(), room.messages), (5, 2));
}
