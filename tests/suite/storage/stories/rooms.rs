//! Rooms and their lists.

use parlor::domain::event::{Event, EventBody};
use parlor::domain::ids::RoomId;
use parlor::domain::mask::{KeptOut, Mask};
use parlor::domain::membership::{Membership, Role};
use parlor::domain::name::{NameKey, UserName};
use parlor::domain::room::{Description, RoomInfo, RoomKind};
use parlor::domain::room_rules::{RoomKey, RoomRules};
use parlor::storage::rooms::StoredRoom;
use parlor::storage::{StorageError, Store};

use crate::storage::samples::{account, draft, empty_room, event, joined, lobby, mark, new_room};

pub async fn the_lobby_is_there_from_the_start(store: &dyn Store) {
    let lobby = lobby(store).await;

    assert_eq!((lobby.name.as_str(), lobby.kind), ("lobby", RoomKind::Public));
    assert_eq!((lobby.last_seq, lobby.made_by), (0, None));
    assert!(lobby.made_at.0 > 1_700_000_000_000, "it was made when the database was: {}", lobby.made_at);
    assert_eq!(store.room(lobby.id).await.unwrap(), Some(StoredRoom { info: lobby, memberships: Vec::new() }));
    assert_eq!(store.room(RoomId(4711)).await.unwrap(), None);
    assert_eq!(store.room_by_name(&NameKey::of("nowhere")).await.unwrap(), None);
}

pub async fn a_new_room_begins_with_the_joins_of_its_members(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let new = new_room("tea", RoomKind::Private, &[(&ann, Role::Owner), (&bob, Role::Member)]);

    let room = store.create_room(&new).await.unwrap();

    let RoomInfo { id, name, .. } = room.clone();
    let (kind, topic) = (RoomKind::Private, new.topic.clone());
    let expected = RoomInfo {
        id,
        name,
        kind,
        topic,
        description: Description::default(),
        archived: false,
        slow_mode: 0,
        rules: RoomRules::default(),
        last_seq: 2,
        messages: 0,
        made_by: Some(ann.id),
        made_at: new.at,
    };
    assert_eq!(room, expected);
    let stored = store.room(id).await.unwrap().unwrap();
    assert_eq!(stored.info, expected);
    let mut memberships = stored.memberships;
    memberships.sort_by_key(|membership| membership.role);
    // Nobody begins with something unread.
    assert_eq!(
        memberships,
        [Membership::new(bob.id, Role::Member, mark(2, 0)), Membership::new(ann.id, Role::Owner, mark(2, 0))]
    );
    let first = event(&joined(&room, &ann, Role::Owner), 1);
    let second = event(&draft(&room, &bob, EventBody::Joined { role: Role::Member, by: Some(ann) }), 2);
    let no_messages = |event| Event { n: 0, ..event };
    assert_eq!(store.events_after(id, 0, 10).await.unwrap(), [first, second].map(no_messages));
}

pub async fn a_room_whose_name_looks_like_another_is_refused(store: &dyn Store) {
    let ann = account(store, "ann").await;
    empty_room(store, "paypal").await;

    for name in ["paypal", "раураl", "lobby"] {
        let refused = store.create_room(&new_room(name, RoomKind::Public, &[(&ann, Role::Owner)])).await;

        assert!(matches!(refused, Err(StorageError::Conflict { .. })), "{name}: {refused:?}");
    }
    assert_eq!(store.rooms_of(ann.id).await.unwrap(), [], "nothing of them was written");
}

pub async fn two_people_have_one_direct_room(store: &dyn Store) {
    let (ann, bob, cid) = (account(store, "ann").await, account(store, "bob").await, account(store, "cid").await);
    let direct = |name, one, other| new_room(name, RoomKind::Direct, &[(one, Role::Member), (other, Role::Member)]);

    let room = store.create_room(&direct("direct-1", &ann, &bob)).await.unwrap();
    let again = store.create_room(&direct("direct-2", &bob, &ann)).await;
    let with_another = store.create_room(&direct("direct-3", &bob, &cid)).await.unwrap();
    let alone = store.create_room(&direct("direct-4", &ann, &ann)).await;

    assert!(matches!(again, Err(StorageError::Conflict { .. })), "{again:?}");
    assert!(alone.is_err(), "a direct room is for two");
    assert_eq!(store.direct_room(&[ann.id, bob.id]).await.unwrap(), Some(room.id));
    assert_eq!(store.direct_room(&[bob.id, ann.id]).await.unwrap(), Some(room.id));
    assert_eq!(store.direct_room(&[cid.id, bob.id]).await.unwrap(), Some(with_another.id));
    assert_eq!(store.direct_room(&[ann.id, cid.id]).await.unwrap(), None);
}

