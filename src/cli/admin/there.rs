//! `parlor admin --server URL`: asks a running server over REST, as the account of a token.

use clap::{Arg, ArgMatches};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::Shown;
use super::here::broken_log;
use super::wish::{RoomAct, UserAct, Wish};
use crate::cli::{Failure, connecting};
use crate::client::ServerAddress;
use crate::client::http::{self, Call, percent_encoded};
use crate::config::TOKEN_VARIABLE;

/// Which server, and as whom.
pub fn flags() -> Vec<Arg> {
    let help = "Ask this running server instead of opening the database: https://HOST:PORT, or http:// without TLS";
    let token = Arg::new("token_of").long("token").value_name("TOKEN").requires("url").help(format!(
        "With --server: a token with the scope admin, made on /settings [variable: {TOKEN_VARIABLE}, which other users of \
         the machine cannot see]"
    ));
    vec![Arg::new("url").long("server").value_name("URL").help(help), token, connecting::authority().requires("url")]
}

/// True when a server was named.
pub fn is_meant(matches: &ArgMatches) -> bool {
    matches.contains_id("url")
}

/// Does it there.
pub fn run(matches: &ArgMatches, wish: Wish) -> Shown {
    let address = connecting::address(matches)?;
    let variable = || std::env::var(TOKEN_VARIABLE).ok().filter(|token| !token.is_empty());
    let token = matches.get_one::<String>("token_of").cloned().or_else(variable).ok_or_else(|| {
        Failure::Usage(format!("a server wants to know who asks: give --token, or set the variable {TOKEN_VARIABLE}"))
    })?;
    let server = There { address, token: SecretString::from(token) };
    crate::cli::block_on(server.carry_out(wish))?
}

/// A server, and who asks.
struct There {
    address: ServerAddress,
    token: SecretString,
}

impl There {
    async fn carry_out(&self, wish: Wish) -> Shown {
        match wish {
            Wish::Users { part, role, in_trouble } => {
                let role = role.map(|role| format!("&role={}", role.as_str())).unwrap_or_default();
                let trouble = if in_trouble { "&in_trouble=true" } else { "" };
                self.all(&format!("/admin/users?name={}{role}{trouble}", percent_encoded(&part))).await
            }
            Wish::User { name, act } => self.user(&name, act).await,
            Wish::Bots => self.all("/bots?").await,
            Wish::AddBot { name } => self.one(call("POST", "/bots", Some(json!({ "name": name })))).await,
            Wish::Tokens { owner } => {
                let tokens = self.all("/admin/tokens?").await?;
                let is_meant = |token: &Value| {
                    let name = token["user"]["name"].as_str().unwrap_or_default();
                    name.to_lowercase().contains(&owner.to_lowercase())
                };
                Ok(tokens.into_iter().filter(is_meant).collect())
            }
            Wish::AddToken { bot, token } => {
                let rooms = if token.rooms.is_empty() { Value::Null } else { json!(token.rooms) };
                let mut body = json!({ "label": token.label, "scope": token.scope });
                for (field, value) in [("rooms", rooms), ("expires_in_days", json!(token.days))] {
                    if !value.is_null() {
                        body[field] = value;
                    }
                }
                self.one(call("POST", &format!("/bots/{}/tokens", percent_encoded(&bot)), Some(body))).await
            }
            Wish::RevokeToken { id } => {
                self.delete(&format!("/admin/tokens/{}", percent_encoded(&id)), "revoked", &id).await
            }
            Wish::Rooms { part } => self.all(&format!("/admin/rooms?name={}", percent_encoded(&part))).await,
            Wish::Room { room, act } => self.room(&room, act).await,
            Wish::Invites => self.all("/admin/invites?").await,
            Wish::AddInvite { room, uses, days } => {
                let mut body = json!({ "expires_in_days": days });
                for (field, value) in [("room", json!(room)), ("max_uses", json!(uses))] {
                    if !value.is_null() {
                        body[field] = value;
                    }
                }
                self.one(call("POST", "/invites", Some(body))).await
            }
            Wish::RevokeInvite { code } => {
                self.delete(&format!("/admin/invites/{}", percent_encoded(&code)), "revoked", &code).await
            }
            Wish::Bans => self.all("/admin/bans?").await,
            Wish::Ban { whom, reason, until } => {
                let mut body = json!({ "whom": whom, "reason": reason });
                if let Some(until) = until {
                    body["ends_at"] = json!(until);
                }
                self.one(call("POST", "/admin/bans", Some(body))).await
            }
            Wish::LiftBan { id } => self.delete(&format!("/admin/bans/{id}"), "lifted", &id.to_string()).await,
            Wish::Settings => self.all("/admin/settings?").await,
            Wish::Set { key, value } => {
                let path = format!("/admin/settings/{}", percent_encoded(&key));
                self.ask(call("PUT", &path, Some(json!({ "value": value })))).await?;
                let settings = self.all("/admin/settings?").await?;
                Ok(settings.into_iter().filter(|setting| setting["key"] == key.as_str()).collect())
            }
            Wish::Audit { all: true } => self.all("/admin/audit?").await,
            Wish::Audit { all: false } => Ok(items(self.ask(call("GET", "/admin/audit", None)).await?)),
            Wish::VerifyAudit => {
                let verified = self.ask(call("GET", "/admin/audit/verify", None)).await?;
                match verified["broken_at"].as_i64() {
                    None => Ok(vec![verified]),
                    Some(id) => Err(broken_log(id)),
                }
            }
        }
    }

