//! SQLite: the embedded database.
