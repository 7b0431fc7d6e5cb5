//! The contexts of the pages about proofs of identity: the second step of a log-in, the second factor, a new password.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;

/// Light modules around a QR code (ISO/IEC 18004, section 9.1).
const QUIET_ZONE: i32 = 4;

/// `pages/login_code.html`
#[derive(Debug, Default, Serialize)]
pub struct CodeForm {
    /// Says whose password was right.
    pub ticket: String,
    /// What is wrong with the code.
    pub code_error: String,
    /// Where to go on, or nothing.
    pub next: String,
}

/// `pages/reset.html`
#[derive(Debug, Default, Serialize)]
pub struct ResetForm {
    /// The path of the link.
    pub action: String,
    /// Whose password it is.
    pub name: String,
    /// What is wrong with the new one.
    pub password_error: String,
}

/// `pages/second_factor.html`
#[derive(Debug, Default, Serialize)]
pub struct FactorForm {
    /// A code is asked for at every login.
    pub is_on: bool,
    /// How many recovery codes are left.
    pub codes_left: u64,
    /// A new secret, for whoever has none yet.
    pub secret: String,
    /// The same as a picture, or nothing.
    pub picture: Option<QrView>,
    /// Recovery codes that have just been made; shown this once.
    pub codes: Vec<String>,
    /// What is wrong with the password.
    pub password_error: String,
    /// What is wrong with the code.
    pub code_error: String,
    /// What is wrong with no single field.
    pub error: String,
}

/// `pages/sign_in.html`
#[expect(clippy::struct_excessive_bools, reason = "what the page shows or leaves out, each by itself")]
#[derive(Debug, Default, Serialize)]
pub struct SignInForm {
    /// What was refused, and why.
    pub error: String,
    /// Something was saved.
    pub saved: bool,
    /// The account has a password, which is asked for before another way in is made.
    pub has_password: bool,
    /// What the provider is called at which one may log in, or nothing.
    pub provider: String,
    /// One comes in by it.
    pub is_connected: bool,
    /// The way there, once the password was right.
    pub leave_url: String,
    /// There are passkeys here.
    pub passkeys_on: bool,
    /// Those of the account.
    pub passkeys: Vec<PasskeyView>,
}

/// A passkey.
#[derive(Debug, Clone, Serialize)]
pub struct PasskeyView {
    /// Names it in an address.
    pub id: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created: String,
    /// When somebody last logged in with it.
    pub used: Option<String>,
}

/// A QR code as the path of an SVG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QrView {
    /// Modules from edge to edge, with the light ones around it.
    pub size: i32,
    /// The dark modules.
    pub path: String,
}

impl QrView {
    /// Draws a text; `None` when it is too long for a QR code.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let places = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = places.filter(|(x, y)| code.get_module(*x, *y));
        let mut path = String::new();
        for (x, y) in dark {
            // Writing into a String cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET_ZONE, y + QUIET_ZONE);
        }
        Some(Self { size: code.size() + 2 * QUIET_ZONE, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_has_its_three_corners_and_a_quiet_edge() {
        let view = QrView::new("otpauth://totp/Parlor:ann?secret=GEZDGNBVGY3TQOJQ").expect("short enough");
        let far = view.size - QUIET_ZONE - 7;
        for (x, y) in [(QUIET_ZONE, QUIET_ZONE), (far, QUIET_ZONE), (QUIET_ZONE, far)] {
            assert!(view.path.contains(&format!("M{x} {y}h")), "a corner at {x} {y}");
        }
        for edge in 0..QUIET_ZONE {
            assert!(!view.path.contains(&format!("M{edge} ")));
        }
        assert_eq!(QrView::new(&"x".repeat(5000)), None);
    }
}
