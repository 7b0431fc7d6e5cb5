//! A browser, or another program, that wants to be notified while nobody looks at the page (RFC 8030).

use super::clock::Timestamp;
use super::ids::{DeviceId, UserId};

/// The public key of a subscription: a point of P-256, uncompressed (RFC 8291, section 3.1).
pub type PushKey = [u8; 65];
/// The secret of a subscription (RFC 8291, section 3.2).
pub type PushSecret = [u8; 16];

/// Where and how somebody is notified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id; safe to show.
    pub id: uuid::Uuid,
    /// Whose it is.
    pub user: UserId,
    /// The login under which it was made; it ends with it.
    pub device: DeviceId,
    /// Where notifications are posted. Whoever knows it can post there, so it is not shown.
    pub endpoint: String,
    /// What they are encrypted for.
    pub key: PushKey,
    /// What they are encrypted with besides.
    pub secret: PushSecret,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often in a row nothing could be delivered.
    pub failures: u32,
}
