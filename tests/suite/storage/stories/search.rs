//! The search index, which follows the log.

use parlor::domain::clock::Timestamp;
use parlor::domain::event::{Draft, EventBody};
use parlor::domain::ids::{RoomId, Seq};
use parlor::domain::membership::Role;
use parlor::domain::name::{NameKey, RoomName};
use parlor::domain::room::{RoomInfo, RoomKind};
use parlor::domain::search::{Days, Marks, parse};
use parlor::storage::Store;
use parlor::storage::search::{LogPlace, Wanted, Writer};

use crate::storage::samples::{NOW, account, draft, empty_room, joined, left, lobby, message, new_room, person};

/// No message.
const NONE: [Seq; 0] = [];

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Takes everything into the index.
pub async fn index(store: &dyn Store) {
    while store.index_log(3).await.unwrap().events > 0 {}
}

/// What somebody typed, in these rooms.
pub fn wanted(text: &str, rooms: &[RoomId]) -> Wanted {
    let query = parse(text, Days { zone: &jiff::tz::TimeZone::UTC, now: NOW }, false).unwrap();
    let (terms, marks, first, end) = (query.terms, query.marks, query.first, query.end);
    Wanted { terms, marks, first, end, rooms: rooms.to_vec(), limit: 100, ..Wanted::default() }
}

/// The numbers of what is found, in the order of finding.
pub async fn find(store: &dyn Store, wanted: &Wanted) -> Vec<Seq> {
    let found = store.find_messages(wanted).await.unwrap();
    assert!(found.is_sorted_by_key(|found| std::cmp::Reverse(found.place)), "newest first");
    found.iter().map(|found| found.event.seq).collect()
}

async fn find_text(store: &dyn Store, text: &str, room: &RoomInfo) -> Vec<Seq> {
    find(store, &wanted(text, &[room.id])).await
}

/// Writes these texts into the lobby, as Ann.
async fn said(store: &dyn Store, texts: &[&str]) -> RoomInfo {
    let (ann, lobby) = (person("ann"), lobby(store).await);
    let drafts: Vec<Draft> = texts.iter().map(|text| message(&lobby, &ann, text)).collect();
    store.append(&drafts).await.unwrap();
    index(store).await;
    lobby
}

pub async fn words_and_phrases_are_found_the_newest_first(store: &dyn Store) {
    let texts = ["Green tea", "tea, green", "greens and teapots", "the tea is not green tea", "Grün: thé vert, *tea*"];
    let lobby = said(store, &texts).await;

    for (text, expected) in [
        ("tea", &[5, 4, 2, 1][..]),
        ("green tea", &[4, 2, 1]),
        ("\"green tea\"", &[4, 1]),
        ("\"tea green\"", &[2]),
        ("te*", &[5, 4, 3, 2, 1]),
        ("teap*", &[3]),
        ("\"not gre*\"", &[]),
        ("THE", &[5, 4]),
        ("grun", &[5]),
        ("coffee", &[]),
        ("tea coffee", &[]),
        ("text tags", &[]),
    ] {
        assert_eq!(find_text(store, text, &lobby).await, expected, "{text}");
    }
    let found = store.find_messages(&wanted("teapots", &[lobby.id])).await.unwrap();
    assert_eq!(found[0].event, store.event(lobby.id, 3).await.unwrap().unwrap(), "the event as it is");
}

pub async fn words_of_every_script_are_found(store: &dyn Store) {
    let texts =
        ["東京タワーで会いましょう", "서울에서 만나요", "สวัสดีครับ", "مُحَمَّد في القاهرة", "नमस्ते दुनिया", "great 😀👍🏽"];
    let lobby = said(store, &texts).await;

    for (text, expected) in [
        ("京タワー", 1),
        ("会い", 1),
        ("서울", 2),
        ("만나", 2),
        ("ครับ", 3),
        ("محمد", 4),
        ("القاهره", 4),
        ("दुनिया", 5),
        ("😀", 6),
        ("👍", 6),
    ] {
        assert_eq!(find_text(store, text, &lobby).await, [expected], "{text}");
    }
    assert_eq!(find_text(store, "京東", &lobby).await, NONE, "in this order only");
}

