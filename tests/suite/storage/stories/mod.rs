//! The stories, by topic. Each gets a fresh database and tells one thing that must be so.

pub mod accounts;
pub mod credentials;
pub mod devices;
pub mod invites;
pub mod keys;
pub mod log;
pub mod memberships;
pub mod order;
pub mod profiles;
pub mod push;
pub mod removal;
pub mod retention;
pub mod retries;
pub mod rooms;
pub mod search;
pub mod values;
