-- Deleted rooms whose logs are still being cleared away, a little at a time. From the moment a room stands here it is in no
-- other table that says which rooms there are.
CREATE TABLE removed_rooms (
    room_id INTEGER PRIMARY KEY NOT NULL
) STRICT;