pub async fn what_a_message_has_narrows_the_search(store: &dyn Store) {
    let texts = ["see https://example.com", "run `make`", "[both](https://a.example) `x`", "neither"];
    let lobby = said(store, &texts).await;

    for (text, expected) in [
        ("has:link", &[3, 1][..]),
        ("has:code", &[3, 2]),
        ("has:link has:code", &[3]),
        ("run has:code", &[2]),
        ("is:pinned", &[]),
    ] {
        assert_eq!(find_text(store, text, &lobby).await, expected, "{text}");
    }
    for tag in ["hl", "r1", "r5"] {
        assert_eq!(find_text(store, tag, &lobby).await, NONE, "tags are no words");
    }
}

pub async fn authors_narrow_the_search(store: &dyn Store) {
    let (ann, bob, lobby) = (account(store, "ann").await, account(store, "bob").await, lobby(store).await);
    let (guest, again, other) = (person("Žofie"), person("žofie"), person("cid"));
    let by = [&ann, &bob, &guest, &again, &other, &ann];
    let drafts: Vec<Draft> = by.iter().map(|author| message(&lobby, author, "tea")).collect();
    store.append(&drafts).await.unwrap();
    index(store).await;

    let guest_name = |name: &str| Writer::Guest(NameKey::of(name));
    for (writers, expected) in [
        (vec![Writer::Person(ann.id)], &[6, 1][..]),
        (vec![Writer::Person(ann.id), Writer::Person(bob.id)], &[6, 2, 1]),
        (vec![guest_name("ŽOFIE")], &[4, 3]),
        (vec![Writer::Person(guest.id)], &[3]),
        (vec![guest_name("ann")], &[]),
        (vec![Writer::Person(person("eve").id)], &[]),
    ] {
        let wanted = Wanted { writers: writers.clone(), ..wanted("tea", &[lobby.id]) };
        assert_eq!(find(store, &wanted).await, expected, "{writers:?}");
        assert_eq!(find(store, &Wanted { terms: Vec::new(), ..wanted }).await, expected, "without a word");
    }
}

pub async fn days_and_places_narrow_the_search(store: &dyn Store) {
    let (ann, lobby) = (person("ann"), lobby(store).await);
    let at = |at: i64| Draft { at: Timestamp(at), ..message(&lobby, &ann, "tea") };
    let begin = NOW.0.div_euclid(DAY) * DAY;
    // The clock was put back between the third and the fourth.
    let drafts = [at(begin - DAY), at(begin - 1), at(begin + 5), at(begin - 2), at(begin + 10), at(begin + DAY)];
    store.append(&drafts).await.unwrap();
    index(store).await;

    let range = async |first: Option<i64>, end: Option<i64>| {
        let (first, end) = (first.map(Timestamp), end.map(Timestamp));
        let wanted = Wanted { first, end, ..wanted("tea", &[lobby.id]) };
        find(store, &wanted).await
    };
    assert_eq!(range(Some(begin), None).await, [6, 5, 3]);
    assert_eq!(range(None, Some(begin)).await, [4, 2, 1]);
    assert_eq!(range(Some(begin), Some(begin + DAY)).await, [5, 3]);
    assert_eq!(range(Some(begin + 6), Some(begin + 11)).await, [5]);
    assert_eq!(range(Some(begin - 1), Some(begin)).await, [2]);
    assert!(range(Some(begin + 2 * DAY), None).await.is_empty());
    assert!(range(None, Some(begin - DAY)).await.is_empty());
    assert!(range(Some(i64::MAX), Some(i64::MIN)).await.is_empty());

    let first = store.find_messages(&Wanted { limit: 4, ..wanted("tea", &[lobby.id]) }).await.unwrap();
    let below = first.last().map(|last| last.place);
    assert_eq!(find(store, &Wanted { below, ..wanted("tea", &[lobby.id]) }).await, [2, 1], "the next page");
    assert_eq!(find(store, &Wanted { below: Some(LogPlace(0)), ..wanted("tea", &[lobby.id]) }).await, NONE);
}

