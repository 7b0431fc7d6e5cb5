//! What every page of those who run the server begins with: who acts, the navigation, and what a refused form leaves.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;

use super::told;
use crate::admin::{Admin, AdminError, By};
use crate::domain::clock::Timestamp;
use crate::domain::office::{self, Power};
use crate::domain::permission::Refusal;
use crate::domain::person::Standing;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::pages::fields::Fields;
use crate::web::pages::visit::{Visit, redirect};
use crate::web::views::{PageView, SidebarView, time};

/// A page of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Dashboard,
    Reports,
    People,
    Sessions,
    Bans,
    Rooms,
    Invites,
    Bots,
    Tokens,
    Settings,
    Storage,
    Audit,
    Health,
}

impl Section {
    /// In the order of the navigation.
    const ALL: [Self; 13] = [
        Self::Dashboard,
        Self::Reports,
        Self::People,
        Self::Sessions,
        Self::Bans,
        Self::Rooms,
        Self::Invites,
        Self::Bots,
        Self::Tokens,
        Self::Settings,
        Self::Storage,
        Self::Audit,
        Self::Health,
    ];

    fn url(self) -> &'static str {
        match self {
            Self::Dashboard => "/admin",
            Self::Reports => "/admin/reports",
            Self::People => "/admin/people",
            Self::Sessions => "/admin/sessions",
            Self::Bans => "/admin/bans",
            Self::Rooms => "/admin/rooms",
            Self::Invites => "/admin/invites",
            Self::Bots => "/admin/bots",
            Self::Tokens => "/admin/tokens",
            Self::Settings => "/admin/settings",
            Self::Storage => "/admin/storage",
            Self::Audit => "/admin/audit",
            Self::Health => "/admin/health",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Dashboard => "admin.dashboard",
            Self::Reports => "admin.reports",
            Self::People => "admin.people",
            Self::Sessions => "admin.sessions",
            Self::Bans => "admin.bans",
            Self::Rooms => "admin.rooms",
            Self::Invites => "admin.invites",
            Self::Bots => "admin.bots",
            Self::Tokens => "admin.tokens",
            Self::Settings => "admin.settings",
            Self::Storage => "admin.storage",
            Self::Audit => "admin.audit",
            Self::Health => "admin.health",
        }
    }

    fn power(self) -> Power {
        match self {
            Self::Reports => Power::Reports,
            Self::People => Power::SeePeople,
            Self::Sessions => Power::Sessions,
            Self::Bans => Power::Ban,
            Self::Rooms => Power::SeeRooms,
            Self::Invites => Power::Invites,
            Self::Bots | Self::Tokens => Power::Tokens,
            Self::Settings => Power::Settings,
            Self::Storage => Power::Storage,
            Self::Audit => Power::Audit,
            Self::Dashboard | Self::Health => Power::Health,
        }
    }
}

/// A request of somebody who keeps order. Anybody else does not get this far.
pub struct Desk {
    /// The request.
    pub visit: Visit,
    /// Who acts.
    pub by: By,
}

/// What a form leaves on its page.
#[derive(Default)]
pub struct Left {
    /// 200 when nothing was refused.
    pub status: StatusCode,
    /// What belongs beside no field.
    pub problem: String,
    typed: Vec<(&'static str, String)>,
    errors: Vec<(String, String)>,
}

/// A field of a form: what stands in it, and what is wrong with it.
#[derive(Debug, Default, Serialize)]
pub struct FieldView {
    value: String,
    error: String,
}

impl Left {
    /// What was typed into these fields.
    pub fn typed(fields: &Fields, names: &[&'static str]) -> Self {
        let typed = names.iter().map(|name| (*name, fields.get(name).to_owned())).collect();
        Self { typed, ..Self::default() }
    }

    /// A field as it is to be shown: with what was typed, or with what is in force.
    pub fn field(&self, name: &str, otherwise: &str) -> FieldView {
        let typed = self.typed.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str());
        let error = self.errors.iter().find(|(field, _)| field == name).map(|(_, error)| error.clone());
        FieldView { value: typed.unwrap_or(otherwise).to_owned(), error: error.unwrap_or_default() }
    }

