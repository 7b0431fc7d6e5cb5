//! Memberships and read cursors.

use parlor::domain::ids::RoomId;
use parlor::domain::membership::{Membership, Role};
use parlor::domain::room::RoomKind;
use parlor::storage::Store;
use parlor::storage::rooms::CursorMove;

use crate::storage::samples::{account, joined, left, lobby, mark, membership, message, new_room, person, seqs, up};

pub async fn joining_makes_a_member_who_has_read_so_far(store: &dyn Store) {
    let (ann, bob, lobby) = (account(store, "ann").await, account(store, "bob").await, lobby(store).await);
    let drafts = [message(&lobby, &ann, "1"), joined(&lobby, &bob, Role::Member), message(&lobby, &ann, "3")];

    store.append(&drafts).await.unwrap();

    assert_eq!(membership(store, lobby.id, bob.id).await, Some(Membership::new(bob.id, Role::Member, mark(2, 1))));
    assert_eq!(membership(store, lobby.id, ann.id).await, None, "writing makes no member");

    store.append(&[joined(&lobby, &bob, Role::Moderator), message(&lobby, &bob, "5")]).await.unwrap();

    assert_eq!(membership(store, lobby.id, bob.id).await, Some(Membership::new(bob.id, Role::Moderator, mark(4, 2))));
}

pub async fn leaving_ends_a_membership(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let members = [(&ann, Role::Owner), (&bob, Role::Member)];
    let tea = store.create_room(&new_room("tea", RoomKind::Public, &members)).await.unwrap();

    store.append(&[left(&tea, &bob)]).await.unwrap();

    assert_eq!(membership(store, tea.id, bob.id).await, None);
    assert_eq!(store.rooms_of(bob.id).await.unwrap(), []);
    assert_eq!(membership(store, tea.id, ann.id).await.map(|membership| membership.role), Some(Role::Owner));
}

pub async fn the_last_word_of_a_batch_counts(store: &dyn Store) {
    let (ann, bob, lobby) = (account(store, "ann").await, account(store, "bob").await, lobby(store).await);
    let drafts = [
        joined(&lobby, &ann, Role::Owner),
        joined(&lobby, &bob, Role::Member),
        left(&lobby, &ann),
        left(&lobby, &bob),
        joined(&lobby, &ann, Role::Member),
    ];

    store.append(&drafts).await.unwrap();

    assert_eq!(membership(store, lobby.id, ann.id).await, Some(Membership::new(ann.id, Role::Member, mark(5, 0))));
    assert_eq!(membership(store, lobby.id, bob.id).await, None);
    assert_eq!(seqs(store, lobby.id).await, [1, 2, 3, 4, 5], "the log has all of it");
}

pub async fn a_guest_who_joins_is_no_member(store: &dyn Store) {
    let (guest, lobby) = (person("guest"), lobby(store).await);
    let members = [(&guest, Role::Owner)];

    store.append(&[joined(&lobby, &guest, Role::Member)]).await.unwrap();
    let tea = store.create_room(&new_room("tea", RoomKind::Public, &members)).await.unwrap();

    assert_eq!(seqs(store, lobby.id).await, [1], "it happened");
    assert_eq!(membership(store, lobby.id, guest.id).await, None, "and ends with the visit");
    assert_eq!((tea.last_seq, tea.made_by), (1, Some(guest.id)));
    assert_eq!(membership(store, tea.id, guest.id).await, None);
}

pub async fn a_cursor_moves_up_to_the_end_and_down_only_when_asked(store: &dyn Store) {
    let (ann, bob, lobby) = (account(store, "ann").await, account(store, "bob").await, lobby(store).await);
    let mut drafts = vec![joined(&lobby, &ann, Role::Member), joined(&lobby, &bob, Role::Member)];
    drafts.extend((0..4).map(|_| message(&lobby, &ann, "hello")));
    store.append(&drafts).await.unwrap();
    let cursor = async |user| membership(store, lobby.id, user).await.unwrap().read.seq;

    store
        .move_cursors(&[up(&lobby, &ann, 4, 2), CursorMove { room: RoomId(4711), ..up(&lobby, &ann, 9, 9) }])
        .await
        .unwrap();
    assert_eq!((cursor(ann.id).await, cursor(bob.id).await), (4, 2), "up");

    store.move_cursors(&[up(&lobby, &ann, 3, 1), up(&lobby, &bob, 5, 3)]).await.unwrap();
    assert_eq!((cursor(ann.id).await, cursor(bob.id).await), (4, 5), "never down");

    store.move_cursors(&[up(&lobby, &ann, 7, 5), up(&lobby, &bob, u64::MAX, u64::MAX)]).await.unwrap();
    assert_eq!((cursor(ann.id).await, cursor(bob.id).await), (6, 6), "not beyond the end");

    let back = CursorMove { back: true, ..up(&lobby, &ann, 3, 1) };
    store.move_cursors(&[back]).await.unwrap();
    assert_eq!(membership(store, lobby.id, ann.id).await.unwrap().read, mark(3, 1), "unless somebody wants to");

    store.move_cursors(&[]).await.unwrap();
}
