//! The conversation without a server: frames by hand.

use serde_json::json;
use tokio::sync::oneshot;

use super::*;
use crate::client::room_view::FarBehind;

type Talk = Conversation<()>;

fn talk() -> Talk {
    Conversation::new(Outbox::new("n".into(), 1))
}

fn join(talk: &mut Talk, after: Option<Seq>, far_behind: FarBehind) -> oneshot::Receiver<Result<Seq, ClientError>> {
    let (waiter, answer) = oneshot::channel();
    talk.join("lobby".into(), JoinOptions { after, create: false, far_behind }, waiter);
    answer
}

fn said(talk: &mut Talk) -> serde_json::Value {
    talk.next(Instant::now()).map_or(serde_json::Value::Null, |command| serde_json::to_value(command).unwrap())
}

fn take(talk: &mut Talk, frame: serde_json::Value) {
    talk.take(Frame::read(frame).unwrap(), Instant::now()).unwrap();
}

fn message(seq: Seq) -> serde_json::Value {
    json!({"type": "message", "room": "lobby", "seq": seq, "text": "hi", "at": "now"})
}

/// The numbers of the events that were passed on.
fn heard(talk: &mut Talk) -> Vec<Seq> {
    let seq = |event| if let Event::Log(event) = event { Some(event.seq) } else { None };
    std::iter::from_fn(|| talk.news()).filter_map(seq).collect()
}

#[test]
fn a_new_connection_joins_again_after_what_was_heard() {
    let mut talk = talk();
    let mut joined = join(&mut talk, None, FarBehind::ReadAll);
    let command = said(&mut talk);
    assert_eq!((&command["type"], &command["after"]), (&json!("join"), &json!(null)));
    take(&mut talk, json!({"type": "ack", "id": command["id"], "last_seq": 7}));
    assert_eq!(joined.try_recv(), Ok(Ok(7)));
    take(&mut talk, message(8));

    talk.connection_lost();

    let command = said(&mut talk);
    assert_eq!(command["after"], 8);
    take(&mut talk, json!({"type": "ack", "id": command["id"], "last_seq": 9}));
    for seq in [8, 9, 9] {
        take(&mut talk, message(seq));
    }
    assert_eq!(heard(&mut talk), [8, 9]);
}

#[test]
fn a_gap_is_not_passed_on_but_mended() {
    let mut talk = talk();
    drop(join(&mut talk, Some(3), FarBehind::ReadAll));
    let command = said(&mut talk);
    take(&mut talk, json!({"type": "ack", "id": command["id"], "last_seq": 3}));

    for seq in [4, 6, 7] {
        take(&mut talk, message(seq));
    }

    let command = said(&mut talk);
    assert_eq!((&command["type"], &command["after"]), (&json!("join"), &json!(4)));
    take(&mut talk, json!({"type": "ack", "id": command["id"], "last_seq": 7}));
    for seq in [5, 6, 7] {
        take(&mut talk, message(seq));
    }
    assert_eq!(heard(&mut talk), [4, 5, 6, 7]);
}

#[test]
fn what_is_too_far_behind_is_read_and_then_joined() {
    let mut talk = talk();
    drop(join(&mut talk, Some(1), FarBehind::ReadAll));
    let command = said(&mut talk);
    take(&mut talk, json!({"type": "ack", "id": command["id"], "last_seq": 5000, "reset": true}));
    take(&mut talk, message(4951));

    let command = said(&mut talk);
    assert_eq!((&command["type"], &command["after"]), (&json!("history"), &json!(1)));
    take(&mut talk, json!({"type": "ack", "id": command["id"], "events": [message(2), message(3)], "more": true}));
    let command = said(&mut talk);
    assert_eq!((&command["type"], &command["after"]), (&json!("history"), &json!(3)));
    take(&mut talk, json!({"type": "ack", "id": command["id"], "events": [message(4)], "more": false}));
    let command = said(&mut talk);
    assert_eq!((&command["type"], &command["after"]), (&json!("join"), &json!(4)));
    assert_eq!(heard(&mut talk), [2, 3, 4]);
}

#[test]
fn a_reset_is_told_to_whoever_wants_to_start_afresh() {
    let mut talk = talk();
    drop(join(&mut talk, Some(1), FarBehind::StartAfresh));
    let command = said(&mut talk);

    take(&mut talk, json!({"type": "ack", "id": command["id"], "last_seq": 5000, "reset": true}));

    assert_eq!(talk.news(), Some(Event::Reset { room: "lobby".into(), last_seq: 5000 }));
    take(&mut talk, message(4951));
    assert_eq!(heard(&mut talk), [4951]);
}

#[test]
fn what_the_server_cannot_do_for_the_moment_is_asked_again_later() {
    let mut talk = talk();
    let (waiter, mut answer) = oneshot::channel();
    talk.send("lobby".into(), "hi".into(), Parcel { waiter, place: () });
    let first = said(&mut talk);
    let busy = |id: &serde_json::Value| json!({"type": "error", "id": id, "code": "rate_limited", "message": "slow", "retry_after_ms": 60_000});

    take(&mut talk, busy(&first["id"]));

    assert_eq!((said(&mut talk), answer.try_recv().is_err()), (json!(null), true));
    let later = talk.wakes_at().unwrap();
    let again = serde_json::to_value(talk.next(later).unwrap()).unwrap();
    assert_eq!(again, first, "the same nonce");
    take(&mut talk, json!({"type": "ack", "id": again["id"], "seq": 4, "at": "now", "duplicate": true}));
    assert_eq!(answer.try_recv().unwrap(), Ok(Sent { seq: 4, at: "now".into(), duplicate: true }));

    let mut joined = join(&mut talk, None, FarBehind::ReadAll);
    let command = said(&mut talk);
    take(&mut talk, busy(&command["id"]));
    assert_eq!(said(&mut talk), json!(null));
    let later = talk.wakes_at().unwrap();
    assert!(matches!(talk.next(later), Some(Outgoing::Join { .. })) && joined.try_recv().is_err());
}

#[test]
fn what_is_refused_for_good_is_told_once() {
    let mut talk = talk();
    let refusal =
        |id: &serde_json::Value| json!({"type": "error", "id": id, "code": "not_found", "message": "no such room"});
    let mut joined = join(&mut talk, None, FarBehind::ReadAll);
    let command = said(&mut talk);
    take(&mut talk, refusal(&command["id"]));
    assert_eq!(joined.try_recv().unwrap().unwrap_err().to_string(), "no such room");
    assert_eq!((said(&mut talk), talk.news()), (json!(null), None), "nothing is tried again");

    drop(join(&mut talk, None, FarBehind::ReadAll));
    let command = said(&mut talk);
    take(&mut talk, json!({"type": "ack", "id": command["id"], "last_seq": 7}));
    talk.connection_lost();
    let command = said(&mut talk);
    take(&mut talk, refusal(&command["id"]));
    assert!(matches!(talk.news(), Some(Event::Left { .. })));
}

#[test]
fn a_bye_ends_the_connection_or_everything() {
    let bye = |value| talk().take(Frame::read(value).unwrap(), Instant::now()).unwrap_err();
    let passing = bye(json!({"type": "bye", "reason": "the server is going away", "reconnect_after_ms": 900}));
    assert_eq!((passing.is_passing(), passing.retry_after()), (true, Some(Duration::from_millis(900))));
    assert!(!bye(json!({"type": "bye", "reason": "logged out"})).is_passing());
}
