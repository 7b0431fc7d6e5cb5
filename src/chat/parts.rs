//! What a room remembers of those who are in it, for as long as they are there: who has a voice, which guests keep order,
//! who was asked in, which guests know the key. Nothing of it is stored. A plain struct; the room owns it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::membership::Role;
use crate::domain::name::UserName;

/// How many guests are remembered to know the key of one room.
const KNOWING: usize = 1_000;

/// The parts of one room.
#[derive(Debug, Default)]
pub struct Parts {
    voices: HashSet<UserId>,
    /// Guests who keep order.
    keepers: HashSet<UserId>,
    invited: HashSet<UserId>,
    /// Guests who have shown the key at a door without sessions.
    knowing: HashSet<UserId>,
    bots: HashSet<UserId>,
    /// Why somebody is being sent out, until they are.
    reasons: HashMap<UserId, Arc<str>>,
    /// Who last set the topic.
    pub topic_set: Option<(UserName, Timestamp)>,
}

impl Parts {
    /// Whether somebody has a voice.
    pub fn has_voice(&self, user: UserId) -> bool {
        self.voices.contains(&user)
    }

    /// The role of a guest, if they have a part in keeping order.
    pub fn guest_role(&self, user: UserId) -> Option<Role> {
        self.keepers.contains(&user).then_some(Role::Moderator)
    }

    /// Gives a voice, or takes it.
    pub fn set_voice(&mut self, user: UserId, on: bool) {
        if on {
            self.voices.insert(user)
        } else {
            self.voices.remove(&user)
        };
    }

    /// Lets a guest keep order, or no longer.
    pub fn set_keeper(&mut self, user: UserId, on: bool) {
        if on {
            self.keepers.insert(user)
        } else {
            self.keepers.remove(&user)
        };
    }

    /// Somebody may come in once, whatever stands in their way.
    pub fn invite(&mut self, user: UserId) {
        self.invited.insert(user);
    }

    /// Whether somebody was asked in.
    pub fn is_invited(&self, user: UserId) -> bool {
        self.invited.contains(&user)
    }

    /// Somebody has come in: the invitation is used.
    pub fn came(&mut self, user: UserId) {
        self.invited.remove(&user);
    }

    /// A guest has shown the key.
    pub fn shows_key(&mut self, user: UserId) {
        // Those who are forgotten are asked again.
        if self.knowing.len() >= KNOWING {
            self.knowing.clear();
        }
        self.knowing.insert(user);
    }

    /// Whether a guest has shown the key.
    pub fn knows_key(&self, user: UserId) -> bool {
        self.knowing.contains(&user)
    }

    /// The key is another one.
    pub fn key_changed(&mut self) {
        self.knowing.clear();
    }

    /// Somebody has gone, and what they were for the time of their stay with them.
    pub fn went(&mut self, user: UserId) {
        self.voices.remove(&user);
        self.keepers.remove(&user);
        self.bots.remove(&user);
    }

    /// Whether somebody who is here is a program.
    pub fn is_bot(&self, user: UserId) -> bool {
        self.bots.contains(&user)
    }

    /// Somebody who is here is a program, or says so no longer.
    pub fn set_bot(&mut self, user: UserId, on: bool) {
        if on {
            self.bots.insert(user)
        } else {
            self.bots.remove(&user)
        };
    }

    /// Why somebody is about to be sent out.
    pub fn set_reason(&mut self, user: UserId, reason: Option<Arc<str>>) {
        match reason {
            Some(reason) => self.reasons.insert(user, reason),
            None => self.reasons.remove(&user),
        };
    }

    /// The reason, which is used up.
    pub fn take_reason(&mut self, user: UserId) -> Option<Arc<str>> {
        self.reasons.remove(&user)
    }
}
