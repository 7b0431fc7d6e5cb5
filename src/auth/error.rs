//! Why somebody was not let in, in words that give nothing away.

use std::time::Duration;

use derive_more::{Display, Error, From};

use super::jwt::JwtError;
use super::password::PasswordError;
use crate::domain::name::NameError;
use crate::domain::permission::Refusal;
use crate::storage::StorageError;

/// Most passkeys of one account.
pub const PASSKEYS: u32 = 20;

/// Why nobody came in by the provider of OpenID Connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum OidcError {
    /// There is none.
    #[display("there is no provider to log in at")]
    Off,
    /// It does not answer, or not as such a provider does.
    #[display("the provider does not answer; try again in a moment")]
    Unreachable,
    /// The browser was not sent there by this server, or too long ago.
    #[display("this took too long, or was begun in another browser; try again")]
    NotBegun,
    /// The provider let nobody in.
    #[display("the provider did not let you in")]
    Declined,
    /// What it says is not to be believed.
    #[display("what the provider said cannot be believed; try again")]
    NotBelieved,
    /// Nobody knows them here, and strangers do not get an account.
    #[display("you have no account here yet; make one with an invite and connect it in the settings")]
    Stranger,
    /// Another account is connected with this one.
    #[display("this login at the provider belongs to another account here")]
    Taken,
}

/// Why somebody was not let in.
#[derive(Debug, Display, Error, From)]
pub enum AuthError {
    /// Wrong name or wrong password: one answer for both.
    #[display("the name or the password is wrong")]
    WrongCredentials,
    /// Too many wrong tries.
    #[display("too many tries; wait {} s and try again", wait.as_secs().max(1))]
    #[from(skip)]
    Throttled {
        /// How long.
        wait: Duration,
    },
    /// A name that cannot be one.
    #[display("{_0}")]
    BadName(NameError),
    /// Too short, too long.
    #[display("{_0}")]
    BadPassword(PasswordError),
    /// Somebody has the name, or one that looks like it.
    #[display("this name, or one that looks like it, is taken; choose another")]
    NameTaken,
    /// The invite is not there, or no longer good.
    #[display("this invite is not valid any more; ask for a new one")]
    BadInvite,
    /// Nobody may register.
    #[display("registration is closed")]
    RegistrationClosed,
    /// Somebody was first.
    #[display("this server is set up already; log in")]
    AlreadySetUp,
    /// The code that the console shows is needed.
    #[display("type the set-up code that the server printed on its console")]
    BadSetupCode,
    /// Guests are off.
    #[display("guests are not welcome here; log in")]
    GuestsOff,
    /// The token or cookie is not known, or has ended.
    #[display("this login is not known or has ended; log in again")]
    UnknownToken,
    /// Banned or suspended.
    #[display("you are shut out of this server{}{reason}", if reason.is_empty() { "" } else { ": " })]
    #[from(skip)]
    ShutOut {
        /// Why, as whoever decided it wrote; may be empty.
        #[error(not(source))]
        reason: String,
    },
    /// A label that cannot be one.
    #[display("a label has 1 to 100 bytes and no control characters")]
    BadLabel,
    /// A token for some rooms cannot have all of its account's might.
    #[display("a token for some rooms has the scope read or write; for admin leave `rooms` out")]
    AdminInRooms,
    /// The code of the second factor is wrong, or was used already.
    #[display("the code is wrong or was used already; wait for the next one")]
    WrongCode,
    /// Too long between password and code.
    #[display("this took too long; log in again")]
    TicketEnded,
    /// A second factor is there.
    #[display("the second factor is on already; turn it off first")]
    FactorOn,
    /// No second factor is there.
    #[display("the second factor is off")]
    FactorOff,
    /// The link to choose a new password is not good.
    #[display("this link is not valid any more; ask for a new one")]
    BadResetLink,
    /// Bots have tokens only.
    #[display("a bot has no password; make a token for it")]
    BotPassword,
    /// The token of another system is not believed.
    #[display("{_0}")]
    BadJwt(JwtError),
    /// The provider of OpenID Connect did not vouch for them, or in vain.
    #[display("{_0}")]
    Oidc(OidcError),
    /// A passkey that nobody here has, or that did not show what it had to.
    #[display("this passkey was not accepted; try again, or log in another way")]
    BadPasskey,
    /// There are enough.
    #[display("an account has at most {PASSKEYS} passkeys; remove one first")]
    TooManyPasskeys,
    /// Without it nobody could come in any more.
    #[display("this is the last way into your account; make another one first")]
    LastWayIn,
    /// Passwords are for those who run the server.
    #[display("passwords are off here; log in at the provider")]
    PasswordsOff,
    /// The login may not be used for this.
    #[display("{_0}")]
    Refused(Refusal),
    /// The database failed.
    #[display("the server cannot do this right now; try again in a moment")]
    Storage(StorageError),
    /// The machine failed to hash: no memory, say.
    #[display("the server cannot do this right now; try again in a moment")]
    #[from(skip)]
    Hashing(#[error(not(source))] String),
}
