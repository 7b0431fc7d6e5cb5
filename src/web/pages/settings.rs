//! `/settings`: one's own account, a form per section. The sections' forms that do more have files of their own.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::device_label;
use super::fields::Fields;
use super::refusals::{problem_of, retry_after, status_of, storage_problem, words_of};
use super::visit::{Visit, redirect, with_retry_after};
use crate::domain::device::{Device, DeviceKind};
use crate::domain::name::RoomName;
use crate::domain::person::Person;
use crate::domain::profile::Profile;
use crate::gateways::websocket::caller;
use crate::protocol::error_code::Problem;
use crate::storage::invites::Invite;
use crate::storage::push::NamedSubscription;
use crate::web::token_wish::names_of;
use crate::web::views::PageView;
use crate::web::views::preferences::{AppearanceForm, NotificationsForm, PushDeviceView, PushSection, StatusForm};
use crate::web::views::settings::{
    DeviceView, InviteView, PasswordForm, ProfileForm, SettingsPage, TokenForm, TokenView,
};
use crate::web::views::time;

/// The sections that say "Saved".
const SECTIONS: [&str; 10] =
    ["profile", "status", "password", "appearance", "notifications", "push", "privacy", "devices", "tokens", "invites"];

/// What a form leaves on the page.
#[derive(Default)]
pub struct Left {
    /// The status; 200 when nothing was refused.
    pub status: StatusCode,
    /// A sentence on top of the page.
    pub flash: String,
    /// What was typed as the name.
    pub profile: Option<ProfileForm>,
    /// What was said of oneself, and is wrong with it.
    pub status_line: Option<StatusForm>,
    /// What is wrong with the times of the quiet hours, or with their zone.
    pub notifications: Option<NotificationsForm>,
    /// What is wrong with the passwords.
    pub password: PasswordForm,
    /// What was typed for a new token.
    pub token: TokenForm,
    /// A new token, shown this once.
    pub new_token: String,
    /// The section that was saved.
    pub saved: &'static str,
}

/// GET `/settings`
pub async fn show(visit: Visit) -> HttpResponse {
    let query = Fields::of_query(&visit.request);
    let saved = SECTIONS.into_iter().find(|section| *section == query.get("saved")).unwrap_or_default();
    let result = page(&visit, Left { saved, ..Left::default() }).await;
    visit.respond(result).await
}

/// POST `/settings/profile`
pub async fn rename(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out_rename(&visit, fields.get("name")).await;
    visit.respond(result).await
}

async fn carry_out_rename(visit: &Visit, name: &str) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    match visit.state.auth.rename(&account, name).await {
        Ok(name) => {
            visit.state.chat.rename(account.id, name);
            Ok(saved("profile"))
        }
        Err(error) => {
            let profile = ProfileForm { name_value: name.to_owned(), name_error: words_of(&visit.words, &error) };
            let left = Left { status: status_of(&error), profile: Some(profile), ..Left::default() };
            Ok(with_retry_after(page(visit, left).await?, retry_after(&error)))
        }
    }
}

/// Back to the section that was saved.
pub fn saved(section: &str) -> HttpResponse {
    redirect(&format!("/settings?saved={section}#{section}"))
}

/// The page. Somebody without an account has nothing here but how pages look.
pub async fn page(visit: &Visit, left: Left) -> Result<HttpResponse, Problem> {
    let account = visit.person()?;
    let page = PageView { flash: left.flash, ..visit.page_view(&visit.words.get("settings.title")) };
    let name_value = account.name.to_string();
    let profile = own_profile(visit, &account).await?;
    let status_line = left.status_line.unwrap_or_else(|| {
        StatusForm::new(&profile, &visit.words, visit.state.clock.now(), visit.state.renderer.zone())
    });
    let context = SettingsPage {
        sidebar: visit.sidebar().await?,
        profile: left.profile.unwrap_or_else(|| ProfileForm { name_value, ..ProfileForm::default() }),
        status_line,
        appearance: AppearanceForm::new(&visit.preferences),
        notifications: left.notifications.unwrap_or_else(|| NotificationsForm::new(&visit.preferences)),
        push: push_section(visit, &account).await?,
        privacy: profile.privacy.into(),
        password: left.password,
        devices: devices(visit, &account).await?,
        tokens: tokens(visit, &account).await?,
        token: left.token,
        new_token: left.new_token,
        invites: if page.viewer.can_invite { invites(visit, &account).await? } else { Vec::new() },
        sign_in: visit.state.auth.has_other_ways_in(),
        saved: left.saved.to_owned(),
        page,
    };
    visit.html(left.status, "pages/settings.html", &context)
}

