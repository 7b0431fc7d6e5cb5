//! The schema, step by step, inside the binary. Forward only: a step that was released never changes.
//!
//! **How to add one:** the next number in `migrations/sqlite/`, and one line in [`STEPS`].

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Number, name and text of every step.
const STEPS: &[(i64, &str, &str)] = &[
    (1, "rooms that work", include_str!("../../../migrations/sqlite/0001_rooms_that_work.sql")),
    (2, "search", include_str!("../../../migrations/sqlite/0002_search.sql")),
    (3, "people", include_str!("../../../migrations/sqlite/0003_people.sql")),
    (4, "order", include_str!("../../../migrations/sqlite/0004_order.sql")),
    (5, "removal", include_str!("../../../migrations/sqlite/0005_removal.sql")),
    (6, "passkeys", include_str!("../../../migrations/sqlite/0006_passkeys.sql")),
];

/// Marks a file as a database of this program; the first step writes it.
pub(super) const APPLICATION_ID: i64 = 0x5061_726c;

/// The newest schema this program knows.
pub(super) fn newest() -> i64 {
    STEPS.iter().map(|&(number, ..)| number).max().unwrap_or(0)
}

/// Runs what has not been run yet, each step in a transaction of its own.
pub(super) fn migrator() -> Migrator {
    let steps = STEPS.iter().map(|&(number, name, sql)| {
        Migration::new(number, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect())
}
