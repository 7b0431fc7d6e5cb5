//! Exports: taken in again they are the same, and whatever is wrong with one leaves nothing behind.

use parlor::domain::clock::Timestamp;
use parlor::domain::device::{Device, DeviceKind};
use parlor::domain::event::{EventBody, Message};
use parlor::domain::grant::{Grant, Scope};
use parlor::domain::ids::{DeviceId, RoomId};
use parlor::domain::mask::{KeptOut, Mask};
use parlor::domain::membership::Role;
use parlor::domain::name::NameKey;
use parlor::domain::person::Author;
use parlor::domain::room::{RoomInfo, RoomKind, Topic};
use parlor::domain::room_rules::{RoomKey, RoomRules};
use parlor::storage::archive::{ExportOptions, ImportError, Line, Report, Tally};
use parlor::storage::audit::{Act, AuditFilter};
use parlor::storage::events::Appended;
use parlor::storage::invites::Invite;
use parlor::storage::reports::{NewReport, Reported};
use parlor::storage::sqlite::{SqliteStore, export};
use parlor::storage::{Audit, Credentials, Devices, Events, Invites, Reports, Rooms, Settings, Users};
use tempfile::TempDir;
use uuid::Uuid;

use super::samples::{
    NOW, account, draft, joined, left, lobby, message, message_with_nonce, new_account, new_room, person, seqs,
};
use super::stories;

struct Den {
    folder: TempDir,
    store: SqliteStore,
}

impl Den {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(None, folder.path()).await.unwrap();
        Self { folder, store }
    }

    /// With a bit of everything in it.
    async fn lived_in() -> Self {
        let den = Self::new().await;
        let store = &den.store;
        let (ann, bob, guest) = (account(store, "ann").await, account(store, "bob").await, person("guest"));
        let lobby = lobby(store).await;
        let members = [(&ann, Role::Owner), (&bob, Role::Member)];
        let tea = store.create_room(&new_room("tea", RoomKind::Private, &members)).await.unwrap();
        let direct = store.create_room(&new_room("direct-1", RoomKind::Direct, &members)).await.unwrap();
        let answer =
            |to| EventBody::Message(Message { text: "an answer".into(), reply_to: Some(to), ..Message::default() });
        let emoji = |target, on| EventBody::Reaction { target, emoji: "👍".into(), on, count: 0 };
        let mut call = message(&tea, &ann, "look, @bob");
        call.calls = vec![NameKey::of("bob")];
        let topic = EventBody::Topic { topic: Topic::parse("green tea").unwrap() };
        let drafts = [
            message_with_nonce(&lobby, &guest, "hello \"there\"\n\u{1F375}", "n1"),
            joined(&lobby, &ann, Role::Member),
            call,
            draft(&tea, &bob, answer(3)),
            draft(&tea, &bob, EventBody::Edited { target: 4, text: "a better answer".into() }),
            draft(&tea, &ann, emoji(3, true)),
            draft(&tea, &bob, emoji(3, true)),
            draft(&tea, &ann, emoji(3, false)),
            message(&tea, &ann, "not meant"),
            draft(&tea, &ann, EventBody::Deleted { target: 9, moderator: false }),
            draft(&tea, &ann, EventBody::Pinned { target: 3, on: true }),
            draft(&tea, &ann, topic),
            draft(&tea, &ann, EventBody::Changed { description: None, archived: Some(true) }),
            draft(&tea, &bob, EventBody::Role { role: Role::Moderator, by: ann.clone() }),
            message(&direct, &bob, "between us"),
            left(&lobby, &ann),
        ];
        let stored = store.append(&drafts).await.unwrap();
        assert!(stored.iter().all(|one| matches!(one, Appended::Stored(_))), "{stored:?}");
        store.set_setting("server_name", "Den").await.unwrap();
        store.set_setting("secret", "s3cret").await.unwrap();
        let masks = vec![KeptOut { mask: Mask::parse("*!*@1f*").unwrap(), by: ann.name.clone(), at: NOW }];
        let rules = RoomRules {
            moderated: true,
            key: RoomKey::parse("sesame").ok(),
            most: Some(9),
            masks,
            ..RoomRules::default()
        };
        store.set_rules(tea.id, &rules).await.unwrap();
        den.with_what_lies_beside(&ann, &bob, &tea).await;
        den
    }

    /// Identities, codes, invites, logins, reports, an audit log.
    async fn with_what_lies_beside(&self, ann: &Author, bob: &Author, tea: &RoomInfo) {
        let store = &self.store;
        store.set_recovery_codes(ann.id, &[[7; 32], [3; 32]]).await.unwrap();
        let invite = Invite {
            code: "invite-code".to_owned(),
            made_by: ann.clone(),
            room: Some(tea.id),
            uses: 0,
            max_uses: Some(3),
            created_at: NOW,
            expires_at: None,
        };
        store.add_invite(&invite).await.unwrap();
        let grant = Grant { scope: Scope::Write, rooms: Some([tea.id].into()), until: None };
        let token = Device {
            id: DeviceId(Uuid::now_v7()),
            user: ann.id,
            kind: DeviceKind::Token,
            label: "robot".to_owned(),
            created_at: NOW,
            used_at: NOW,
            grant,
        };
        store.add_device(&token, &[9; 32], None).await.unwrap();
        let report = NewReport { room: tea.id, seq: 3, reporter: bob.clone(), reason: "spam".to_owned(), at: NOW };
        assert_eq!(store.add_report(&report).await.unwrap(), Reported::Done);
        for action in ["user.suspend", "user.unsuspend"] {
            let (actor, origin, target) = (ann.clone(), "192.0.2.7".to_owned(), "user:bob".to_owned());
            let details = "{\"reason\": \"too  loud\"}".to_owned();
            store
                .append_audit(&Act { at: NOW, actor, origin, action: action.to_owned(), target, details })
                .await
                .unwrap();
        }
    }

    async fn lines(&self, options: &ExportOptions) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut sink = |line: &Line| {
            // As the file has it.
            lines.push(serde_json::from_str(&serde_json::to_string(line).unwrap()).unwrap());
            Ok(())
        };
        export(None, self.folder.path(), options, NOW, &mut sink).await.unwrap();
        lines
    }

    async fn text(&self) -> String {
        let written = self.lines(&ExportOptions::default()).await;
        written.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect()
    }

    async fn import(&self, lines: Vec<Line>, dry_run: bool) -> Result<Report, ImportError> {
        self.store.import(lines.into_iter().map(Ok), dry_run, &mut |_| {}).await
    }
}