async fn own_profile(visit: &Visit, person: &Person) -> Result<Profile, Problem> {
    if person.is_guest() {
        return Ok(Profile::default());
    }
    visit.state.store.profile(person.id, visit.state.clock.now()).await.map_err(storage_problem)
}

async fn push_section(visit: &Visit, account: &Person) -> Result<PushSection, Problem> {
    let subscriptions = if account.is_guest() {
        Vec::new()
    } else {
        visit.state.push.subscriptions(account.id).await.map_err(storage_problem)?
    };
    let (now, zone) = (visit.state.clock.now(), visit.state.renderer.zone());
    let view = |named: &NamedSubscription| PushDeviceView {
        id: named.subscription.id.to_string(),
        label: device_label::shown(&named.label, &visit.words),
        created: time::moment(named.subscription.created_at, now, zone, &visit.words),
        current: account.device == Some(named.subscription.device),
    };
    let devices = subscriptions.iter().map(view).collect();
    Ok(PushSection { key: visit.state.push.public_key().to_owned(), devices })
}

async fn devices(visit: &Visit, account: &Person) -> Result<Vec<DeviceView>, Problem> {
    let (now, zone) = (visit.state.clock.now(), visit.state.renderer.zone());
    let view = |device: &Device| {
        let view = DeviceView::new(device, account.device, now, zone, &visit.words);
        DeviceView { label: device_label::shown(&view.label, &visit.words), ..view }
    };
    Ok(logins(visit, account, DeviceKind::Cookie).await?.iter().map(view).collect())
}

async fn tokens(visit: &Visit, account: &Person) -> Result<Vec<TokenView>, Problem> {
    let (now, zone) = (visit.state.clock.now(), visit.state.renderer.zone());
    let mut views = Vec::new();
    for token in logins(visit, account, DeviceKind::Token).await? {
        let rooms = names_of(&visit.state, token.grant.rooms.as_deref().unwrap_or_default()).await;
        let rooms = rooms.map_err(storage_problem)?;
        views.push(TokenView {
            device: DeviceView::new(&token, account.device, now, zone, &visit.words),
            scope: token.grant.scope.as_str(),
            rooms: rooms.iter().map(RoomName::as_str).collect::<Vec<_>>().join(", "),
            expires: token.grant.until.map(|end| time::moment(end, now, zone, &visit.words)).unwrap_or_default(),
        });
    }
    Ok(views)
}

async fn logins(visit: &Visit, account: &Person, kind: DeviceKind) -> Result<Vec<Device>, Problem> {
    if account.is_guest() {
        return Ok(Vec::new());
    }
    visit.state.auth.devices(account, kind).await.map_err(|error| problem_of(&visit.words, &error))
}

async fn invites(visit: &Visit, account: &Person) -> Result<Vec<InviteView>, Problem> {
    let invites = visit.state.auth.invites(account).await.map_err(|error| problem_of(&visit.words, &error))?;
    let (now, zone, base) = (visit.state.clock.now(), visit.state.renderer.zone(), base_url(visit));
    let mut views = Vec::with_capacity(invites.len());
    for invite in &invites {
        views.push(InviteView::new(invite, room_title(visit, invite).await?, &base, now, zone, &visit.words));
    }
    Ok(views)
}

async fn room_title(visit: &Visit, invite: &Invite) -> Result<String, Problem> {
    let Some(id) = invite.room else { return Ok(String::new()) };
    let room = visit.state.store.room(id).await.map_err(storage_problem)?;
    Ok(room.map(|room| room.info.name.to_string()).unwrap_or_default())
}

/// Where people reach the server: as the settings say, else as this browser did.
pub(in crate::web) fn base_url(visit: &Visit) -> String {
    visit.state.public_url.as_ref().map_or_else(
        || {
            let from = caller::caller(&visit.request);
            let scheme = if from.is_secure { "https" } else { "http" };
            format!("{scheme}://{}", caller::host(&visit.request, &from).unwrap_or("localhost"))
        },
        |url| url.origin().to_owned(),
    )
}
