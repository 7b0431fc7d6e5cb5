//! Messages that have had their time.

use std::time::Duration;

use parlor::domain::clock::Timestamp;
use parlor::domain::event::{Draft, EventBody, Message};
use parlor::domain::membership::Role;
use parlor::domain::room::{RoomInfo, RoomKind};
use parlor::storage::Store;
use parlor::storage::retention::Expired;
use parlor::storage::sizes::Content;

use super::super::samples::{NOW, account, draft, empty_room, lobby, message, new_room, person, seqs};
use super::search::{find, index, wanted};

fn days(count: u64) -> Timestamp {
    NOW.plus(Duration::from_hours(24 * count))
}

fn at(draft: Draft, time: Timestamp) -> Draft {
    Draft { at: time, ..draft }
}

async fn expire_all(store: &dyn Store, after: u32, now: Timestamp) {
    while store.expire(after, now, 2).await.unwrap() > 0 {}
}

async fn texts(store: &dyn Store, room: &RoomInfo) -> Vec<String> {
    let events = store.events_after(room.id, 0, 100).await.unwrap();
    let text = |body| if let EventBody::Message(message) = body { message.text } else { "-".to_owned() };
    events.into_iter().map(|event| text(event.body)).collect()
}

pub async fn old_words_go_and_the_log_stays_without_a_gap(store: &dyn Store) {
    let (ann, room) = (account(store, "ann").await, lobby(store).await);
    let answer = EventBody::Message(Message { text: "answer".into(), reply_to: Some(1), ..Message::default() });
    let emoji = EventBody::Reaction { target: 1, emoji: "👍".into(), on: true, count: 0 };
    let old = [
        message(&room, &ann, "old tea"),
        draft(&room, &ann, answer),
        draft(&room, &ann, EventBody::Edited { target: 1, text: "older tea".into() }),
        draft(&room, &ann, emoji),
        draft(&room, &ann, EventBody::Pinned { target: 1, on: true }),
        at(message(&room, &ann, "young tea"), days(20)),
    ];
    store.append(&old).await.unwrap();
    index(store).await;
    assert_eq!(find(store, &wanted("tea", &[room.id])).await, [6, 1]);

    let told = store.expired(30, days(40)).await.unwrap();
    expire_all(store, 30, days(40)).await;

    assert_eq!(told, Expired { messages: 2, bytes: 15 }, "as it is now: older tea, answer");
    assert_eq!(store.expired(30, days(40)).await.unwrap(), Expired::default());
    assert_eq!(seqs(store, room.id).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(texts(store, &room).await, ["", "", "-", "-", "-", "young tea"]);
    let gone = store.event(room.id, 1).await.unwrap().unwrap();
    let EventBody::Message(Message { state: Some(state), .. }) = gone.body else { panic!("{gone:?}") };
    assert!(state.deleted.is_some() && state.reactions.is_empty() && state.pinned.is_none(), "{state:?}");
    assert_eq!(state.replies.map_or(0, |replies| replies.count), 0);
    assert!(store.versions(room.id, 1, 10).await.unwrap().iter().all(|version| version.text.is_empty()));
    assert_eq!(store.pins(room.id, 10).await.unwrap(), []);
    assert_eq!(find(store, &wanted("tea", &[room.id])).await, [6]);
    let edit = store.event(room.id, 3).await.unwrap().unwrap();
    assert!(matches!(&edit.body, EventBody::Edited { text, .. } if text.is_empty()), "{edit:?}");
}

pub async fn a_room_has_its_own_time_or_that_of_the_server(store: &dyn Store) {
    let ann = person("ann");
    let [short, kept, like_all] = ["short", "kept", "like-all"].map(|name| empty_room(store, name));
    let (short, kept, like_all) = (short.await, kept.await, like_all.await);
    store.set_retention(short.id, Some(7)).await.unwrap();
    store.set_retention(kept.id, Some(0)).await.unwrap();
    assert_eq!(store.retention_of(short.id).await.unwrap(), Some(7));
    assert_eq!(store.retention_of(like_all.id).await.unwrap(), None);
    assert!(store.bytes().await.unwrap() >= 4096, "a database has pages");
    for room in [&short, &kept, &like_all] {
        store.append(&[message(room, &ann, "hello")]).await.unwrap();
    }

    expire_all(store, 0, days(10)).await;
    let by_rooms = [texts(store, &short).await, texts(store, &kept).await, texts(store, &like_all).await];
    expire_all(store, 5, days(10)).await;
    let by_all = [texts(store, &kept).await, texts(store, &like_all).await];

    assert_eq!(by_rooms, [[""], ["hello"], ["hello"]], "without a time of the server");
    assert_eq!(by_all, [["hello"], [""]]);
}

pub async fn a_message_that_is_just_old_enough_stays(store: &dyn Store) {
    let (ann, room) = (person("ann"), lobby(store).await);
    store.append(&[message(&room, &ann, "hello")]).await.unwrap();

    expire_all(store, 7, days(7)).await;
    let on_the_day = texts(store, &room).await;
    expire_all(store, 7, Timestamp(days(7).0 + 1)).await;

    assert_eq!(on_the_day, ["hello"]);
    assert_eq!(texts(store, &room).await, [""]);
}

pub async fn what_has_become_free_is_given_back(store: &dyn Store) {
    let (ann, room) = (person("ann"), lobby(store).await);
    store.append(&vec![message(&room, &ann, &"x".repeat(10_000)); 400]).await.unwrap();
    expire_all(store, 1, days(2)).await;

    let first = store.give_back().await.unwrap();
    let mut left = first;
    while left > 0 {
        let now = store.give_back().await.unwrap();
        assert!(now < left, "a little each time");
        left = now;
    }

    assert!(first > 0, "not everything at once");
    assert_eq!(seqs(store, room.id).await.len(), 400);
}

pub async fn what_would_go_of_a_room_is_told_before_it_goes(store: &dyn Store) {
    let (ann, garden, yard) = (person("ann"), empty_room(store, "garden").await, empty_room(store, "yard").await);
    let young = at(message(&garden, &ann, "young"), days(8));
    store.append(&[message(&garden, &ann, "old"), young, message(&yard, &ann, "old too")]).await.unwrap();

    let told = store.would_expire(garden.id, 5, days(10)).await.unwrap();

    assert_eq!(told, Expired { messages: 1, bytes: 3 });
    assert_eq!(store.would_expire(garden.id, 0, days(10)).await.unwrap(), Expired::default(), "0 is for ever");
    store.set_retention(garden.id, Some(5)).await.unwrap();
    expire_all(store, 0, days(10)).await;
    assert_eq!(store.would_expire(garden.id, 5, days(10)).await.unwrap(), Expired::default());
    assert_eq!(texts(store, &yard).await, ["old too"], "asking changes nothing");
}

pub async fn what_takes_the_room_is_told_by_its_parts(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let [small, large] = ["small", "large"].map(|name| empty_room(store, name));
    let (small, large) = (small.await, large.await);
    let pair = new_room("pair", RoomKind::Direct, &[(&ann, Role::Owner), (&bob, Role::Owner)]);
    let pair = store.create_room(&pair).await.unwrap();
    store.append(&vec![message(&large, &ann, &"x".repeat(10_000)); 40]).await.unwrap();
    store.append(&[message(&small, &ann, "hello"), message(&pair, &ann, "between us")]).await.unwrap();
    index(store).await;

    let sizes = store.sizes(2).await.unwrap();

    let rooms: Vec<_> = sizes.rooms.iter().map(|room| (room.name.as_str(), room.content)).collect();
    let large = Content { messages: 40, bytes: 400_000 };
    assert_eq!(
        rooms,
        [("large", large), ("small", Content { messages: 1, bytes: 5 })],
        "the largest, and no direct one"
    );
    assert_eq!(sizes.direct, Content { messages: 1, bytes: 10 });
    assert!(sizes.messages >= 400_000 && sizes.search >= 4096 && sizes.other >= 4096, "{sizes:?}");
    assert_eq!(sizes.messages + sizes.search + sizes.other + sizes.free, sizes.file, "{sizes:?}");
}
