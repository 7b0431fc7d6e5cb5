//! The pages about proofs of identity in every shape.

use super::super::forms::FormPage;
use super::super::sign_in::{CodeForm, FactorForm, QrView, ResetForm};
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
        }
    }
}
