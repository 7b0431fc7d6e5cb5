//! The limit: one thread, prepared statements, the same tables, and as many messages in a transaction as wait. It checks
//! nothing, keeps the last numbers in memory and knows no nonces but as a column.

use std::collections::HashMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use parlor::domain::event::{Draft, EventBody, Message};
use parlor::domain::ids::{RoomId, UserId};
use rusqlite::{CachedStatement, Connection};

use crate::crowd::Crowd;
use crate::stage::Stage;

/// As many as the journal takes.
const BATCH: usize = 512;

const EVENT: &str = "
INSERT INTO events (room_id, seq, kind, author_id, author_name, at, text, reply_to, nonce, data, n)
VALUES (?1, ?2, 'message', ?3, ?4, ?5, ?6, NULL, ?7, NULL, ?2)";
const LAST_SEQ: &str = "UPDATE rooms SET last_seq = ?2, messages = ?2 WHERE id = ?1";

/// Lets the crowd send everything.
pub fn run(stage: &Stage, mut crowd: Crowd) -> Crowd {
    let (drafts, waiting) = mpsc::channel();
    let (acknowledge, acknowledged) = mpsc::channel();
    let connection = open(stage);
    let writer = thread::spawn(move || write(&connection, &waiting, &acknowledge));
    for draft in crowd.begin() {
        drafts.send(draft).expect("the writer is there");
    }
    while !crowd.is_done() {
        let authors: Vec<UserId> = acknowledged.recv().expect("the writer is there");
        for author in authors {
            if let Some(draft) = crowd.acknowledged(author) {
                drafts.send(draft).expect("the writer is there");
            }
        }
    }
    drop(drafts);
    writer.join().expect("the writer ends in order");
    crowd
}

fn open(stage: &Stage) -> Connection {
    let connection = Connection::open(stage.database()).expect("the database opens");
    for (name, value) in [("journal_mode", "wal"), ("synchronous", "full"), ("cache_size", "-16384")] {
        connection.pragma_update(None, name, value).expect("a pragma");
    }
    connection
}

fn last_seqs(connection: &Connection) -> HashMap<RoomId, i64> {
    let mut rows = connection.prepare("SELECT id, last_seq FROM rooms").expect("the table is there");
    let rows = rows.query_map([], |row| Ok((RoomId(row.get(0)?), row.get(1)?))).expect("the rooms can be read");
    rows.collect::<Result<_, _>>().expect("the rooms can be read")
}

fn write(connection: &Connection, waiting: &Receiver<Draft>, acknowledge: &Sender<Vec<UserId>>) {
    let mut last_seqs = last_seqs(connection);
    while let Ok(first) = waiting.recv() {
        let batch: Vec<Draft> = std::iter::once(first).chain(waiting.try_iter()).take(BATCH).collect();
        write_batch(connection, &mut last_seqs, &batch);
        let authors = batch.iter().map(|draft| draft.author.id).collect();
        if acknowledge.send(authors).is_err() {
            return;
        }
    }
}

fn write_batch(connection: &Connection, last_seqs: &mut HashMap<RoomId, i64>, batch: &[Draft]) {
    let statement = |sql| connection.prepare_cached(sql).expect("the tables are there");
    connection.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let (mut event, mut last_seq) = (statement(EVENT), statement(LAST_SEQ));
    let mut moved: HashMap<RoomId, i64> = HashMap::new();
    for draft in batch {
        let seq = last_seqs.get_mut(&draft.room).expect("the room is there");
        *seq += 1;
        moved.insert(draft.room, *seq);
        write_one(&mut event, draft, *seq);
    }
    for (room, seq) in moved {
        last_seq.execute((room.0, seq)).expect("the number can be written");
    }
    connection.execute_batch("COMMIT").expect("it can be committed");
}

fn write_one(event: &mut CachedStatement<'_>, draft: &Draft, seq: i64) {
    let EventBody::Message(Message { text, nonce, .. }) = &draft.body else {
        unreachable!("the crowd sends messages only")
    };
    let (room, author, at) = (draft.room.0, draft.author.id.as_bytes().as_slice(), draft.at.0);
    event.execute((room, seq, author, draft.author.name.as_str(), at, text, nonce)).expect("an event can be written");
}