const ALL: ExportOptions = ExportOptions { room: None, secrets: false };

#[tokio::test]
async fn an_export_taken_in_by_an_empty_server_is_exported_the_same() {
    let (den, other) = (Den::lived_in().await, Den::new().await);
    let lines = den.lines(&ALL).await;

    let report = other.import(lines, false).await.unwrap();

    assert_eq!(other.text().await, den.text().await);
    assert_eq!(report.left_out, []);
    assert_eq!((report.users.added, report.events.added), (2, 20));
    let tea = other.store.room_by_name(&NameKey::of("tea")).await.unwrap().unwrap().info;
    let [here, there] = [&other.store, &den.store].map(|store| store.events_after(tea.id, 0, 100));
    assert_eq!(here.await.unwrap(), there.await.unwrap(), "and is read the same, states and quotes included");
    assert_eq!((tea.last_seq, tea.messages), (14, 3));
}

#[tokio::test]
async fn the_rules_of_a_room_come_with_it() {
    let (den, other) = (Den::lived_in().await, Den::new().await);

    other.import(den.lines(&ExportOptions::default()).await, false).await.unwrap();

    let tea = other.store.room_by_name(&NameKey::of("tea")).await.unwrap().unwrap();
    assert_eq!(tea.info.rules.most, Some(9));
    assert_eq!(tea.info.rules.masks.iter().map(|kept| kept.mask.to_string()).collect::<Vec<_>>(), ["*!*@1f*"]);
    assert!(
        tea.info.rules.moderated && !tea.info.rules.is_opened_by(None) && tea.info.rules.is_opened_by(Some("sesame"))
    );
}

