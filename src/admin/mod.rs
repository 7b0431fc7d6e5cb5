//! What those who run the server do: one function for each act, the same for pages, programs and the command line. Each asks
//! [`office`](crate::domain::office) first, holds for live sessions at once, and is written down in the audit log.
//!
//! **How to add an act:** a method in the file of its noun; [`Admin::allow`] first, [`Admin::note`] after it is done.

pub mod audit;
pub mod bans;
pub mod bots;
pub mod console;
pub mod error;
pub mod invites;
pub mod jobs;
pub mod people;
pub mod reports;
pub mod rooms;
pub mod sessions;
pub mod settings;
pub mod storage;
pub mod tokens;
pub mod watch;

use std::sync::Arc;

use serde_json::Value;

use crate::auth::Auth;
use crate::chat::Chat;
use crate::domain::clock::Clock;
use crate::domain::grant::Scope;
use crate::domain::office::{self, Power};
use crate::domain::permission::Refusal;
use crate::domain::person::{Author, Person, SiteRole, Standing};
use crate::storage::SharedStore;
use crate::storage::audit::Act;

pub use error::AdminError;
use jobs::Jobs;
pub use storage::Places;

/// Who acts, and from where.
#[derive(Debug, Clone)]
pub struct By {
    /// Who.
    pub who: Author,
    /// As what.
    pub role: SiteRole,
    /// An address, or `console`.
    pub origin: String,
}

impl By {
    /// A person at a door.
    ///
    /// # Errors
    /// For guests, and for tokens without the scope to administer.
    pub fn person(person: &Person, origin: impl Into<String>) -> Result<Self, AdminError> {
        match person.standing {
            // A token that was made for less does not run the server.
            Standing::Account(_) if person.grant.allows_outside_rooms(Scope::Admin).is_err() => {
                Err(AdminError::Refused(Refusal::ScopeNeeded { needed: Scope::Admin }))
            }
            Standing::Account(role) => Ok(Self { who: Author::from(person), role, origin: origin.into() }),
            Standing::Guest => Err(AdminError::Refused(Refusal::AccountNeeded)),
        }
    }
}

/// Everything that those who run the server can do. One for the whole server; cheap to clone.
#[derive(Clone)]
pub struct Admin {
    store: SharedStore,
    auth: Arc<Auth>,
    /// Not there while only the command line has the database.
    chat: Option<Chat>,
    clock: Clock,
    places: Places,
    jobs: Jobs,
}

impl Admin {
    /// Over this database; `chat` is where it holds for live sessions.
    #[must_use]
    pub fn new(store: SharedStore, auth: Arc<Auth>, chat: Option<Chat>, clock: Clock, places: Places) -> Self {
        Self { store, auth, chat, clock, places, jobs: Jobs::default() }
    }

    /// Asks whether somebody may do this.
    ///
    /// # Errors
    /// When it takes a higher role.
    pub fn allow(&self, by: &By, power: Power) -> Result<(), AdminError> {
        Ok(office::may(power, Standing::Account(by.role))?)
    }

    /// Writes down what was done. Whoever calls has done it; when this fails they are told, and do it again.
    async fn note(&self, by: &By, action: &str, target: String, details: Value) -> Result<(), AdminError> {
        log::info!("{} by {} ({}): {target}", action, by.who.name, by.origin);
        self.store.append_audit(&self.act_of(by, action, target, &details)).await?;
        Ok(())
    }

    /// An entry of the audit log.
    fn act_of(&self, by: &By, action: &str, target: String, details: &Value) -> Act {
        Act {
            at: self.clock.now(),
            actor: by.who.clone(),
            origin: by.origin.clone(),
            action: action.to_owned(),
            target,
            details: details.to_string(),
        }
    }

    /// What was decided about people holds from now on, for live sessions too.
    async fn enforce(&self) -> Result<(), AdminError> {
        self.auth.reload_conduct().await?;
        if let Some(chat) = &self.chat {
            chat.enforce().await;
        }
        Ok(())
    }
}
