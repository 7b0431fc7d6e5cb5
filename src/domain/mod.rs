//! What a chat is: ids, checked names, rooms, memberships, permissions, events, time and limits.
//! Pure values and functions; no input or output, no async, no actor. Everybody may import it, it imports nobody.

pub mod access;
pub mod address_range;
pub mod clock;
pub mod conduct;
pub mod device;
pub mod emoji;
pub mod event;
pub mod file_name;
pub mod grant;
pub mod ids;
pub mod limits;
pub mod mask;
pub mod membership;
pub mod mention;
pub mod moderation;
pub mod name;
pub mod network;
pub mod office;
pub mod permission;
pub mod permission_inside;
#[cfg(test)]
mod permission_table;
pub mod person;
pub mod preferences;
pub mod profile;
pub mod push;
pub mod room;
pub mod room_rules;
pub mod search;
pub mod status_line;
pub mod text;
pub mod token_bucket;
pub mod token_buckets;
