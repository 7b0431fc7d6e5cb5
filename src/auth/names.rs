//! The names of all accounts, in memory: every guest who connects is held against them, and a rush of guests must not
//! become a rush on the database. The database stays the judge of who may take a name; this only knows who has one.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use crate::domain::name::NameKey;
use crate::storage::{SharedStore, StorageError};

/// Names read at a time.
const PAGE: usize = 1000;

/// The keys of the names of all accounts.
pub struct AccountNames {
    keys: RwLock<HashSet<NameKey>>,
}

impl AccountNames {
    /// Reads them from the database.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn read(store: &SharedStore) -> Result<Self, StorageError> {
        let mut keys = HashSet::new();
        let mut after = None;
        loop {
            let page = store.users(after.as_ref(), PAGE).await?;
            after = page.last().map(|account| account.name.key());
            keys.extend(page.into_iter().map(|account| account.name.key()));
            if after.is_none() {
                return Ok(Self { keys: RwLock::new(keys) });
            }
        }
    }

    /// True when an account has this name, or one that looks like it.
    pub fn has(&self, key: &NameKey) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    /// An account has this name now.
    pub fn add(&self, key: NameKey) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(key);
    }

    /// No account has this name any more.
    pub fn remove(&self, key: &NameKey) {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}