pub async fn a_list_of_rooms_names_the_other_one_of_a_direct_room(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let both = [(&ann, Role::Owner), (&bob, Role::Member)];
    let direct = store.create_room(&new_room("direct-1", RoomKind::Direct, &both)).await.unwrap();
    let tea = store.create_room(&new_room("tea", RoomKind::Private, &both)).await.unwrap();
    store.create_room(&new_room("bobs", RoomKind::Private, &[(&bob, Role::Owner)])).await.unwrap();

    let rooms = store.rooms_of(ann.id).await.unwrap();

    let infos: Vec<_> = rooms.iter().map(|room| room.info.clone()).collect();
    assert_eq!(infos, [direct, tea]);
    assert_eq!(rooms.iter().map(|room| room.members).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(rooms[0].others, [bob]);
    assert_eq!(rooms[1].others, []);
    assert_eq!(rooms[1].membership, Some(Membership::new(ann.id, Role::Owner, mark(2, 0))));
}

pub async fn public_rooms_are_listed_by_name_page_by_page(store: &dyn Store) {
    let ann = account(store, "ann").await;
    for name in ["zoo", "attic"] {
        empty_room(store, name).await;
    }
    let tea = store.create_room(&new_room("tea", RoomKind::Public, &[(&ann, Role::Owner)])).await.unwrap();
    store.create_room(&new_room("hidden", RoomKind::Private, &[(&ann, Role::Owner)])).await.unwrap();

    let first = store.public_rooms(Some(ann.id), None, 3).await.unwrap();
    let second = store.public_rooms(None, Some(&first[2].info.name.key()), 3).await.unwrap();

    let names: Vec<_> = first.iter().chain(&second).map(|room| room.info.name.as_str()).collect();
    assert_eq!(names, ["attic", "lobby", "tea", "zoo"]);
    assert_eq!((first[2].info.clone(), first[2].members), (tea, 1));
    assert_eq!(first[2].membership.map(|membership| membership.role), Some(Role::Owner));
    assert_eq!((first[0].membership, first[0].members), (None, 0));
}

pub async fn members_are_listed_by_name_page_by_page(store: &dyn Store) {
    let (cid, ann, bob) = (account(store, "cid").await, account(store, "ann").await, account(store, "Bob").await);
    let members = [(&cid, Role::Owner), (&ann, Role::Member), (&bob, Role::Moderator)];
    let tea = store.create_room(&new_room("tea", RoomKind::Public, &members)).await.unwrap();

    let first = store.members(tea.id, None, 2).await.unwrap();
    let second = store.members(tea.id, Some(&first[1].person.name.key()), 2).await.unwrap();

    let names: Vec<_> = first.iter().chain(&second).map(|member| member.person.name.as_str()).collect();
    assert_eq!(names, ["ann", "Bob", "cid"]);
    assert_eq!(first[1].person, bob);
    assert_eq!(first[1].membership, Membership::new(bob.id, Role::Moderator, mark(3, 0)));
}

pub async fn rules_are_kept_until_others_are_set(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let tea = store.create_room(&new_room("tea", RoomKind::Public, &[(&ann, Role::Owner)])).await.unwrap();
    let by = UserName::trusted("ann~2".to_owned());
    let rules = RoomRules {
        moderated: true,
        hidden: true,
        key: RoomKey::parse("sesame").ok(),
        most: Some(9),
        masks: vec![KeptOut { mask: Mask::parse("bob!*@1f*").unwrap(), by, at: tea.made_at }],
        ..RoomRules::default()
    };

    store.set_rules(tea.id, &rules).await.unwrap();

    assert_eq!(store.room(tea.id).await.unwrap().unwrap().info.rules, rules);
    assert_eq!(store.rooms_of(ann.id).await.unwrap()[0].info.rules, rules);
    assert_eq!(lobby(store).await.rules, RoomRules::default(), "other rooms keep theirs");
    store.set_rules(tea.id, &RoomRules::default()).await.unwrap();
    assert_eq!(store.room_by_name(&NameKey::of("tea")).await.unwrap().unwrap().info.rules, RoomRules::default());
    store.set_rules(RoomId(4711), &rules).await.unwrap();
}
