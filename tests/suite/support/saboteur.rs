//! A second connection to a server's database, which makes it fail and work again.

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::TestServer;

/// The connection.
pub struct Saboteur(SqliteConnection);

impl Saboteur {
    /// At the database of this server.
    pub async fn at(server: &TestServer) -> Self {
        Self::at_file(&server.file("parlor.db")).await
    }

    /// At a database that lies elsewhere.
    pub async fn at_file(file: &std::path::Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file);
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

    /// Takes so much room in the database.
    pub async fn take_room(&mut self, bytes: u32) {
        self.run("CREATE TABLE ballast (bytes BLOB NOT NULL)").await;
        let fill = sqlx::query("INSERT INTO ballast VALUES (zeroblob($1))").bind(bytes);
        fill.execute(&mut self.0).await.expect("there is room");
    }

    /// Gives it back.
    pub async fn give_room(&mut self) {
        self.run("DROP TABLE ballast").await;
    }

    async fn run(&mut self, sql: &'static str) {
        sqlx::query(sql).execute(&mut self.0).await.expect("done");
    }
}
