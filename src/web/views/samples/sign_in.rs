//! The pages about proofs of identity in every shape.

use super::super::forms::FormPage;
use super::super::sign_in::{CodeForm, FactorForm, PasskeyView, QrView, ResetForm, SignInForm};
use super::{NASTY, pages, render};

#[test]
fn pages_about_proofs_of_identity_render_in_every_shape() {
    for page in pages() {
        for text in [String::new(), NASTY.to_owned()] {
            let form = CodeForm { ticket: text.clone(), code_error: text.clone(), next: text.clone() };
            render("pages/login_code.html", &FormPage { page: page.clone(), form });
            let form = ResetForm { action: "/reset/x".into(), name: text.clone(), password_error: text.clone() };
            render("pages/reset.html", &FormPage { page: page.clone(), form });
            for (is_on, codes) in [(false, Vec::new()), (true, Vec::new()), (true, vec![text.clone()])] {
                let form = FactorForm {
                    is_on,
                    codes_left: 3,
                    secret: text.clone(),
                    picture: QrView::new("otpauth://totp/x").filter(|_| text.is_empty()),
                    codes,
                    password_error: text.clone(),
                    code_error: text.clone(),
                    error: text.clone(),
                };
                render("pages/second_factor.html", &FormPage { page: page.clone(), form });
            }
            for is_connected in [false, true] {
                let passkey = PasskeyView { id: "x".into(), label: text.clone(), created: text.clone(), used: None };
                let used = PasskeyView { used: Some(text.clone()), ..passkey.clone() };
                let form = SignInForm {
                    error: text.clone(),
                    saved: is_connected,
                    has_password: !is_connected,
                    provider: text.clone(),
                    is_connected,
                    leave_url: text.clone(),
                    passkeys_on: is_connected,
                    passkeys: if is_connected { vec![passkey, used] } else { Vec::new() },
                };
                render("pages/sign_in.html", &FormPage { page: page.clone(), form });
            }
        }
    }
}
