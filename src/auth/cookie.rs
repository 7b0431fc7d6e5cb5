//! The names of the cookies. A browser carries one or the other.

/// An account's login.
pub const SESSION: &str = "parlor_session";
/// A guest's name for one visit.
pub const GUEST: &str = "parlor_guest";
