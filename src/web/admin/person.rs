//! `/admin/people/{name}`: one account and everything that can be decided about it.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::desk::{Desk, FieldView, Left, Section, done, nowhere};
use super::people::{PersonRow, role_words, row, url_of};
use crate::admin::AdminError;
use crate::domain::office::{self, Power};
use crate::domain::person::SiteRole;
use crate::protocol::error_code::Problem;
use crate::storage::order::WatchedAccount;
use crate::web::pages::fields::Fields;
use crate::web::pages::settings::base_url;

/// The fields of all its forms.
const FIELDS: [&str; 2] = ["role", "reason"];

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question of the template")]
struct Body {
    person: PersonRow,
    created: String,
    suspended_since: String,
    suspended_reason: String,
    trusted: bool,
    /// Above oneself, or oneself: there is nothing to decide.
    untouchable: bool,
    may_suspend: bool,
    may_end_logins: bool,
    may_delete: bool,
    roles: Vec<RoleView>,
    role: FieldView,
    reason: FieldView,
    /// A link for a new password, shown this once.
    reset_link: String,
}

#[derive(Serialize)]
struct RoleView {
    value: &'static str,
    label: String,
}

#[derive(Serialize)]
struct DeleteBody {
    person: PersonRow,
    name: FieldView,
    messages: bool,
}

/// GET `/admin/people/{name}`
pub async fn show(desk: Desk, name: web::Path<String>) -> HttpResponse {
    let result = page(&desk, &name, Left::default(), "").await;
    desk.respond(result).await
}

/// POST `/admin/people/{name}/{act}`
pub async fn act(desk: Desk, path: web::Path<(String, String)>, fields: Fields) -> HttpResponse {
    let (name, act) = path.into_inner();
    let result = match carry_out(&desk, &name, &act, &fields).await {
        Some(Ok(())) => Ok(done(&url_of(&name))),
        Some(Err(error)) => match Left::typed(&fields, &FIELDS).refuse(&desk, &error) {
            Ok(left) => page(&desk, &name, left, "").await,
            Err(problem) => Err(problem),
        },
        None => Err(nowhere()),
    };
    desk.respond(result).await
}

/// POST `/admin/people/{name}/reset`. The page itself is the answer: the link is shown this once.
pub async fn reset(desk: Desk, name: web::Path<String>) -> HttpResponse {
    let result = match desk.admin().make_reset_link(&desk.by, &name).await {
        Ok(link) => page(&desk, &name, Left::default(), &(base_url(&desk.visit) + &link.path)).await,
        Err(error) => match Left::default().refuse(&desk, &error) {
            Ok(left) => page(&desk, &name, left, "").await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

/// `None` when there is no such act.
async fn carry_out(desk: &Desk, name: &str, act: &str, fields: &Fields) -> Option<Result<(), AdminError>> {
    let (admin, by) = (desk.admin(), &desk.by);
    let is_on = fields.get("on") == "yes";
    Some(match act {
        "role" => match SiteRole::parse(fields.get("role")) {
            Some(role) => admin.set_role(by, name, role).await,
            None => Err(AdminError::Bad { field: "role", message: "there is no such role".to_owned() }),
        },
        "suspend" => admin.suspend(by, name, fields.get("reason")).await,
        "unsuspend" => admin.unsuspend(by, name).await,
        "silence" => admin.silence(by, name, is_on).await,
        "trust" => admin.trust(by, name, is_on).await,
        "logins" => admin.end_logins(by, name).await.map(|_| ()),
        "factor" => admin.remove_factor(by, name).await.map(|_| ()),
        _ => return None,
    })
}

async fn page(desk: &Desk, name: &str, left: Left, reset_link: &str) -> Result<HttpResponse, Problem> {
    let person = desk.admin().person(&desk.by, name).await.map_err(|error| desk.problem(&error))?;
    let role = person.account.site_role;
    let is_self = person.account.id == desk.by.who.id;
    let untouchable = is_self || office::may_touch(desk.by.role, role).is_err();
    // An owner may step down.
    let may_give_roles = desk.may(Power::Roles)
        && role != SiteRole::Bot
        && (!untouchable || (is_self && desk.by.role == SiteRole::Owner));
    let given = SiteRole::ALL.into_iter().filter(|role| *role != SiteRole::Bot && *role <= desk.by.role);
    let view = |role: SiteRole| RoleView { value: role.as_str(), label: role_words(&desk.visit.words, role) };
    let body = Body {
        created: desk.moment(person.account.created_at),
        suspended_since: person.suspended.as_ref().map(|(at, _)| desk.moment(*at)).unwrap_or_default(),
        suspended_reason: person.suspended.as_ref().map(|(_, reason)| reason.clone()).unwrap_or_default(),
        trusted: person.trusted_at.is_some(),
        untouchable,
        may_suspend: desk.may(Power::Suspend),
        may_end_logins: desk.may(Power::Logins),
        may_delete: desk.may(Power::DeletePeople) && role != SiteRole::Owner,
        roles: if may_give_roles { given.map(view).collect() } else { Vec::new() },
        role: left.field("role", role.as_str()),
        reason: left.field("reason", ""),
        reset_link: reset_link.to_owned(),
        person: row(desk, &person),
    };
    desk.page(Section::People, "admin/person.html", &left, &body).await
}

/// GET `/admin/people/{name}/delete`
pub async fn ask_deletion(desk: Desk, name: web::Path<String>) -> HttpResponse {
    let result = deletion_page(&desk, &name, false, Left::default()).await;
    desk.respond(result).await
}

/// POST `/admin/people/{name}/delete`
pub async fn delete(desk: Desk, name: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = carry_out_deletion(&desk, &name, &fields).await;
    desk.respond(result).await
}

async fn deletable(desk: &Desk, name: &str) -> Result<WatchedAccount, Problem> {
    desk.admin().allow(&desk.by, Power::DeletePeople).map_err(|error| desk.problem(&error))?;
    desk.admin().person(&desk.by, name).await.map_err(|error| desk.problem(&error))
}

async fn carry_out_deletion(desk: &Desk, name: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    let person = deletable(desk, name).await?;
    let messages = fields.get("messages") == "yes";
    let left = Left::typed(fields, &["name"]);
    if fields.get("name").trim() != person.account.name.as_str() {
        let words = desk.visit.words.with("admin.type_name", &[("name", &person.account.name)]);
        return deletion_page(desk, name, messages, left.refuse_field("name", words)).await;
    }
    match desk.admin().delete_person(&desk.by, name, messages).await {
        Ok(_) => Ok(done("/admin/people")),
        Err(error) => deletion_page(desk, name, messages, left.refuse(desk, &error)?).await,
    }
}

async fn deletion_page(desk: &Desk, name: &str, messages: bool, left: Left) -> Result<HttpResponse, Problem> {
    let person = deletable(desk, name).await?;
    let body = DeleteBody { person: row(desk, &person), name: left.field("name", ""), messages };
    desk.page(Section::People, "admin/delete_person.html", &left, &body).await
}
