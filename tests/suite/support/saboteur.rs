//! A second connection to a server's database, which makes it fail and work again.

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::TestServer;

/// The connection.
pub struct Saboteur(SqliteConnection);

impl Saboteur {
    /// At the database of this server.
    pub async fn at(server: &TestServer) -> Self {
        let options = SqliteConnectOptions::new().filename(server.file("parlor.db"));
        Self(SqliteConnection::connect_with(&options).await.expect("a connection"))
    }

    /// From now on no event and no setting can be written.
    pub async fn break_writes(&mut self) {
        self.run("CREATE TRIGGER no_events BEFORE INSERT ON events BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END")
            .await;
        self.run("CREATE TRIGGER no_new BEFORE INSERT ON settings BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END")
            .await;
    }

    /// They can again.
    pub async fn mend_writes(&mut self) {
        self.run("DROP TRIGGER no_events").await;
        self.run("DROP TRIGGER no_new").await;
    }

    /// From now on no event can be read.
    pub async fn break_reads(&mut self) {
        self.run("ALTER TABLE events RENAME TO hidden_events").await;
    }

    /// They can again.
    pub async fn mend_reads(&mut self) {
        self.run("ALTER TABLE hidden_events RENAME TO events").await;
    }

    async fn run(&mut self, sql: &'static str) {
        sqlx::query(sql).execute(&mut self.0).await.expect("done");
    }
}
