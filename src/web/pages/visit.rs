//! A request for a page: who asks, and the ways to answer. Every handler takes one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, LOCATION, RETRY_AFTER};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::{errors, look};
use crate::auth::secret;
use crate::domain::access::GuestAccess;
use crate::domain::grant::Grant;
use crate::domain::name::UserName;
use crate::domain::person::{Person, Standing};
use crate::domain::preferences::Preferences;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::cookies;
use crate::web::state::WebState;
use crate::web::views::{LanguageView, PageView, ViewerView};
use crate::web::visitor::Visitor;
use crate::web::words::language::Language;
use crate::web::words::{Words, telling};

/// What pages carry: they show what one person may see, and that only for now.
const NO_STORE: (actix_web::http::header::HeaderName, &str) = (CACHE_CONTROL, "no-store");

/// A request for a page.
pub struct Visit {
    /// The request.
    pub request: HttpRequest,
    /// What handlers hold.
    pub state: web::Data<WebState>,
    /// Who sent it.
    pub visitor: Visitor,
    /// How they like their pages.
    pub preferences: Preferences,
    /// The words of their language.
    pub words: Words,
}

impl Visit {
    /// A request, in the language and the look of whoever sent it.
    pub async fn open(request: HttpRequest, state: web::Data<WebState>, visitor: Visitor) -> Self {
        let preferences = look::preferences(&request, &state, &visitor).await;
        let words = state.renderer.words(language_of(&request, &preferences));
        Self { request, state, visitor, preferences, words }
    }

    /// The person, account or guest.
    pub fn person(&self) -> Result<Arc<Person>, Problem> {
        self.visitor.person()
    }

    /// The account.
    pub fn account(&self) -> Result<Arc<Person>, Problem> {
        self.visitor.account()
    }

    /// True when an account is looking.
    pub fn is_account(&self) -> bool {
        self.visitor.person.as_ref().is_some_and(|person| !person.is_guest())
    }

    /// The page is asked for before anybody has opened it: nothing on it has been read yet. Browsers say so for their own
    /// guesses (`Sec-Purpose`), our scripts for theirs, which may not set that header.
    pub fn is_ahead(&self) -> bool {
        let says = |name: &str| {
            self.request.headers().get(name).is_some_and(|value| value.as_bytes().starts_with(b"prefetch"))
        };
        says("purpose") || says("sec-purpose")
    }

    /// Who reads: the person, or a guest without a name where guests are let in. Such a guest never writes.
    pub fn reader(&self) -> Result<Arc<Person>, Problem> {
        match &self.visitor.person {
            Some(person) => Ok(person.clone()),
            None if self.state.auth.access().guests == GuestAccess::Off => self.person(),
            None => Ok(Arc::new(Person {
                id: secret::new_user(),
                name: UserName::trusted("guest".to_owned()),
                standing: Standing::Guest,
                device: None,
                grant: Grant::ALL,
            })),
        }
    }

    /// What every page needs.
    pub fn page_view(&self, title: &str) -> PageView {
        let access = self.state.auth.access();
        let house = self.state.auth.house();
        let server_name = house.name.clone();
        PageView {
            lang: self.words.language().tag(),
            dir: self.words.language().dir(),
            theme: self.preferences.theme.as_str(),
            density: self.preferences.density.as_str(),
            sound: self.preferences.sound,
            title: format!("{title} · {server_name}"),
            server_name,
            assets: self.state.renderer.assets().to_owned(),
            path: self.request.path().to_owned(),
            demo: access.demo,
            version: env!("CARGO_PKG_VERSION"),
            flash: String::new(),
            notice: house.message.clone(),
            accent: house.accent.trim_start_matches('#').to_owned(),
            viewer: ViewerView::new(self.visitor.person.as_deref(), access),
            here: errors::way_back(&self.request),
            languages: Language::ALL.map(LanguageView::from),
        }
    }

    /// A problem with a text of the catalogue.
    pub fn told(&self, code: ErrorCode, key: &str) -> Problem {
        telling::told(&self.words, code, key)
    }

    /// A page that is not there, and why.
    pub fn not_found(&self, key: &str) -> Problem {
        self.told(ErrorCode::NotFound, key)
    }

    /// A page.
    pub fn html(&self, status: StatusCode, template: &str, context: &impl Serialize) -> Result<HttpResponse, Problem> {
        match self.state.renderer.page(self.words.language(), template, context) {
            Ok(html) => Ok(html_response(status, html)),
            Err(error) => {
                log::error!("{error}");
                Err(Problem::unavailable())
            }
        }
    }

    /// What goes back: the answer, or the page of the error.
    pub async fn respond(&self, result: Result<HttpResponse, Problem>) -> HttpResponse {
        match result {
            Ok(response) => response,
            Err(problem) => errors::for_problem(&self.request, &problem).await,
        }
    }
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state = web::Data::<WebState>::from_request(request, payload);
        let visitor = Visitor::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let state = state.await?;
            match visitor.await {
                Ok(visitor) => Ok(Self::open(request, state, visitor).await),
                Err(error) => {
                    let status = actix_web::ResponseError::status_code(&error);
                    // Asking anew who it is would fail anew.
                    let response = errors::without_viewer(&request, status, error.problem()).await;
                    Err(InternalError::from_response(error.to_string(), response).into())
                }
            }
        })
    }
}

/// The language of whoever sent a request.
fn language_of(request: &HttpRequest, preferences: &Preferences) -> Language {
    let cookie = request.cookie(cookies::LANGUAGE);
    let accept = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::choose(Some(preferences.language.as_str()), cookie.as_ref().map(Cookie::value), accept)
}

/// A response with HTML.
pub(in crate::web) fn html_response(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status).insert_header(NO_STORE).content_type("text/html; charset=utf-8").body(html)
}

/// "See there" (RFC 9110, section 15.4.4): a reload of what comes next repeats nothing.
pub(in crate::web) fn redirect(url: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(NO_STORE).insert_header((LOCATION, url)).finish()
}

/// The same response with cookies.
pub(super) fn with_cookies(
    mut response: HttpResponse,
    cookies: impl IntoIterator<Item = Cookie<'static>>,
) -> HttpResponse {
    for cookie in cookies {
        // A cookie of ours has only signs that a header may carry.
        if let Err(error) = response.add_cookie(&cookie) {
            log::error!("a cookie could not be set: {error}");
        }
    }
    response
}

/// The same response, saying when to try again.
pub(super) fn with_retry_after(mut response: HttpResponse, wait: Option<Duration>) -> HttpResponse {
    if let Some(wait) = wait {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        response.headers_mut().insert(RETRY_AFTER, seconds.max(1).into());
    }
    response
}
