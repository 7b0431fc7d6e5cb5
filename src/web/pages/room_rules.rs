//! `/rooms/{room}/rules`: the form that says who comes into a room and who writes there, and `/masks/lift`, which lets those in
//! again whom a mask keeps out. Both stand on the page of settings.

use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::room_settings::{self, Left, saved};
use super::visit::Visit;
use crate::domain::mask::Mask;
use crate::domain::room::RoomKind;
use crate::domain::room_rules::{KEY_BYTES, MOST_PEOPLE, RoomKey, RuleChange};
use crate::protocol::command::Command;
use crate::protocol::crowd::CrowdAct;
use crate::protocol::error_code::Problem;
use crate::web::views::room_settings::RulesForm;

/// POST `/rooms/{room}/rules`
pub async fn save(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &room, &fields).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/masks/lift`
pub async fn lift_mask(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = async {
        let (account, room) = (visit.account()?, room_name(&room)?);
        // To whom the room is not there, no mask is a bad one either.
        visit.look(&account, &room).await?;
        let mask = Mask::parse(fields.get("mask"))
            .ok_or_else(|| Problem::field("mask", "a mask is one word, as the page shows it"))?;
        let act = CrowdAct::Mask { mask, on: false };
        visit.ask(&account, Command::Crowd { room: room.clone(), act }).await?;
        Ok(saved(&room, "rules"))
    };
    let result = result.await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, room: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    let account = visit.account()?;
    let look = visit.look(&account, &room).await?;
    look.may_rule.map_err(Problem::from)?;
    let is_on = |name| fields.get(name) == "on";
    let mut form = RulesForm {
        moderated: is_on("moderated"),
        open_topic: is_on("open_topic"),
        invite_only: is_on("invite_only"),
        hidden: is_on("hidden"),
        key: fields.get("key").trim().to_owned(),
        most: fields.get("most").trim().to_owned(),
        has_unseen_key: look.has_key && look.rules.key.is_none(),
        ..RulesForm::default()
    };
    let key = key_of(&form, is_on("no_key"))
        .map_err(|()| form.key_error = visit.words.with("room_rules.bad_key", &[("max", &KEY_BYTES)]));
    let most = most_of(&form.most)
        .map_err(|()| form.most_error = visit.words.with("room_rules.bad_most", &[("max", &MOST_PEOPLE)]));
    let (Ok(key), Ok(most)) = (key, most) else {
        return room_settings::page(visit, &room, Left::bad_rules(form)).await;
    };
    let mut changes = vec![RuleChange::Moderated(form.moderated), RuleChange::OpenTopic(form.open_topic)];
    // Who comes into a private room is decided by those who add people; its form does not ask for more.
    if look.kind == RoomKind::Public {
        changes.extend([RuleChange::InviteOnly(form.invite_only), RuleChange::Hidden(form.hidden)]);
        changes.push(RuleChange::Most(most));
        changes.extend(key.map(RuleChange::Key));
    }
    visit.ask(&account, Command::Crowd { room: room.clone(), act: CrowdAct::Rule(changes) }).await?;
    Ok(saved(&room, "rules"))
}

/// What becomes of the key; nothing where it stays because it is not shown. An empty field is no key.
#[expect(clippy::option_option, reason = "it stays, or is none, or is this one")]
fn key_of(form: &RulesForm, is_taken_away: bool) -> Result<Option<Option<RoomKey>>, ()> {
    match form.key.as_str() {
        "" if form.has_unseen_key && !is_taken_away => Ok(None),
        "" => Ok(Some(None)),
        typed => RoomKey::parse(typed).map(|key| Some(Some(key))).map_err(|_| ()),
    }
}

fn most_of(typed: &str) -> Result<Option<u32>, ()> {
    if typed.is_empty() {
        return Ok(None);
    }
    let most = typed.parse().ok().filter(|most| (1..=MOST_PEOPLE).contains(most));
    most.map(Some).ok_or(())
}
