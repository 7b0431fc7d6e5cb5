//! Every story on SQLite, and what only SQLite has to prove: its file, its locks and its durability.

use std::fs;
use std::path::{Path, PathBuf};

use parlor::domain::event::EventBody;
use parlor::domain::membership::Role;
use parlor::domain::room::RoomKind;
use parlor::storage::idempotency::KeyState;
use parlor::storage::search::Wanted;
use parlor::storage::sqlite::SqliteStore;
use parlor::storage::{Audit, Events, Idempotency, OpenError, Rooms, Search, Settings, Store};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use super::samples::{
    NOW, account, draft, joined, left, lobby, membership, message, message_with_nonce, new_room, person, seqs,
};
use super::stories;

macro_rules! run_on_sqlite {
    ($($topic:ident :: $story:ident,)*) => {
        mod conformance {
            $(
                #[tokio::test]
                async fn $story() {
                    let (_folder, store) = super::fresh().await;
                    super::stories::$topic::$story(&store).await;
                }
            )*
        }
    };
}
every_story!(run_on_sqlite);

async fn fresh() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await.unwrap();
    (folder, store)
}

async fn open(folder: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(None, folder).await
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("parlor.db")
}

/// Runs SQL behind the back of the store.
async fn meddle(folder: &TempDir, sql: &'static str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", file(folder).display())).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let (folder, store) = fresh().await;
    let ann = account(&store, "ann").await;
    let tea = store.create_room(&new_room("tea", RoomKind::Private, &[(&ann, Role::Owner)])).await.unwrap();
    store.append(&[message_with_nonce(&tea, &ann, "hello", "n1")]).await.unwrap();
    let written = store.events_after(tea.id, 0, 10).await.unwrap();
    let id = lobby(&store).await.id;
    store.close().await;

    let store = open(folder.path()).await.unwrap();

    assert_eq!(store.events_after(tea.id, 0, 10).await.unwrap(), written);
    assert_eq!(written.len(), 2);
    assert_eq!(lobby(&store).await.id, id, "the lobby is made once");
    assert_eq!(membership(&store, tea.id, ann.id).await.map(|found| found.role), Some(Role::Owner));
    let next = message(&tea, &ann, "next");
    store.append(&[message_with_nonce(&tea, &ann, "hello", "n1"), next]).await.unwrap();
    assert_eq!(seqs(&store, tea.id).await, [1, 2, 3]);
}

#[tokio::test]
async fn what_was_committed_is_there_without_an_orderly_close() {
    let (folder, store) = fresh().await;
    let (ann, lobby) = (person("ann"), lobby(&store).await);
    store.append(&[message(&lobby, &ann, "hello")]).await.unwrap();

    // What a crash leaves: the file and its write-ahead log as they are at this moment.
    let after_crash = tempfile::tempdir().unwrap();
    for name in ["parlor.db", "parlor.db-wal"] {
        fs::copy(folder.path().join(name), after_crash.path().join(name)).unwrap();
    }
    let reopened = open(after_crash.path()).await.unwrap();

    assert_eq!(seqs(&reopened, lobby.id).await, [1]);
}

#[tokio::test]
async fn the_search_index_goes_on_after_a_crash_where_it_was() {
    let (folder, store) = fresh().await;
    let (ann, lobby) = (person("ann"), lobby(&store).await);
    store.append(&vec![message(&lobby, &ann, "tea"); 7]).await.unwrap();
    store.index_log(4).await.unwrap();

    let after_crash = tempfile::tempdir().unwrap();
    for name in ["parlor.db", "parlor.db-wal"] {
        fs::copy(folder.path().join(name), after_crash.path().join(name)).unwrap();
    }
    let reopened = open(after_crash.path()).await.unwrap();
    let wanted = stories::search::wanted("tea", &[lobby.id]);
    assert_eq!(stories::search::find(&reopened, &wanted).await, [4, 3, 2, 1], "what was in it still is");
    stories::search::index(&reopened).await;

    assert_eq!(stories::search::find(&reopened, &wanted).await, [7, 6, 5, 4, 3, 2, 1], "each once");
}

