//! Copies of an SQLite database: made while others write, refused when they would do harm, and put back.

use std::fs;
use std::path::{Path, PathBuf};

use parlor::domain::clock::Timestamp;
use parlor::domain::ids::RoomId;
use parlor::storage::sqlite::{Snapshots, SqliteStore, copy_database, restore};
use parlor::storage::{BackupError, Backups, Events, OpenError, Settings, Store, Users};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, SqlSafeStr, SqliteConnection};
use tempfile::TempDir;

use super::samples::{NOW, account, lobby, message, person, seqs};

const STEPS: [&str; 3] = [
    include_str!("../../../migrations/sqlite/0001_rooms_that_work.sql"),
    include_str!("../../../migrations/sqlite/0002_search.sql"),
    include_str!("../../../migrations/sqlite/0003_people.sql"),
];

struct Den {
    folder: TempDir,
}

impl Den {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(None, &self.data()).await.unwrap()
    }

    /// A database with so many messages in the lobby, closed.
    async fn with_messages(&self, count: usize) {
        let store = self.open().await;
        let (ann, lobby) = (account(&store, "ann").await, lobby(&store).await);
        store.append(&vec![message(&lobby, &ann, "hello"); count]).await.unwrap();
        store.close().await;
    }
}

async fn events_of(file: &Path) -> i64 {
    let url = format!("sqlite:{}", file.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let count = sqlx::query_scalar("SELECT count(*) FROM events").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_copy_made_while_others_write_is_one_moment_of_it() {
    let den = Den::new();
    let store = den.open().await;
    let (ann, lobby) = (account(&store, "ann").await, lobby(&store).await);
    store.append(&vec![message(&lobby, &ann, "before"); 10]).await.unwrap();
    let target = den.file("copy.db");

    let writing = async {
        for _ in 0..50 {
            store.append(&vec![message(&lobby, &ann, "meanwhile"); 20]).await.unwrap();
        }
    };
    let (copied, ()) = tokio::join!(store.back_up(&target, false), writing);

    let inventory = copied.unwrap();
    assert!((10..=1010).contains(&inventory.events), "{inventory:?}");
    assert_eq!((inventory.users, inventory.rooms), (1, 1));
    let other = Den::new();
    fs::create_dir(other.data()).unwrap();
    fs::copy(&target, other.data().join("parlor.db")).unwrap();
    let reopened = other.open().await;
    let seqs = seqs(&reopened, lobby.id).await;
    assert_eq!(seqs, (1..=inventory.events).collect::<Vec<_>>(), "gapless, and as many as were counted");
    assert_eq!(store.events_after(lobby.id, 0, usize::MAX).await.unwrap().len(), 1010, "nobody was held up for good");
    assert_eq!(names_in(den.folder.path()), ["copy.db", "data"], "nothing is left lying about");
}

#[cfg(unix)]
#[tokio::test]
async fn a_copy_is_for_the_eyes_of_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let den = Den::new();
    let store = den.open().await;

    store.back_up(&den.file("copy.db"), false).await.unwrap();

    assert_eq!(fs::metadata(den.file("copy.db")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_by_force() {
    let den = Den::new();
    den.with_messages(3).await;
    fs::write(den.file("copy.db"), "mine").unwrap();

    let refused = copy_database(None, &den.data(), &den.file("copy.db"), false).await;

    assert!(matches!(&refused, Err(BackupError::Exists { .. })), "{refused:?}");
    assert_eq!(fs::read(den.file("copy.db")).unwrap(), b"mine");
    let forced = copy_database(None, &den.data(), &den.file("copy.db"), true).await.unwrap();
    assert_eq!(forced.events, 3);
    assert_eq!(events_of(&den.file("copy.db")).await, 3);
}

#[tokio::test]
async fn the_database_is_never_its_own_backup() {
    let den = Den::new();
    den.with_messages(3).await;
    let database = den.data().join("parlor.db");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&database, den.file("link.db")).unwrap();
    let before = fs::read(&database).unwrap();

    for target in [database.clone(), den.data().join("../data/parlor.db"), den.data().join("parlor.db-wal")] {
        let refused = copy_database(None, &den.data(), &target, true).await;
        assert!(matches!(&refused, Err(BackupError::IsDatabase { .. })), "{}: {refused:?}", target.display());
    }
    #[cfg(unix)]
    assert!(matches!(
        copy_database(None, &den.data(), &den.file("link.db"), true).await,
        Err(BackupError::IsDatabase { .. })
    ));
    let restored = restore(&database, None, &den.data(), true, NOW).await;
    assert!(matches!(&restored, Err(BackupError::IsDatabase { .. })), "{restored:?}");
    assert!(fs::read(&database).unwrap() == before, "the file has changed");
}

#[tokio::test]
async fn a_backup_of_nothing_or_into_nowhere_is_refused() {
    let den = Den::new();

    let nothing = copy_database(None, &den.data(), &den.file("copy.db"), false).await;
    den.with_messages(1).await;
    let nowhere = copy_database(None, &den.data(), &den.file("missing/copy.db"), false).await;

    assert!(matches!(&nothing, Err(BackupError::NothingThere { .. })), "{nothing:?}");
    assert!(matches!(&nowhere, Err(BackupError::NotWritten { .. })), "{nowhere:?}");
    assert!(!den.file("copy.db").exists());
}

#[tokio::test]
async fn a_restored_backup_is_as_it_was_and_the_other_one_is_kept() {
    let den = Den::new();
    den.with_messages(5).await;
    copy_database(None, &den.data(), &den.file("copy.db"), false).await.unwrap();
    let store = den.open().await;
    let (bob, room) = (account(&store, "bob").await, lobby(&store).await);
    store.append(&[message(&room, &bob, "later")]).await.unwrap();
    store.set_setting("server_name", "Later").await.unwrap();
    // As a server leaves it that was killed: with a write-ahead log.
    let (database, wal) = (den.data().join("parlor.db"), den.data().join("parlor.db-wal"));
    let (left, left_wal) = (fs::read(&database).unwrap(), fs::read(&wal).unwrap());
    store.close().await;
    fs::write(&database, &left).unwrap();
    fs::write(&wal, &left_wal).unwrap();

    let asked = restore(&den.file("copy.db"), None, &den.data(), false, NOW).await;
    let restored = restore(&den.file("copy.db"), None, &den.data(), true, NOW).await.unwrap();

    assert!(matches!(&asked, Err(BackupError::WouldReplace { .. })), "{asked:?}");
    assert_eq!((restored.inventory.events, restored.inventory.users), (5, 1));
    let kept = restored.kept.unwrap();
    assert_eq!(events_of(&kept).await, 6, "what was only in the write-ahead log is kept too");
    let store = den.open().await;
    assert_eq!(seqs(&store, room.id).await, [1, 2, 3, 4, 5]);
    assert_eq!(store.setting("server_name").await.unwrap(), None);
    assert!(store.user(bob.id).await.unwrap().is_none());
    store.append(&[message(&room, &person("ann"), "next")]).await.unwrap();
    assert_eq!(seqs(&store, room.id).await.len(), 6);
}

#[tokio::test]
async fn a_database_that_a_server_holds_is_not_replaced() {
    let den = Den::new();
    den.with_messages(5).await;
    copy_database(None, &den.data(), &den.file("copy.db"), false).await.unwrap();
    let store = den.open().await;

    let refused = restore(&den.file("copy.db"), None, &den.data(), true, NOW).await;

    assert!(matches!(&refused, Err(BackupError::Open(OpenError::Locked { .. }))), "{refused:?}");
    assert_eq!(seqs(&store, RoomId(1)).await.len(), 5);
}

#[tokio::test]
async fn what_is_no_sound_backup_of_ours_is_not_restored() {
    let den = Den::new();
    den.with_messages(300).await;
    let (copy, bad) = (den.file("copy.db"), den.file("bad.db"));
    copy_database(None, &den.data(), &copy, false).await.unwrap();
    let whole = fs::read(&copy).unwrap();
    let mut scribbled = whole.clone();
    let middle = whole.len() / 2;
    scribbled[middle..middle + 4096].fill(0x55);
    let cut = whole[..whole.len() / 8192 * 4096].to_vec();
    let before = fs::read(den.data().join("parlor.db")).unwrap();

    for (what, bytes) in [("cut", cut), ("scribbled", scribbled), ("a letter", b"dear ann".to_vec()), ("", Vec::new())]
    {
        fs::write(&bad, bytes).unwrap();
        let refused = restore(&bad, None, &den.data(), true, NOW).await;
        let line = refused.as_ref().map_err(ToString::to_string).err();
        assert!(matches!(&refused, Err(BackupError::Unfit { .. })), "{what}: {refused:?}");
        assert!(line.is_some_and(|line| !line.contains('\n')), "{what}: one line");
    }
    for sql in ["INSERT INTO _sqlx_migrations VALUES (4711, 'later', 0, true, x'00', 0)", "PRAGMA application_id = 1"] {
        fs::write(&bad, &whole).unwrap();
        let mut connection = SqliteConnection::connect(&format!("sqlite:{}", bad.display())).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let refused = restore(&bad, None, &den.data(), true, NOW).await;
        assert!(matches!(&refused, Err(BackupError::Unfit { .. })), "{sql}: {refused:?}");
    }
    let missing = restore(&den.file("missing.db"), None, &den.data(), true, NOW).await;
    assert!(matches!(&missing, Err(BackupError::Unfit { .. })), "{missing:?}");
    assert!(fs::read(den.data().join("parlor.db")).unwrap() == before, "the database has changed");
}

/// A database as the version before made it.
async fn older(file: &Path) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let url = format!("sqlite:{}?mode=rwc", file.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let steps = (1..)
        .zip(STEPS)
        .map(|(number, sql)| Migration::new(number, "a step".into(), MigrationType::Simple, sql.into_sql_str(), false));
    Migrator::with_migrations(steps.collect()).run(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn an_upgrade_leaves_a_copy_of_the_database_as_it_was() {
    let den = Den::new();
    older(&den.data().join("parlor.db")).await;
    let snapshots = Snapshots { folder: den.file("copies"), now: Timestamp(1_795_252_503_000) };

    let store = SqliteStore::open_with(None, &den.data(), &snapshots).await.unwrap();
    store.close().await;
    SqliteStore::open_with(None, &den.data(), &Snapshots { now: NOW, ..snapshots }).await.unwrap();

    assert_eq!(names_in(&den.file("copies")), ["before-upgrade-from-3-2026-11-21T09-15-03Z.db"], "one, at the upgrade");
    let copy = den.file("copies").join("before-upgrade-from-3-2026-11-21T09-15-03Z.db");
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", copy.display())).await.unwrap();
    let schema: i64 =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut connection).await.unwrap();
    assert_eq!(schema, 3);
}

#[tokio::test]
async fn without_a_copy_there_is_no_upgrade() {
    let den = Den::new();
    older(&den.data().join("parlor.db")).await;
    fs::write(den.file("copies"), "a file where the folder should be").unwrap();
    let before = fs::read(den.data().join("parlor.db")).unwrap();

    let snapshots = Snapshots { folder: den.file("copies"), now: NOW };
    let refused = SqliteStore::open_with(None, &den.data(), &snapshots).await;

    assert!(matches!(&refused, Err(OpenError::NoSnapshot { .. })), "{refused:?}");
    assert!(fs::read(den.data().join("parlor.db")).unwrap() == before, "the file has changed");
}