    async fn user(&self, name: &str, act: UserAct) -> Shown {
        let path = format!("/admin/users/{}", percent_encoded(name));
        let change = match act {
            UserAct::Show => return self.one(call("GET", &path, None)).await,
            UserAct::Logout => return self.delete(&format!("{path}/logins"), "logged_out", name).await,
            UserAct::Reset => return self.one(call("POST", &format!("{path}/reset"), None)).await,
            UserAct::Delete => return self.delete(&path, "deleted", name).await,
            UserAct::Role(role) => json!({ "role": role.as_str() }),
            UserAct::Suspend { reason } => json!({ "suspended": true, "reason": reason }),
            UserAct::Unsuspend => json!({ "suspended": false }),
            UserAct::Silence(on) => json!({ "silenced": on }),
            UserAct::Trust(on) => json!({ "trusted": on }),
        };
        self.one(call("PATCH", &path, Some(change))).await
    }

    async fn room(&self, room: &str, act: RoomAct) -> Shown {
        let path = format!("/admin/rooms/{}", percent_encoded(room));
        let change = match act {
            RoomAct::Delete => return self.delete(&path, "deleted", room).await,
            RoomAct::Retention(days) => json!({ "retention_days": days }),
            RoomAct::Archive(on) => json!({ "archived": on }),
            RoomAct::Owner(owner) => json!({ "owner": owner }),
        };
        self.one(call("PATCH", &path, Some(change))).await
    }

    /// A list to its end; the path has its query already.
    async fn all(&self, path: &str) -> Shown {
        let (mut shown, mut cursor) = (Vec::new(), String::new());
        loop {
            let mut page = self.ask(call("GET", &format!("{path}{cursor}"), None)).await?;
            let next = match page["next"].take() {
                Value::Null => None,
                Value::String(text) => Some(percent_encoded(&text)),
                other => Some(other.to_string()),
            };
            shown.extend(items(page));
            match next {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(shown),
            }
        }
    }

    async fn one(&self, call: Call) -> Shown {
        Ok(vec![self.ask(call).await?])
    }

    async fn delete(&self, path: &str, done: &str, what: &str) -> Shown {
        self.ask(call("DELETE", path, None)).await?;
        Ok(vec![json!({ done: what })])
    }

    async fn ask(&self, call: Call) -> Result<Value, Failure> {
        let answer = http::call(&self.address, Some(&self.token), &call).await;
        answer.and_then(http::Answer::accepted).map_err(|error| connecting::failed(&error))
    }
}

fn call(method: &'static str, path: &str, body: Option<Value>) -> Call {
    Call { method, path: format!("/api/v1{path}"), body }
}

fn items(mut page: Value) -> Vec<Value> {
    match page["items"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}
