//! What was decided about people: roles, suspensions, bans, reports, and the audit log of all of it.

use std::time::Duration;

use parlor::domain::conduct::Banned;
use parlor::domain::person::{Author, SiteRole};
use parlor::storage::Store;
use parlor::storage::audit::{Act, AuditFilter};
use parlor::storage::order::{AccountFilter, NewBan};
use parlor::storage::reports::{Closed, NewReport, Reported};

use crate::storage::samples::{NOW, account, lobby, message};

fn ban(who: Banned, made_by: &Author) -> NewBan {
    NewBan { who, reason: "spam".to_owned(), made_by: made_by.clone(), made_at: NOW, ends_at: None }
}

pub fn act(actor: &Author, action: &str, target: &str) -> Act {
    Act {
        at: NOW,
        actor: actor.clone(),
        origin: "127.0.0.1".to_owned(),
        action: action.to_owned(),
        target: target.to_owned(),
        details: "{}".to_owned(),
    }
}

pub async fn what_was_decided_about_people_is_read_at_once(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    assert_eq!(store.conduct().await.unwrap(), parlor::domain::conduct::Conduct::default());

    store.suspend(bob.id, Some((NOW, "spam"))).await.unwrap();
    store.silence(bob.id, true).await.unwrap();
    store.trust(ann.id, Some(NOW)).await.unwrap();
    let made = store.add_ban(&ban(Banned::Account(bob.clone()), &ann)).await.unwrap();
    store.add_ban(&ban(Banned::Network("192.0.2.0/24".parse().unwrap()), &ann)).await.unwrap();

    let conduct = store.conduct().await.unwrap();
    assert_eq!(conduct.shut_out(Some(bob.id), None, NOW), Some("spam"));
    assert_eq!(conduct.shut_out(None, Some("192.0.2.9".parse().unwrap()), NOW), Some("spam"));
    assert!(conduct.silenced.contains(&bob.id) && conduct.trusted.contains(&ann.id));
    let in_trouble = AccountFilter { only_in_trouble: true, ..AccountFilter::default() };
    let found = store.watched_accounts(&in_trouble, "", 10).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0].suspended, found[0].silenced), (&Some((NOW, "spam".to_owned())), true));

    store.suspend(bob.id, None).await.unwrap();
    assert!(store.lift_ban(made.id).await.unwrap());
    assert!(!store.lift_ban(made.id).await.unwrap());
    assert_eq!(store.conduct().await.unwrap().shut_out(Some(bob.id), None, NOW), None);
}

pub async fn accounts_are_found_by_part_of_the_name_and_by_role(store: &dyn Store) {
    let ann = account(store, "ann").await;
    account(store, "joanna").await;
    account(store, "bob").await;
    assert!(store.set_site_role(ann.id, SiteRole::Moderator).await.unwrap());

    let names = async |filter: AccountFilter, after: &str| -> Vec<String> {
        let found = store.watched_accounts(&filter, after, 10).await.unwrap();
        found.into_iter().map(|one| one.account.name.to_string()).collect()
    };
    let ann_in_it = AccountFilter { name: "ann".to_owned(), ..AccountFilter::default() };
    assert_eq!(names(ann_in_it.clone(), "").await, ["ann", "joanna"]);
    assert_eq!(names(ann_in_it, "ann").await, ["joanna"]);
    let moderators = AccountFilter { role: Some(SiteRole::Moderator), ..AccountFilter::default() };
    assert_eq!(names(moderators, "").await, ["ann"]);
}

pub async fn the_last_owner_stays_owner(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    assert!(store.set_site_role(ann.id, SiteRole::Owner).await.unwrap());

    assert!(!store.set_site_role(ann.id, SiteRole::Member).await.unwrap());
    assert!(!store.delete_account(ann.id).await.unwrap());
    assert_eq!(store.user(ann.id).await.unwrap().unwrap().site_role, SiteRole::Owner);

    assert!(store.set_site_role(bob.id, SiteRole::Owner).await.unwrap());
    assert!(store.set_site_role(ann.id, SiteRole::Member).await.unwrap());
    assert!(store.delete_account(ann.id).await.unwrap());
    assert_eq!(store.user(ann.id).await.unwrap(), None);
}

pub async fn the_audit_log_is_a_chain(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let empty = store.verify_audit().await.unwrap();
    assert_eq!((empty.entries, empty.broken_at), (0, None));

    for (who, action, target) in
        [(&ann, "user.suspend", "user:bob"), (&bob, "room.read", "room:secret"), (&ann, "user.role", "user:bob")]
    {
        store.append_audit(&act(who, action, target)).await.unwrap();
    }

    let all = store.audit(&AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(all.iter().map(|entry| entry.id).collect::<Vec<_>>(), [3, 2, 1], "the newest first");
    let about_users = AuditFilter { action: "user.".to_owned(), actor: "ANN".to_owned(), ..AuditFilter::default() };
    let found = store.audit(&about_users, Some(3), 10).await.unwrap();
    assert_eq!(found.iter().map(|entry| entry.act.action.as_str()).collect::<Vec<_>>(), ["user.suspend"]);
    let verified = store.verify_audit().await.unwrap();
    assert_eq!((verified.entries, verified.broken_at, verified.last), (3, None, all[0].hash));
    assert_ne!(all[0].act.hash(&all[2].hash, 3), all[0].hash, "the hash holds what stands before");
}

pub async fn a_message_is_reported_once_by_each_and_closed_once(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let room = lobby(store).await;
    store.append(&[message(&room, &ann, "buy this")]).await.unwrap();
    let new = |seq| NewReport { room: room.id, seq, reporter: bob.clone(), reason: "spam".to_owned(), at: NOW };

    assert_eq!(store.add_report(&new(1)).await.unwrap(), Reported::Done);
    assert_eq!(store.add_report(&new(1)).await.unwrap(), Reported::Before);
    assert_eq!(store.add_report(&new(2)).await.unwrap(), Reported::NoMessage);
    assert_eq!(store.count_open_reports().await.unwrap(), 1);
    let open = store.reports(true, None, 10).await.unwrap();
    assert_eq!((open[0].text.as_str(), &open[0].author, &open[0].reporter), ("buy this", &ann, &bob));

    let at = NOW.plus(Duration::from_mins(1));
    let closed = Closed { at, by: "ann".to_owned(), outcome: "dismissed".to_owned() };
    assert!(store.close_report(open[0].id, &closed).await.unwrap());
    assert!(!store.close_report(open[0].id, &closed).await.unwrap());
    assert_eq!(store.reports(true, None, 10).await.unwrap(), []);
    assert_eq!(store.report(open[0].id).await.unwrap().unwrap().closed, Some(closed));
}
