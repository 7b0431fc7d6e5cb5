//! Why somebody cannot be notified.

use derive_more::{Display, Error, From};

use super::endpoint::EndpointError;
use crate::storage::StorageError;

/// Why a subscription was refused, or notifications cannot be sent at all.
#[derive(Debug, Display, Error, From)]
pub enum PushError {
    /// The address.
    #[display("{_0}")]
    Endpoint(EndpointError),
    /// The database.
    #[display("{_0}")]
    Storage(StorageError),
    /// No point of the curve.
    #[display("`p256dh` must be the public key of the subscription: 65 bytes in base64url")]
    BadKey,
    /// Another length.
    #[display("`auth` must be the secret of the subscription: 16 bytes in base64url")]
    BadSecret,
    /// The key of this server cannot be read.
    #[display(
        "the key of Web Push in the database is none. Delete the row `vapid_key` of `settings` to have another one made; everybody has to subscribe anew then."
    )]
    BadServerKey,
}
