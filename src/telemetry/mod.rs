//! What the server tells its operator: a log on stderr and numbers at `/metrics`.
//!
//! Neither ever holds the text of a message, a password, a token, a cookie or the query of a URL. Names of rooms and
//! people may stand in the log; they are no labels of a metric, because labels must not grow with the number of users.

pub mod figures;
pub mod logging;
pub mod metrics;
mod process;