#[tokio::test]
async fn the_index_is_sound_after_everything_that_is_done_to_it() {
    let (folder, store) = fresh().await;
    let (ann, lobby) = (person("ann"), lobby(&store).await);
    for round in 0..30 {
        let text = format!("tea {round} {}", "word ".repeat(round));
        store.append(&vec![message(&lobby, &ann, &text); 20]).await.unwrap();
        let first = round as u64 * 22 + 1;
        let edited = EventBody::Edited { target: first, text: "other words".to_owned() };
        let deleted = EventBody::Deleted { target: first + 1, moderator: false };
        store.append(&[draft(&lobby, &ann, edited), draft(&lobby, &ann, deleted)]).await.unwrap();
        while store.index_log(50).await.unwrap().events > 0 {}
    }
    store.close().await;

    // Fails when what the index holds does not fit together.
    meddle(&folder, "INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 0)").await;
    let store = open(folder.path()).await.unwrap();
    let wanted = Wanted { limit: 1000, ..stories::search::wanted("tea", &[lobby.id]) };
    assert_eq!(stories::search::find(&store, &wanted).await.len(), 30 * 18);
}

#[tokio::test]
async fn a_second_opener_is_refused_and_told_who_was_first() {
    let (folder, store) = fresh().await;

    let refused = open(folder.path()).await;

    let this_process = std::process::id().to_string();
    assert!(matches!(&refused, Err(OpenError::Locked { holder, .. }) if *holder == this_process), "{refused:?}");
    store.close().await;
    assert!(open(folder.path()).await.is_ok(), "once it is closed it can be opened");
}

#[tokio::test]
async fn a_database_shared_by_two_data_folders_is_opened_once() {
    let [folder, one, other] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let url = format!("sqlite:{}", folder.path().join("chat.db").display());

    let first = SqliteStore::open(Some(&url), one.path()).await;
    let second = SqliteStore::open(Some(&url), other.path()).await;

    assert!(first.is_ok(), "{first:?}");
    assert!(matches!(second, Err(OpenError::Locked { .. })), "{second:?}");
    assert!(!one.path().join("parlor.db").exists());
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let (folder, store) = fresh().await;
    store.close().await;
    meddle(&folder, "INSERT INTO _sqlx_migrations VALUES (4711, 'later', 0, true, x'00', 0)").await;
    let before = fs::read(file(&folder)).unwrap();

    let refused = open(folder.path()).await;

    assert!(matches!(refused, Err(OpenError::Newer { found: 4711, .. })), "{refused:?}");
    assert!(fs::read(file(&folder)).unwrap() == before, "the file has changed");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    for garbage in [b"hello".to_vec(), vec![0; 100_000], [b"SQLite format 3\0".as_slice(), &[0xff; 8192]].concat()] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(file(&folder), &garbage).unwrap();

        let refused = open(folder.path()).await;

        assert!(matches!(refused, Err(OpenError::Corrupt { .. })), "{refused:?}");
        assert!(fs::read(file(&folder)).unwrap() == garbage, "the file has changed");
    }
}

#[tokio::test]
async fn a_damaged_database_is_refused_and_left_alone() {
    let (folder, store) = fresh().await;
    let (ann, lobby) = (person("ann"), lobby(&store).await);
    let long = "x".repeat(10_000);
    store.append(&vec![message(&lobby, &ann, &long); 50]).await.unwrap();
    store.close().await;
    let whole = fs::read(file(&folder)).unwrap();
    let cut = whole[..whole.len() / 8192 * 4096].to_vec();
    let mut scribbled = whole;
    scribbled[4096..20_480].fill(0x55);

    for damaged in [cut, scribbled] {
        fs::write(file(&folder), &damaged).unwrap();

        let refused = open(folder.path()).await;

        assert!(matches!(refused, Err(OpenError::Corrupt { .. })), "{refused:?}");
        assert!(fs::read(file(&folder)).unwrap() == damaged, "the file has changed");
    }
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}?mode=rwc", file(&folder).display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE bookmarks (url TEXT)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let before = fs::read(file(&folder)).unwrap();

    let refused = open(folder.path()).await;

    assert!(matches!(refused, Err(OpenError::Other { .. })), "{refused:?}");
    assert!(fs::read(file(&folder)).unwrap() == before, "the file has changed");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let below_a_file = folder.path().join("file").join("data");
    fs::write(folder.path().join("file"), "").unwrap();

    let refused = open(&below_a_file).await;

    assert!(matches!(&refused, Err(OpenError::NotWritable { path, .. }) if *path == below_a_file), "{refused:?}");
}

