//! Where people are notified while they do not look.

use async_trait::async_trait;
use uuid::Uuid;

use super::StorageResult;
use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::Level;
use crate::domain::preferences::{QuietHours, ZoneName};
use crate::domain::push::Subscription;
use crate::domain::room::RoomKind;

/// A subscription with the name of the login it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSubscription {
    /// The subscription.
    pub subscription: Subscription,
    /// What the login is called.
    pub label: String,
}

/// Somebody who could be notified of what happens in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub user: UserId,
    /// What they want to be told of in this room.
    pub level: Level,
    /// What they want to be told of at most, whatever the room.
    pub notify: Level,
    /// When they do not want to be told of anything.
    pub quiet: Option<QuietHours>,
    /// Where the clock of the quiet hours hangs.
    pub time_zone: ZoneName,
}

/// Subscriptions.
#[async_trait]
pub trait PushSubscriptions {
    /// Adds one. One of the same address is replaced, whoever had it: the browser has another user now. Of more than
    /// `most` of this account the oldest go.
    async fn add_subscription(&self, subscription: &Subscription, most: usize) -> StorageResult<()>;

    /// Those of an account, the newest first.
    async fn subscriptions(&self, user: UserId) -> StorageResult<Vec<NamedSubscription>>;

    /// Ends one of this account; `false` when it has no such one.
    async fn remove_subscription(&self, user: UserId, id: Uuid) -> StorageResult<bool>;

    /// Nobody listens there any more.
    async fn forget_subscription(&self, id: Uuid) -> StorageResult<()>;

    /// Notes how often in a row nothing could be delivered.
    async fn set_push_failures(&self, id: Uuid, failures: u32) -> StorageResult<()>;

    /// How many there are.
    async fn count_subscriptions(&self) -> StorageResult<u64>;

    /// The members of a room who have subscriptions, with the kind of the room.
    async fn push_candidates(&self, room: RoomId) -> StorageResult<Option<(RoomKind, Vec<Candidate>)>>;
}
