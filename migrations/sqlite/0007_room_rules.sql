-- Who may come into a room and who may write there, beside its kind.

-- JSON: what is set of the rules; empty for none.
ALTER TABLE rooms ADD COLUMN rules TEXT NOT NULL DEFAULT '';