pub async fn nothing_is_found_outside_the_rooms_that_were_named(store: &dyn Store) {
    let ann = person("ann");
    let mut rooms = Vec::new();
    for number in 0..7 {
        rooms.push(empty_room(store, &format!("room-{number}")).await);
    }
    let drafts: Vec<Draft> = rooms.iter().map(|room| message(room, &ann, "tea")).collect();
    store.append(&drafts).await.unwrap();
    index(store).await;

    // One room, a few rooms, and more than are part of the question.
    for count in [0, 1, 4, 5, 6] {
        let named: Vec<RoomId> = rooms[..count].iter().map(|room| room.id).collect();
        for text in ["tea", "on:2026-11-21"] {
            let found = store.find_messages(&wanted(text, &named)).await.unwrap();
            let mut found: Vec<RoomId> = found.iter().map(|found| found.event.room).collect();
            found.reverse();
            assert_eq!(found, named, "{text}");
        }
    }
}

pub async fn a_word_that_is_common_elsewhere_is_found_in_rooms_where_it_is_rare(store: &dyn Store) {
    let (ann, lobby) = (person("ann"), lobby(store).await);
    let mut rooms = Vec::new();
    for number in 0..210 {
        let name = RoomName::trusted(format!("room-{number}"));
        rooms.push(
            store
                .create_room(&parlor::storage::rooms::NewRoom { name, ..new_room("x", RoomKind::Public, &[]) })
                .await
                .unwrap(),
        );
    }
    store.append(&[message(&rooms[3], &ann, "tea"), message(&rooms[205], &ann, "tea")]).await.unwrap();
    // More than are looked at one by one.
    store.append(&vec![message(&lobby, &ann, "tea"); 1200]).await.unwrap();
    while store.index_log(256).await.unwrap().events > 0 {}

    let named: Vec<RoomId> = rooms.iter().map(|room| room.id).collect();
    let found = store.find_messages(&wanted("tea", &named)).await.unwrap();

    assert_eq!(found.iter().map(|found| found.event.room).collect::<Vec<_>>(), [rooms[205].id, rooms[3].id]);
    let first = store.find_messages(&Wanted { limit: 1, ..wanted("tea", &named) }).await.unwrap();
    assert_eq!(first[0], found[0]);
}

pub async fn a_changed_message_is_found_by_what_it_says_now(store: &dyn Store) {
    let lobby = said(store, &["green tea", "black tea"]).await;
    let ann = store.event(lobby.id, 1).await.unwrap().unwrap().author;

    let text = "green coffee, see https://example.com".to_owned();
    store.append(&[draft(&lobby, &ann, EventBody::Edited { target: 1, text })]).await.unwrap();
    index(store).await;

    assert_eq!(find_text(store, "green tea", &lobby).await, NONE);
    assert_eq!(find_text(store, "green coffee has:link", &lobby).await, [1]);
    let again = EventBody::Edited { target: 1, text: "green milk".to_owned() };
    store.append(&[draft(&lobby, &ann, again), message(&lobby, &ann, "milk")]).await.unwrap();
    index(store).await;
    assert_eq!(find_text(store, "coffee", &lobby).await, NONE);
    assert_eq!(find_text(store, "has:link", &lobby).await, NONE);
    assert_eq!(find_text(store, "milk", &lobby).await, [4 + 1, 1]);
    let found = store.find_messages(&wanted("green", &[lobby.id])).await.unwrap();
    assert!(matches!(&found[0].event.body, EventBody::Message(m) if m.text == "green milk"));
}

pub async fn a_deleted_message_is_not_found_any_more(store: &dyn Store) {
    let lobby = said(store, &["green tea", "secret tea"]).await;
    let ann = store.event(lobby.id, 1).await.unwrap().unwrap().author;

    let deleted = |target| draft(&lobby, &ann, EventBody::Deleted { target, moderator: false });
    store.append(&[deleted(2)]).await.unwrap();
    assert_eq!(find_text(store, "tea", &lobby).await, [1], "at once, though the index does not know it yet");
    index(store).await;
    assert_eq!(find_text(store, "secret", &lobby).await, NONE);

    // Written and deleted before the index has seen either.
    store.append(&[message(&lobby, &ann, "hasty words")]).await.unwrap();
    store.append(&[deleted(4)]).await.unwrap();
    index(store).await;
    assert_eq!(find_text(store, "hasty", &lobby).await, NONE);
    assert_eq!(find_text(store, "tea", &lobby).await, [1]);
}

