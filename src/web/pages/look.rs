//! How whoever sent a request likes their pages: an account as it was set, anybody else as a cookie says.

use actix_web::{HttpRequest, web};

use crate::domain::preferences::{Density, Preferences, Theme};
use crate::web::cookies;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// The preferences that hold for this request. When they cannot be read, the page is shown all the same.
pub(super) async fn preferences(request: &HttpRequest, state: &web::Data<WebState>, visitor: &Visitor) -> Preferences {
    match visitor.person.as_deref().filter(|person| !person.is_guest()) {
        Some(account) => state.store.preferences(account.id).await.unwrap_or_else(|error| {
            log::error!("how somebody likes their pages could not be read: {error}");
            Preferences::default()
        }),
        None => request.cookie(cookies::LOOK).map(|cookie| of_cookie(cookie.value())).unwrap_or_default(),
    }
}

/// `dark.compact`; what is not understood is as for everybody.
fn of_cookie(value: &str) -> Preferences {
    let (theme, density) = value.split_once('.').unwrap_or((value, ""));
    Preferences {
        theme: Theme::parse(theme).unwrap_or_default(),
        density: Density::parse(density).unwrap_or_default(),
        ..Preferences::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_says_how_pages_look_and_a_bad_one_says_nothing() {
        let dark = of_cookie("dark.compact");
        assert_eq!((dark.theme, dark.density), (Theme::Dark, Density::Compact));
        for bad in ["", ".", "x.y", "<b>", "dark"] {
            assert_eq!(of_cookie(bad).density, Density::Cosy, "{bad}");
        }
    }
}
