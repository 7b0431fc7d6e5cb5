-- The search index. It follows the log: everything in it can be made again from the tables of the first step.
--
-- The words come folded and parted by spaces (`domain::search::words`), so the simplest tokenizer will do. Tags are words
-- for what a search filters by: r5 is room 5, a and g are authors, hl hc hr ip what a message has. Texts are not kept a
-- second time. The prefixes make a word that is being typed as quick as a whole one.
CREATE VIRTUAL TABLE search_index USING fts5(
    text, tags, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'ascii'
);

-- Merging is done in small steps by whoever fills the index: left to itself it would now and then hold up the journal.
INSERT INTO search_index (search_index, rank) VALUES ('automerge', 0), ('crisismerge', 64);

-- Tags that may come and go, for messages that have one: what is the same need not be written again.
CREATE TABLE search_marks (
    event_id INTEGER PRIMARY KEY,
    marks    INTEGER NOT NULL
) STRICT;

-- The first and the last event of each day (UTC): where in the log a search between two days begins and ends.
CREATE TABLE search_days (
    day      INTEGER PRIMARY KEY,
    first_id INTEGER NOT NULL,
    last_id  INTEGER NOT NULL
) STRICT;

-- The version of the index and the last event in it.
INSERT INTO settings (key, value) VALUES ('search_indexed_to', '0:0');