pub async fn reactions_and_pins_are_found_while_they_are_there(store: &dyn Store) {
    let lobby = said(store, &["green tea", "black tea"]).await;
    let (ann, bob) = (store.event(lobby.id, 1).await.unwrap().unwrap().author, person("bob"));
    let react = |who: &_, on| {
        let emoji = "👍".to_owned();
        draft(&lobby, who, EventBody::Reaction { target: 1, emoji, on, count: 0 })
    };
    let pin = |on| draft(&lobby, &ann, EventBody::Pinned { target: 2, on });

    let steps = [
        (vec![react(&ann, true), pin(true)], &[1][..], &[2][..]),
        (vec![react(&bob, true)], &[1], &[2]),
        (vec![react(&ann, false), pin(false)], &[1], &[]),
        (vec![react(&bob, false)], &[], &[]),
        (vec![pin(true)], &[], &[2]),
        (vec![draft(&lobby, &ann, EventBody::Deleted { target: 2, moderator: false })], &[], &[]),
    ];
    for (number, (drafts, reacted, pinned)) in steps.into_iter().enumerate() {
        store.append(&drafts).await.unwrap();
        index(store).await;

        assert_eq!(find_text(store, "tea has:reaction", &lobby).await, reacted, "step {number}");
        assert_eq!(find_text(store, "is:pinned", &lobby).await, pinned, "step {number}");
    }
    assert_eq!(find_text(store, "green", &lobby).await, [1]);
}

pub async fn the_index_goes_on_where_it_was_and_can_be_made_again(store: &dyn Store) {
    let lobby = said(store, &["tea 1", "tea 2", "tea 3"]).await;
    let ann = person("ann");

    let drafts: Vec<Draft> = (4..=9).map(|number| message(&lobby, &ann, &format!("tea {number}"))).collect();
    store.append(&drafts).await.unwrap();
    assert_eq!(store.index_log(2).await.unwrap().events, 2);
    assert_eq!(find_text(store, "tea", &lobby).await, [5, 4, 3, 2, 1]);
    // Two at once take the same events; one of them has done nothing.
    let (one, other) = tokio::join!(store.index_log(3), store.index_log(3));
    assert!(one.is_ok() && other.is_ok());
    index(store).await;
    assert_eq!(find_text(store, "tea", &lobby).await, [9, 8, 7, 6, 5, 4, 3, 2, 1]);

    store.append(&[draft(&lobby, &ann, EventBody::Deleted { target: 9, moderator: true })]).await.unwrap();
    store.forget_index().await.unwrap();
    assert_eq!(find_text(store, "tea", &lobby).await, NONE);
    index(store).await;
    assert_eq!(find_text(store, "tea", &lobby).await, [8, 7, 6, 5, 4, 3, 2, 1]);

    store.set_setting("search_indexed_to", "4711:9").await.unwrap();
    index(store).await;
    assert_eq!(find_text(store, "tea", &lobby).await.len(), 8, "an index of another version is made again");
}

pub async fn whoever_waits_for_the_log_is_told(store: &dyn Store) {
    let (ann, lobby) = (person("ann"), lobby(store).await);

    store.append(&[message(&lobby, &ann, "before")]).await.unwrap();
    store.log_grown().await;
    let ((), appended) = tokio::join!(store.log_grown(), async {
        let drafts = [message(&lobby, &ann, "while waiting")];
        store.append(&drafts).await
    });

    assert!(appended.is_ok());
}