    /// A form was refused: the reason stands beside its field if that is on the page, else above the page.
    ///
    /// # Errors
    /// When there is no form to show it in: the page itself cannot be had.
    pub fn refuse(mut self, desk: &Desk, error: &AdminError) -> Result<Self, Problem> {
        let (field, words) = (told::field(error), told::words(&desk.visit.words, error));
        if told::is_fatal(error) {
            return Err(told::problem(&desk.visit.words, error));
        }
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        match field.filter(|field| self.typed.iter().any(|(name, _)| name == field)) {
            Some(field) => self.errors.push((field.to_owned(), words)),
            None => self.problem = words,
        }
        Ok(self)
    }

    /// A field was refused before anybody was asked.
    pub fn refuse_field(mut self, name: &str, words: String) -> Self {
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        self.errors.push((name.to_owned(), words));
        self
    }
}

#[derive(Serialize)]
struct LinkView {
    url: &'static str,
    title: String,
    current: bool,
    count: u64,
}

#[derive(Serialize)]
struct Frame {
    title: String,
    links: Vec<LinkView>,
    problem: String,
}

#[derive(Serialize)]
struct Context<'a, T> {
    page: PageView,
    sidebar: SidebarView,
    admin: Frame,
    #[serde(flatten)]
    body: &'a T,
}

impl Desk {
    /// Every act there is.
    pub fn admin(&self) -> &Admin {
        &self.visit.state.admin
    }

    /// Whether whoever acts may do this, to show or not to show a button: the act itself asks again.
    pub fn may(&self, power: Power) -> bool {
        office::may(power, Standing::Account(self.by.role)).is_ok()
    }

    /// A moment in a sentence.
    pub fn moment(&self, at: Timestamp) -> String {
        let visit = &self.visit;
        time::moment(at, visit.state.clock.now(), visit.state.renderer.zone(), &visit.words)
    }

    /// The title of a page and its text.
    pub async fn page<T: Serialize>(
        &self,
        section: Section,
        template: &str,
        left: &Left,
        body: &T,
    ) -> Result<HttpResponse, Problem> {
        let visit = &self.visit;
        let reports = self.admin().open_reports(&self.by).await.map_err(|error| self.problem(&error))?;
        let links = Section::ALL.into_iter().filter(|link| self.may(link.power())).map(|link| LinkView {
            url: link.url(),
            title: visit.words.get(link.title()),
            current: link == section,
            count: if link == Section::Reports { reports } else { 0 },
        });
        let title = visit.words.get(section.title());
        let mut page = visit.page_view(&title);
        if Fields::of_query(&visit.request).get("done") == "yes" && left.problem.is_empty() {
            page.flash = visit.words.get("admin.done");
        }
        let admin = Frame { title, links: links.collect(), problem: left.problem.clone() };
        visit.html(left.status, template, &Context { page, sidebar: visit.sidebar().await?, admin, body })
    }

    /// A refusal where there is no form: what one may not see is not there.
    pub fn problem(&self, error: &AdminError) -> Problem {
        told::problem(&self.visit.words, error)
    }

    /// What goes back.
    pub async fn respond(&self, result: Result<HttpResponse, Problem>) -> HttpResponse {
        self.visit.respond(result).await
    }
}

/// Back to a page that says that it is done.
pub fn done(url: &str) -> HttpResponse {
    redirect(&format!("{url}{}done=yes", if url.contains('?') { '&' } else { '?' }))
}

/// The same as for an address that leads nowhere.
pub fn nowhere() -> Problem {
    Problem::new(ErrorCode::NotFound, "there is nothing at this address")
}

/// Whoever keeps order may come in; what each of them may see is asked for each page.
fn who(visit: &Visit) -> Result<By, AdminError> {
    let person = visit.visitor.person.as_ref().ok_or(AdminError::Refused(Refusal::AccountNeeded))?;
    let by = By::person(person, visit.visitor.address.to_string())?;
    office::may(Power::Reports, person.standing)?;
    Ok(by)
}

impl FromRequest for Desk {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visit = Visit::from_request(request, payload);
        Box::pin(async move {
            let visit = visit.await?;
            match who(&visit) {
                Ok(by) => Ok(Self { visit, by }),
                Err(error) => {
                    let response = visit.respond(Err(nowhere())).await;
                    Err(InternalError::from_response(error.to_string(), response).into())
                }
            }
        })
    }
}
