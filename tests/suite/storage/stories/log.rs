//! The log of a room.

use parlor::domain::clock::Timestamp;
use parlor::domain::event::{Draft, EventBody, Message, MessageState, Quote, Replies};
use parlor::domain::ids::RoomId;
use parlor::domain::limits;
use parlor::domain::membership::Role;
use parlor::domain::room::RoomInfo;
use parlor::storage::Store;
use parlor::storage::events::Appended;

use crate::storage::samples::{account, draft, empty_room, event, lobby, message, person, seqs, stored};

pub async fn a_room_log_is_gapless(store: &dyn Store) {
    let (ann, lobby, tea) = (person("ann"), lobby(store).await, empty_room(store, "tea").await);
    let first = [message(&lobby, &ann, "1"), message(&tea, &ann, "a"), message(&lobby, &ann, "2")];
    let second = [message(&tea, &ann, "b"), message(&lobby, &ann, "3")];

    let of_first = store.append(&first).await.unwrap();
    let of_second = store.append(&second).await.unwrap();
    let of_none = store.append(&[]).await.unwrap();

    assert_eq!(of_first, [stored(&first[0], 1), stored(&first[1], 1), stored(&first[2], 2)]);
    assert_eq!(of_second, [stored(&second[0], 2), stored(&second[1], 3)]);
    assert_eq!(of_none, []);
    assert_eq!(seqs(store, lobby.id).await, [1, 2, 3]);
    assert_eq!(seqs(store, tea.id).await, [1, 2]);
    assert_eq!(store.room(lobby.id).await.unwrap().unwrap().info.last_seq, 3);
    assert_eq!(store.room(tea.id).await.unwrap().unwrap().info.last_seq, 2);
}

pub async fn events_come_back_as_they_were_written(store: &dyn Store) {
    let (ann, guest) = (account(store, "ann").await, person("Žofie"));
    let lobby = lobby(store).await;
    let texts = [
        "plain".to_owned(),
        "\"quotes\", \\ backslashes / and\n\ttabs\u{1}\u{7f}".to_owned(),
        "😀 नमस्ते \u{2028} \u{feff} \u{10ffff} 莉莉".to_owned(),
        "{\"a\": [1, null]}".to_owned(),
        "null".to_owned(),
        "0123".to_owned(),
        "x".repeat(limits::TEXT_BYTES),
    ];
    let mut drafts: Vec<Draft> = texts.iter().map(|text| message(&lobby, &guest, text)).collect();
    let nonce = Some("n\"\u{e9}\\".to_owned());
    drafts.push(draft(
        &lobby,
        &ann,
        EventBody::Message(Message { text: "yes".to_owned(), reply_to: Some(1), nonce, ..Message::default() }),
    ));
    drafts.push(draft(&lobby, &ann, EventBody::Joined { role: Role::Moderator, by: Some(guest.clone()) }));
    drafts.push(draft(&lobby, &ann, EventBody::Left { by: Some(guest.clone()) }));
    drafts.push(Draft { at: Timestamp(-1), ..draft(&lobby, &ann, EventBody::Joined { role: Role::Owner, by: None }) });
    drafts.push(draft(&lobby, &ann, EventBody::Left { by: None }));

    let appended = store.append(&drafts).await.unwrap();

    let mut expected: Vec<_> = (1..).zip(&drafts).map(|(seq, draft)| event(draft, seq)).collect();
    for event in expected.iter_mut().filter(|event| event.seq > 8) {
        event.n = 8;
    }
    let EventBody::Message(answer) = &mut expected[7].body else { panic!("a message expected") };
    answer.thread = Some(1);
    answer.quote = Some(Box::new(Quote { author: guest.clone(), text: "plain".to_owned() }));
    let mut read = expected.clone();
    let EventBody::Message(first) = &mut read[0].body else { panic!("a message expected") };
    let replies = Some(Replies { count: 1, last_seq: 8, last_at: expected[7].at });
    first.state = Some(Box::new(MessageState { replies, ..MessageState::default() }));
    assert_eq!(store.events_after(lobby.id, 0, 100).await.unwrap(), read);
    assert_eq!(appended, expected.into_iter().map(Appended::Stored).collect::<Vec<_>>());
}

pub async fn pages_go_backwards_and_forwards(store: &dyn Store) {
    let (ann, lobby, tea) = (person("ann"), lobby(store).await, empty_room(store, "tea").await);
    let drafts: Vec<Draft> =
        (0..10).flat_map(|n| [message(&lobby, &ann, &n.to_string()), message(&tea, &ann, "elsewhere")]).collect();
    store.append(&drafts).await.unwrap();

    let before = async |before, limit| -> Vec<u64> {
        let events = store.events_before(lobby.id, before, limit).await.unwrap();
        events.iter().map(|event| event.seq).collect()
    };
    let after = async |after, limit| -> Vec<u64> {
        let events = store.events_after(lobby.id, after, limit).await.unwrap();
        events.iter().map(|event| event.seq).collect()
    };

    assert_eq!(before(None, 3).await, [8, 9, 10]);
    assert_eq!(before(Some(8), 3).await, [5, 6, 7]);
    assert_eq!(before(Some(3), 100).await, [1, 2]);
    assert_eq!(before(Some(u64::MAX), 1).await, [10]);
    assert!(before(Some(0), 3).await.is_empty());
    assert_eq!(after(0, 3).await, [1, 2, 3]);
    assert_eq!(after(8, 100).await, [9, 10]);
    assert!(after(10, 3).await.is_empty());
    assert!(after(u64::MAX, 3).await.is_empty());
    assert_eq!(store.events_before(RoomId(4711), None, 3).await.unwrap(), []);
}

pub async fn appends_at_once_share_no_number(store: &dyn Store) {
    let (ann, lobby) = (person("ann"), lobby(store).await);
    let batch = |text: &str| vec![message(&lobby, &ann, text), message(&lobby, &ann, text)];
    let (a, b, c) = (batch("a"), batch("b"), batch("c"));

    let (one, two, three) = tokio::join!(store.append(&a), store.append(&b), store.append(&c));

    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert_eq!(seqs(store, lobby.id).await, [1, 2, 3, 4, 5, 6]);
}

pub async fn a_room_that_is_gone_takes_the_whole_batch_with_it(store: &dyn Store) {
    let (ann, lobby) = (person("ann"), lobby(store).await);
    let gone = RoomInfo { id: RoomId(4711), ..lobby.clone() };

    let failed = store.append(&[message(&lobby, &ann, "1"), message(&gone, &ann, "2")]).await;

    assert!(failed.is_err());
    assert!(seqs(store, lobby.id).await.is_empty(), "nothing at all was written");
    assert!(store.append(&[message(&lobby, &ann, "3")]).await.is_ok(), "and the next one is");
}