pub async fn neighbours_are_the_messages_around(store: &dyn Store) {
    let (ann, lobby, tea) = (account(store, "ann").await, lobby(store).await, empty_room(store, "tea").await);
    let deleted = EventBody::Deleted { target: 5, moderator: false };
    let drafts = [
        message(&lobby, &ann, "1"),
        joined(&lobby, &ann, Role::Member),
        message(&lobby, &ann, "3"),
        left(&lobby, &ann),
        message(&lobby, &ann, "5"),
        message(&tea, &ann, "elsewhere"),
    ];
    store.append(&drafts).await.unwrap();

    let around = async |places: &[(RoomId, Seq)]| -> Vec<[Option<Seq>; 2]> {
        let found = store.neighbours(places).await.unwrap();
        found.iter().map(|n| [&n.before, &n.after].map(|event| event.as_ref().map(|event| event.seq))).collect()
    };
    let (one, three) = ((lobby.id, 1), (lobby.id, 3));
    assert_eq!(around(&[three, (tea.id, 1), one]).await, [[Some(1), Some(5)], [None, None], [None, Some(3)]]);
    assert!(around(&[]).await.is_empty());
    store.append(&[draft(&lobby, &ann, deleted)]).await.unwrap();
    assert_eq!(around(&[three]).await, [[Some(1), None]], "nothing is to be seen of a deleted one");
}

pub async fn known_rooms_are_the_public_ones_and_those_with_a_membership(store: &dyn Store) {
    let (ann, bob, cid) = (account(store, "ann").await, account(store, "bob").await, account(store, "cid").await);
    empty_room(store, "open").await;
    store.create_room(&new_room("hers", RoomKind::Private, &[(&ann, Role::Owner)])).await.unwrap();
    store.create_room(&new_room("his", RoomKind::Private, &[(&bob, Role::Owner)])).await.unwrap();
    store.create_room(&new_room("ours", RoomKind::Public, &[(&ann, Role::Owner)])).await.unwrap();
    for (name, other) in [("direct-1", &bob), ("direct-2", &cid)] {
        let people = [(&ann, Role::Member), (other, Role::Member)];
        store.create_room(&new_room(name, RoomKind::Direct, &people)).await.unwrap();
    }

    let known = async |user| {
        let mut rooms: Vec<(String, bool, String)> = Vec::new();
        for room in store.known_rooms(user).await.unwrap() {
            let others: Vec<&str> = room.others.iter().map(|other| other.name.as_str()).collect();
            rooms.push((room.name.to_string(), room.membership.is_some(), others.join(" ")));
        }
        rooms.sort();
        rooms
    };
    let row = |name: &str, is_member: bool, others: &str| (name.to_owned(), is_member, others.to_owned());
    let public = [row("lobby", false, ""), row("open", false, ""), row("ours", false, "")];
    assert_eq!(known(None).await, public);
    let of_ann = [
        row("direct-1", true, "bob"),
        row("direct-2", true, "cid"),
        row("hers", true, ""),
        row("lobby", false, ""),
        row("open", false, ""),
        row("ours", true, ""),
    ];
    assert_eq!(known(Some(ann.id)).await, of_ann);
}

pub async fn accounts_are_found_by_the_beginning_of_their_names(store: &dyn Store) {
    for name in ["ann", "Anna", "andy", "bob", "ärger"] {
        account(store, name).await;
    }

    let beginning = async |text: &str, limit| -> Vec<String> {
        let found = store.accounts_beginning(&NameKey::of(text), limit).await.unwrap();
        found.iter().map(|account| account.name.to_string()).collect()
    };
    assert_eq!(beginning("an", 10).await, ["andy", "ann", "Anna"]);
    assert_eq!(beginning("ANN", 10).await, ["ann", "Anna"]);
    assert_eq!(beginning("an", 2).await.len(), 2);
    assert!(beginning("x", 10).await.is_empty() && beginning("%", 10).await.is_empty());
}

pub async fn a_search_for_nothing_finds_nothing(store: &dyn Store) {
    let lobby = said(store, &["tea"]).await;

    let nothing = Wanted { rooms: vec![lobby.id], limit: 0, ..Wanted::default() };
    assert_eq!(find(store, &nothing).await, NONE);
    let marks = Marks::default();
    assert_eq!(find(store, &Wanted { marks, limit: 5, ..nothing }).await, [1], "a room is enough to ask for");
}
