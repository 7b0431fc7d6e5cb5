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
    talk.join("lobby".into(), JoinOptions { after, far_behind, ..JoinOptions::default() }, waiter);
    answer
}

fn letter(text: &str, nonce: Option<&str>) -> Letter {
    Letter { room: "lobby".into(), text: text.into(), reply_to: None, nonce: nonce.map(str::to_owned) }
}

fn said(talk: &mut Talk) -> Value {
    talk.next(Instant::now()).map_or(Value::Null, |command| serde_json::to_value(command).unwrap())
}

fn take(talk: &mut Talk, frame: Value) {
    talk.take(Frame::read(frame).unwrap(), Instant::now()).unwrap();
}

fn message(seq: Seq) -> Value {
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
    talk.send(letter("hi", None), Parcel { waiter, place: () });
    let first = said(&mut talk);
    let busy = |id: &Value| json!({"type": "error", "id": id, "code": "rate_limited", "message": "slow", "retry_after_ms": 60_000});

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
    let refusal = |id: &Value| json!({"type": "error", "id": id, "code": "not_found", "message": "no such room"});
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

#[test]
fn a_question_survives_the_connection_and_a_remark_does_not() {
    let mut talk = talk();
    let (waiter, mut answer) = oneshot::channel();
    talk.command(Command::Pins { room: "lobby".into() }, waiter);
    talk.tell(Command::Typing { room: "lobby".into() });
    let first = said(&mut talk);
    assert_eq!(first["type"], "pins");

    talk.connection_lost();

    let again = said(&mut talk);
    assert_eq!(again, first);
    assert_eq!(said(&mut talk), json!(null), "who types is not told later");
    take(&mut talk, json!({"type": "ack", "id": again["id"], "room": "lobby", "events": [], "more": false, "new": 1}));
    let answered = Value::Object(answer.try_recv().unwrap().unwrap());
    assert_eq!(answered, json!({"room": "lobby", "events": [], "more": false, "new": 1}));
}

#[test]
fn what_has_not_gone_out_can_be_taken_back() {
    let mut talk = talk();
    let mut give = |nonce| {
        let (waiter, answer) = oneshot::channel();
        talk.send(letter("hi", Some(nonce)), Parcel { waiter, place: () });
        answer
    };
    let (mut first, mut second) = (give("a"), give("b"));
    assert_eq!(said(&mut talk)["nonce"], "a");

    talk.withdraw("a");
    talk.withdraw("b");

    assert!(first.try_recv().is_err(), "it is on its way");
    assert_eq!(second.try_recv().unwrap(), Err(ClientError::Withdrawn));
    talk.connection_lost();
    assert_eq!((&said(&mut talk)["nonce"], &said(&mut talk)), (&json!("a"), &json!(null)));
}
