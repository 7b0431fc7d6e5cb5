//! The cookies of browsers, with their flags in one place.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use super::state::WebState;
use crate::auth::cookie::{GUEST, SESSION};
use crate::config::PublicUrl;
use crate::domain::preferences::{Density, Language, Theme};
use crate::gateways::websocket::caller::caller;

/// The language that was chosen in this browser. Nothing secret, and scripts have no use for it.
pub const LANGUAGE: &str = "lang";

/// How pages look in this browser, for whoever has no account: `dark.compact`.
pub const LOOK: &str = "look";

/// What somebody carries to a provider of logins and back.
#[cfg(feature = "oidc")]
pub const ERRAND: &str = "errand";
/// What binds a question to a device, about a passkey, to the browser that asked it.
#[cfg(feature = "passkeys")]
pub const CEREMONY: &str = "ceremony";

/// As long as browsers keep cookies at all. How long a login is good is the server's to say, and it says so anew with
/// each use.
const SESSION_LIFE: Duration = Duration::days(400);
/// As long as somebody may take to log in; the server says for itself when it is over.
#[cfg(any(feature = "oidc", feature = "passkeys"))]
const SHORT_LIFE: Duration = Duration::minutes(10);
/// One visit.
const GUEST_LIFE: Duration = Duration::days(1);

/// The cookie of a login.
#[must_use]
pub fn session(state: &WebState, request: &HttpRequest, secret: String) -> Cookie<'static> {
    made(SESSION, secret, SESSION_LIFE, is_secure(state, request))
}

/// The cookie of a guest.
#[must_use]
pub fn guest(state: &WebState, request: &HttpRequest, token: String) -> Cookie<'static> {
    made(GUEST, token, GUEST_LIFE, is_secure(state, request))
}

/// The cookie of a look that was chosen without an account.
#[must_use]
pub fn look(state: &WebState, request: &HttpRequest, theme: Theme, density: Density) -> Cookie<'static> {
    let value = format!("{}.{}", theme.as_str(), density.as_str());
    made(LOOK, value, SESSION_LIFE, is_secure(state, request))
}

/// The cookie of a language that was chosen; without one, the browser is asked again.
#[must_use]
pub fn language(state: &WebState, request: &HttpRequest, language: Language) -> Cookie<'static> {
    let life = if language.as_str().is_empty() { Duration::ZERO } else { SESSION_LIFE };
    made(LANGUAGE, language.as_str().to_owned(), life, is_secure(state, request))
}

/// The cookie of somebody on the way to a provider.
#[cfg(feature = "oidc")]
#[must_use]
pub fn errand(state: &WebState, request: &HttpRequest, errand: String) -> Cookie<'static> {
    made(ERRAND, errand, SHORT_LIFE, is_secure(state, request))
}

/// What makes a browser forget it.
#[cfg(feature = "oidc")]
#[must_use]
pub fn errand_over(state: &WebState, request: &HttpRequest) -> Cookie<'static> {
    clear(ERRAND, state, request)
}

/// The cookie of a question to a device.
#[cfg(feature = "passkeys")]
#[must_use]
pub fn ceremony(state: &WebState, request: &HttpRequest, ceremony: String) -> Cookie<'static> {
    made(CEREMONY, ceremony, SHORT_LIFE, is_secure(state, request))
}

/// What makes a browser forget it.
#[cfg(feature = "passkeys")]
#[must_use]
pub fn ceremony_over(state: &WebState, request: &HttpRequest) -> Cookie<'static> {
    clear(CEREMONY, state, request)
}

/// What makes a browser forget both cookies.
#[must_use]
pub fn cleared(state: &WebState, request: &HttpRequest) -> [Cookie<'static>; 2] {
    [SESSION, GUEST].map(|name| clear(name, state, request))
}

/// What makes a browser forget that it was a guest.
#[must_use]
pub fn cleared_guest(state: &WebState, request: &HttpRequest) -> Cookie<'static> {
    clear(GUEST, state, request)
}

fn clear(name: &'static str, state: &WebState, request: &HttpRequest) -> Cookie<'static> {
    made(name, String::new(), Duration::ZERO, is_secure(state, request))
}

fn made(name: &'static str, value: String, life: Duration, secure: bool) -> Cookie<'static> {
    Cookie::build(name, value).http_only(true).same_site(SameSite::Lax).path("/").secure(secure).max_age(life).finish()
}

/// True when the browser came over TLS: the cookie then never travels without it.
fn is_secure(state: &WebState, request: &HttpRequest) -> bool {
    state.public_url.as_ref().is_some_and(PublicUrl::is_secure) || caller(request).is_secure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts_and_foreign_forms() {
        let cookie = made(SESSION, "secret".into(), SESSION_LIFE, true).to_string();
        for flag in ["parlor_session=secret", "HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=34560000"] {
            assert!(cookie.contains(flag), "{flag} in {cookie}");
        }
        assert!(!made(SESSION, "secret".into(), SESSION_LIFE, false).to_string().contains("Secure"));
    }
}