#[tokio::test]
async fn a_database_in_a_folder_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("chat.db");
    let url = format!("sqlite:{}", missing.display());

    let refused = SqliteStore::open(Some(&url), folder.path()).await;

    assert!(matches!(&refused, Err(OpenError::NotWritable { path, .. }) if *path == missing), "{refused:?}");
}

#[tokio::test]
async fn an_unknown_url_is_refused() {
    let folder = tempfile::tempdir().unwrap();

    for url in ["mysql://host/db", "sqlite::memory:", "nonsense", "sqlite:a.db?max_mib=0", "sqlite:a.db?max_mib=much"] {
        let refused = SqliteStore::open(Some(url), folder.path()).await;

        assert!(matches!(refused, Err(OpenError::UnknownUrl { .. })), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn the_data_folder_is_made_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("a").join("b");

    let opened = open(&data).await;

    assert!(opened.is_ok(), "{opened:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[tokio::test]
async fn an_append_that_fails_leaves_nothing_and_the_next_one_succeeds() {
    // With ABORT the statement fails; with ROLLBACK the database ends the transaction by itself, as on a full disk.
    for trigger in [
        "CREATE TRIGGER full BEFORE UPDATE ON rooms BEGIN SELECT RAISE(ABORT, 'disk full'); END",
        "CREATE TRIGGER full BEFORE UPDATE ON rooms BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
    ] {
        let (folder, store) = fresh().await;
        let (ann, lobby) = (account(&store, "ann").await, lobby(&store).await);
        let drafts = [joined(&lobby, &ann, Role::Member), message_with_nonce(&lobby, &ann, "hello", "n1")];
        meddle(&folder, trigger).await;

        let failed = store.append(&drafts).await;

        assert!(failed.is_err());
        assert!(seqs(&store, lobby.id).await.is_empty(), "no event");
        assert_eq!(membership(&store, lobby.id, ann.id).await, None, "no membership");
        assert!(store.append(&drafts).await.is_err(), "it is still full");
        meddle(&folder, "DROP TRIGGER full").await;
        store.append(&drafts).await.unwrap();
        assert_eq!(seqs(&store, lobby.id).await, [1, 2]);
    }
}

#[tokio::test]
async fn an_append_that_is_given_up_leaves_nothing_behind() {
    let (_folder, store) = fresh().await;
    let (ann, lobby) = (person("ann"), lobby(&store).await);
    let batch = vec![message(&lobby, &ann, "hello"); 20];

    // Dropped at every await of its way, one after the other.
    for polls in 0..40 {
        let mut append = Box::pin(store.append(&batch));
        for _ in 0..polls {
            tokio::select! { biased; _ = &mut append => break, () = tokio::task::yield_now() => {} }
        }
    }
    store.append(&batch).await.unwrap();

    let seqs = seqs(&store, lobby.id).await;
    assert_eq!(seqs, (1..).take(seqs.len()).collect::<Vec<_>>(), "gapless");
    assert_eq!(seqs.len() % batch.len(), 0, "each batch whole or not at all");
}

#[tokio::test]
async fn a_number_that_is_taken_is_an_error_and_nothing_is_written() {
    let (folder, store) = fresh().await;
    let (ann, lobby) = (person("ann"), lobby(&store).await);
    store.append(&[message(&lobby, &ann, "1")]).await.unwrap();
    meddle(&folder, "UPDATE rooms SET last_seq = 0").await;

    let failed = store.append(&[message(&lobby, &ann, "2")]).await;

    assert!(failed.is_err());
    assert_eq!(seqs(&store, lobby.id).await, [1]);
}

#[tokio::test]
async fn the_banned_stay_banned_whatever_the_log_says() {
    let (folder, store) = fresh().await;
    let (ann, lobby) = (account(&store, "ann").await, lobby(&store).await);
    store.append(&[joined(&lobby, &ann, Role::Member)]).await.unwrap();
    meddle(&folder, "UPDATE memberships SET banned = 1").await;

    store.append(&[left(&lobby, &ann), joined(&lobby, &ann, Role::Owner)]).await.unwrap();

    let found = membership(&store, lobby.id, ann.id).await.unwrap();
    assert!(found.banned);
    assert_eq!(found.role, Role::Member);
    assert_eq!(store.members(lobby.id, None, 10).await.unwrap(), [], "not shown among the members");
    assert_eq!(store.rooms_of(ann.id).await.unwrap(), [], "nor the room among theirs");
    let listed = store.public_rooms(Some(ann.id), None, 10).await.unwrap();
    assert_eq!(listed[0].members, 0);
    assert!(listed[0].membership.is_some_and(|membership| membership.banned));
}

#[tokio::test]
async fn a_request_that_a_crash_interrupted_may_be_tried_again() {
    let (folder, store) = fresh().await;
    let ann = person("ann").id;
    store.claim_key(ann, "interrupted", &[1; 32], NOW).await.unwrap();
    store.claim_key(ann, "answered", &[1; 32], NOW).await.unwrap();
    store.finish_request(ann, "answered", 200, "{}").await.unwrap();
    store.close().await;

    let store = open(folder.path()).await.unwrap();

    assert_eq!(store.claim_key(ann, "interrupted", &[1; 32], NOW).await.unwrap(), KeyState::Claimed);
    let answered = store.claim_key(ann, "answered", &[1; 32], NOW).await.unwrap();
    assert!(matches!(answered, KeyState::Answered { .. }), "{answered:?}");
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_an_error_and_no_panic() {
    let (folder, store) = fresh().await;
    let (ann, lobby) = (person("ann"), lobby(&store).await);
    store.append(&[message(&lobby, &ann, "1")]).await.unwrap();
    meddle(&folder, "UPDATE events SET kind = 'sneezed'").await;

    let failed = store.events_after(lobby.id, 0, 10).await;

    assert!(failed.is_err());
    assert!(store.set_setting("server_name", "still here").await.is_ok());
}

#[tokio::test]
async fn the_audit_log_cannot_be_changed_unseen() {
    let (folder, store) = fresh().await;
    let ann = account(&store, "ann").await;
    for action in ["user.suspend", "user.role", "room.delete"] {
        store.append_audit(&stories::order::act(&ann, action, "user:bob")).await.unwrap();
    }
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", file(&folder).display())).await.unwrap();
    for sql in ["UPDATE audit SET target = 'user:cid' WHERE id = 2", "DELETE FROM audit WHERE id = 2"] {
        let refused = sqlx::raw_sql(sql).execute(&mut connection).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("never")), "{sql}");
    }

    // Whoever has the file can take the triggers away; the chain still tells.
    let without = "DROP TRIGGER audit_is_never_changed; DROP TRIGGER audit_is_never_shortened;";
    sqlx::raw_sql(without).execute(&mut connection).await.unwrap();
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
    sqlx::raw_sql("UPDATE audit SET target = 'user:cid' WHERE id = 2").execute(&mut connection).await.unwrap();
    assert_eq!(store.verify_audit().await.unwrap().broken_at, Some(2));
    sqlx::raw_sql("DELETE FROM audit WHERE id = 2").execute(&mut connection).await.unwrap();
    assert_eq!(store.verify_audit().await.unwrap().broken_at, Some(2));
}