#[tokio::test]
async fn what_was_imported_goes_on_like_any_other_log() {
    let (den, other) = (Den::lived_in().await, Den::new().await);
    other.import(den.lines(&ALL).await, false).await.unwrap();
    let store = &other.store;
    let (lobby, guest) = (lobby(store).await, person("guest"));
    let first = den.store.event(lobby.id, 1).await.unwrap().unwrap();

    let again = message_with_nonce(&lobby, &first.author, "sent again", "n1");
    let outcome = store.append(&[again, message(&lobby, &guest, "next")]).await.unwrap();

    assert!(matches!(outcome[0], Appended::Duplicate { seq: 1, .. }), "a retry from before is known: {outcome:?}");
    assert_eq!(seqs(store, lobby.id).await, [1, 2, 3, 4]);
    stories::search::index(store).await;
    let found = stories::search::find(store, &stories::search::wanted("better", &[RoomId(2)])).await;
    assert_eq!(found, [4], "and what it says is found");
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let (den, other) = (Den::lived_in().await, Den::new().await);
    other.import(den.lines(&ALL).await, false).await.unwrap();
    let before = other.text().await;

    let report = other.import(den.lines(&ALL).await, false).await.unwrap();

    assert_eq!(other.text().await, before);
    assert_eq!(report.left_out, []);
    for tally in [report.users, report.rooms, report.members, report.events, report.others] {
        assert!(tally.added == 0 && tally.present > 0, "{report:?}");
    }
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_writes_nothing() {
    let (den, other) = (Den::lived_in().await, Den::new().await);
    let before = other.text().await;

    let told = other.import(den.lines(&ALL).await, true).await.unwrap();

    assert_eq!(other.text().await, before);
    assert_eq!(told, other.import(den.lines(&ALL).await, false).await.unwrap());
}

#[tokio::test]
async fn names_that_are_others_here_are_left_out_and_told() {
    let (den, other) = (Den::lived_in().await, Den::new().await);
    let ann = account(&other.store, "ANN").await;
    let tea = other.store.create_room(&new_room("tea", RoomKind::Public, &[(&ann, Role::Owner)])).await.unwrap();
    for _ in 0..20 {
        other.store.append(&[message(&tea, &ann, "ours")]).await.unwrap();
    }

    let report = other.import(den.lines(&ALL).await, false).await.unwrap();

    let told: Vec<String> = report.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("called ann") && told[1].contains("tea"), "{told:?}");
    assert_eq!(seqs(&other.store, tea.id).await.len(), 21, "their log is theirs");
    assert_eq!(other.store.count_users().await.unwrap(), 2);
    let direct = other.store.room_by_name(&NameKey::of("direct-1")).await.unwrap().unwrap();
    assert_ne!(direct.info.id, tea.id, "an id that is taken is not given twice");
    assert_eq!(seqs(&other.store, direct.info.id).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_file_that_is_not_right_leaves_nothing_and_is_told_by_line() {
    let den = Den::lived_in().await;
    let good = den.lines(&ALL).await;
    let first_event = good.iter().position(|line| matches!(line, Line::Event(_))).unwrap();
    let changed = |at: usize, from: &str, to: &str| {
        let text = serde_json::to_string(&good[at]).unwrap();
        assert!(text.contains(from), "{text}");
        let mut lines = good.clone();
        lines[at] = serde_json::from_str(&text.replace(from, to)).unwrap();
        lines
    };
    let without = |at: usize| {
        let mut lines = good.clone();
        lines.remove(at);
        lines
    };
    let at_first = u64::try_from(first_event).unwrap() + 1;
    let cases = [
        ("another format", changed(0, "\"parlor\"", "\"other\""), 1),
        ("a later version", changed(0, "\"version\":2", "\"version\":3"), 1),
        ("no header", without(0), 1),
        ("a second header", [good.clone(), good[..1].to_vec()].concat(), good.len() as u64 + 1),
        ("a missing event", without(first_event + 2), 0),
        ("cut short", good[..good.len() - 1].to_vec(), good.len() as u64 - 1),
        ("an unknown kind", changed(first_event, "\"kind\":\"joined\"", "\"kind\":\"sneezed\""), at_first),
        ("an event from nowhere", changed(first_event, "\"room\":2", "\"room\":77"), at_first),
        ("a bad name", changed(1, "\"name\":\"ann\"", "\"name\":\"a b\""), 2),
        ("a bad role", changed(1, "\"site_role\":\"member\"", "\"site_role\":\"king\""), 2),
        ("nothing", Vec::new(), 0),
    ];
    for (what, lines, place) in cases {
        let other = Den::new().await;
        let before = other.text().await;

        let refused = other.import(lines, false).await;

        let Err(ImportError::Malformed { problems }) = refused else { panic!("{what}: {refused:?}") };
        assert!(place == 0 || problems[0].line == place, "{what}: {problems:?}");
        assert!(problems.iter().all(|problem| !problem.reason.contains('\n')), "{what}: {problems:?}");
        assert_eq!(other.text().await, before, "{what}: nothing is left");
    }
}

#[tokio::test]
async fn secrets_leave_only_when_they_are_asked_for() {
    let den = Den::lived_in().await;
    let asked = ExportOptions { secrets: true, ..ALL };

    let (plain, with) = (den.text().await, den.lines(&asked).await);

    assert!(!plain.contains("argon2") && !plain.contains("s3cret"), "{plain}");
    let other = Den::new().await;
    other.import(with.clone(), false).await.unwrap();
    let stored = other.store.credentials(&NameKey::of("ann")).await.unwrap().unwrap();
    assert!(stored.1.starts_with("$argon2id$"));
    assert!(!serde_json::to_string(&with).unwrap().contains("s3cret"), "the key of the server never leaves");
    let without = Den::new().await;
    without.import(den.lines(&ALL).await, false).await.unwrap();
    assert_eq!(without.store.credentials(&NameKey::of("ann")).await.unwrap().unwrap().1, "", "no password is right");
}

#[tokio::test]
async fn secrets_of_the_server_are_not_taken_in() {
    let den = Den::lived_in().await;
    let mut lines = den.lines(&ALL).await;
    lines.insert(1, serde_json::from_str(r#"{"type":"setting","key":"secret","value":"known"}"#).unwrap());
    let other = Den::new().await;

    let report = other.import(lines, false).await.unwrap();

    assert_eq!(report.left_out.len(), 1);
    assert_eq!(other.store.setting("secret").await.unwrap(), None);
}

#[tokio::test]
async fn one_room_comes_with_its_people_and_nothing_else() {
    let den = Den::lived_in().await;
    account(&den.store, "eve").await;
    let options = ExportOptions { room: Some("tea".to_owned()), secrets: false };

    let lines = den.lines(&options).await;

    let count = |wanted: fn(&Line) -> bool| lines.iter().filter(|line| wanted(line)).count();
    assert_eq!(count(|line| matches!(line, Line::User(_))), 2);
    assert_eq!(count(|line| matches!(line, Line::Room(_))), 1);
    assert_eq!(count(|line| matches!(line, Line::Event(_))), 14);
    assert_eq!(count(|line| matches!(line, Line::Setting(_))), 0);
    let other = Den::new().await;
    let report = other.import(lines, false).await.unwrap();
    assert_eq!(report.events, Tally { added: 14, present: 0 });
    let missing = ExportOptions { room: Some("coffee".to_owned()), secrets: false };
    let refused = export(None, den.folder.path(), &missing, Timestamp(0), &mut |_| Ok(())).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("coffee")));
}

#[tokio::test]
async fn with_secrets_nothing_is_lost_and_logins_go_on() {
    let (den, other) = (Den::lived_in().await, Den::new().await);
    den.store.add_identity(&new_account("ivy").account, "https://id.example", "ivy@example").await.unwrap();
    let asked = ExportOptions { secrets: true, ..ALL };
    let lines = den.lines(&asked).await;

    let report = other.import(lines.clone(), false).await.unwrap();

    assert_eq!(report.left_out, []);
    let texts = [other.lines(&asked).await, lines]
        .map(|lines| lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect::<String>());
    assert_eq!(texts[0], texts[1], "to the byte");
    let kinds = ["login", "invite", "report", "audit"].map(|kind| texts[0].contains(&format!("\"type\":\"{kind}\"")));
    assert_eq!(kinds, [true; 4]);
    let (device, account) = other.store.device_by_secret(&[9; 32], NOW).await.unwrap().expect("the token works");
    let tea = other.store.room_by_name(&NameKey::of("tea")).await.unwrap().unwrap().info;
    assert_eq!((account.name.as_str(), device.grant.rooms.as_deref()), ("ann", Some(&[tea.id][..])));
    assert!(other.store.take_recovery_code(account.id, &[3; 32]).await.unwrap());
    let ivy = other.store.identity("https://id.example", "ivy@example").await.unwrap();
    assert_eq!(ivy.map(|account| account.name.to_string()), Some("ivy".to_owned()));
    let again = other.import(den.lines(&asked).await, false).await.unwrap();
    assert_eq!((again.others.added, again.left_out), (0, Vec::new()));
}

#[tokio::test]
async fn what_lets_somebody_in_leaves_only_when_it_is_asked_for() {
    let den = Den::lived_in().await;
    den.store.add_identity(&new_account("ivy").account, "https://id.example", "ivy@example").await.unwrap();

    let plain = den.text().await;

    for word in ["invite-code", "robot", "recovery_codes", "\"type\":\"login\""] {
        assert!(!plain.contains(word), "{word}: {plain}");
    }
    assert!(plain.contains("ivy@example") && plain.contains("\"type\":\"audit\""), "{plain}");
}

#[tokio::test]
async fn an_audit_log_is_taken_in_whole_goes_on_and_never_mixes_with_another() {
    let (den, other) = (Den::lived_in().await, Den::new().await);
    let lines = den.lines(&ALL).await;
    other.import(lines.clone(), false).await.unwrap();
    let verified = other.store.verify_audit().await.unwrap();
    assert_eq!((verified.entries, verified.broken_at), (2, None));
    assert_eq!(verified, den.store.verify_audit().await.unwrap());

    let act = other.store.audit(&AuditFilter::default(), None, 1).await.unwrap().remove(0).act;
    other.store.append_audit(&Act { action: "room.archive".to_owned(), ..act.clone() }).await.unwrap();
    assert_eq!(other.store.verify_audit().await.unwrap().broken_at, None, "it goes on behind what came");
    let again = other.import(lines.clone(), false).await.unwrap();
    assert_eq!(again.left_out, [], "what is here is the same, and more");

    let third = Den::new().await;
    third.store.append_audit(&act).await.unwrap();
    let report = third.import(lines.clone(), false).await.unwrap();
    assert_eq!(report.left_out.len(), 1, "{report:?}");
    assert!(report.left_out[0].reason.contains("audit log here is another one"), "{report:?}");
    assert_eq!(third.store.verify_audit().await.unwrap().entries, 1);

    let at = lines.iter().position(|line| matches!(line, Line::Audit(_))).unwrap();
    let mut forged = lines.clone();
    let text = serde_json::to_string(&forged[at]).unwrap().replace("too  loud", "too quiet");
    forged[at] = serde_json::from_str(&text).unwrap();
    let refused = Den::new().await.import(forged, false).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("does not follow")), "a forged one is refused");
}

#[tokio::test]
async fn a_file_of_the_version_before_is_still_read() {
    let (den, other) = (Den::lived_in().await, Den::new().await);
    let mut lines = den.lines(&ALL).await;
    lines.retain(|line| !matches!(line, Line::Report(_) | Line::Audit(_)));
    let Line::Header(header) = &mut lines[0] else { panic!("a header comes first") };
    header.version = 1;

    let report = other.import(lines, false).await.unwrap();

    assert_eq!((report.left_out, report.events.added), (Vec::new(), 20));
}
