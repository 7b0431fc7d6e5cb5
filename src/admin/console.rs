//! The command line as somebody who acts: whoever can read the database file could change it anyway, so it counts as an
//! owner, under a name of its own in the audit log.

use uuid::Uuid;

use super::By;
use crate::domain::ids::UserId;
use crate::domain::name::UserName;
use crate::domain::person::{Author, SiteRole};

/// Whoever types commands on the machine of the server.
#[must_use]
pub fn console() -> By {
    By {
        who: Author { id: UserId(Uuid::nil()), name: UserName::trusted("console".to_owned()) },
        role: SiteRole::Owner,
        origin: "console".to_owned(),
    }
}
