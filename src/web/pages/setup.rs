//! `/setup`: makes the first account, which becomes the owner.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::HOST;
use actix_web::{HttpRequest, HttpResponse};

use super::fields::Fields;
use super::refusals::{retry_after, status_of, words_of};
use super::visit::{Visit, redirect, with_retry_after};
use super::{device_label, welcome};
use crate::auth::AuthError;
use crate::auth::accounts::SetUp;
use crate::protocol::error_code::Problem;
use crate::web::views::forms::{FormPage, SetupForm};

/// Longest name of a server, in characters; the settings know the same limit.
const SERVER_NAME_CHARS: usize = 64;

/// GET `/setup`
pub async fn show(visit: Visit) -> HttpResponse {
    if !visit.state.auth.access().demo {
        return redirect("/");
    }
    let server_name_value = visit.state.auth.server_name();
    let code_value = Fields::of_query(&visit.request).get("code").to_owned();
    let form = SetupForm { code_value, server_name_value, ..SetupForm::default() };
    let result = page(&visit, StatusCode::OK, form);
    visit.respond(result).await
}

/// POST `/setup`
pub async fn set_up(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let form = SetupForm {
        code_value: fields.get("code").to_owned(),
        server_name_value: fields.get("server_name").to_owned(),
        name_value: fields.get("name").to_owned(),
        ..SetupForm::default()
    };
    let present = visit.state.auth.server_name();
    let typed = fields.get("server_name").trim();
    let Some(server_name) = checked_server_name(if typed.is_empty() { &present } else { typed }) else {
        let server_name_error = visit.words.with("setup.bad_server_name", &[("max", &SERVER_NAME_CHARS)]);
        return page(visit, StatusCode::UNPROCESSABLE_ENTITY, SetupForm { server_name_error, ..form });
    };
    let is_new = server_name != present;
    let wish = SetUp {
        // A name that was left as it is stays a matter of the settings.
        server_name: is_new.then_some(server_name),
        name: fields.get("name").to_owned(),
        password: fields.secret("password"),
        code: fields.get("code").to_owned(),
        address: origin_of(visit),
    };
    match visit.state.auth.set_up(wish, &device_label::of(&visit.request)).await {
        Ok(login) => {
            let next = welcome::enter_lobby(visit, &Arc::new(login.person.clone())).await;
            Ok(welcome::logged_in(visit, login, &next))
        }
        Err(AuthError::AlreadySetUp) => Ok(redirect("/login")),
        Err(error) => refused(visit, form, &error),
    }
}

fn refused(visit: &Visit, mut form: SetupForm, error: &AuthError) -> Result<HttpResponse, Problem> {
    let words = words_of(&visit.words, error);
    match error {
        AuthError::BadSetupCode => form.code_error = words,
        AuthError::BadName(_) | AuthError::NameTaken => form.name_error = words,
        AuthError::BadPassword(_) => form.password_error = words,
        _ => form.error = words,
    }
    Ok(with_retry_after(page(visit, status_of(error), form)?, retry_after(error)))
}

fn page(visit: &Visit, status: StatusCode, form: SetupForm) -> Result<HttpResponse, Problem> {
    let address = origin_of(visit);
    let form = SetupForm { needs_code: visit.state.auth.needs_setup_code(address), ..form };
    visit.html(status, "pages/setup.html", &FormPage { page: visit.page_view(&visit.words.get("setup.title")), form })
}

fn checked_server_name(text: &str) -> Option<String> {
    let name = text.trim();
    let good = !name.is_empty() && name.chars().count() <= SERVER_NAME_CHARS && !name.chars().any(char::is_control);
    good.then(|| name.to_owned())
}

/// Where the wish comes from. With a public address there is a proxy, and behind it nobody is known to be here.
fn origin_of(visit: &Visit) -> IpAddr {
    match visit.state.public_url {
        Some(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        None => setup_address(&visit.request, visit.visitor.address),
    }
}

/// The address that decides whether the code is needed. This machine counts as itself only when it says so in every
/// way: behind a proxy everybody comes from here, and a foreign name that points here may be a foreign page's trick
/// (DNS rebinding).
fn setup_address(request: &HttpRequest, address: IpAddr) -> IpAddr {
    let headers = request.headers();
    let is_forwarded =
        ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name));
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).or_else(|| request.uri().host());
    let names_this_machine = host.is_some_and(is_this_machine);
    if is_forwarded || !names_this_machine { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { address }
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let number = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    number.map_or_else(|_| name.eq_ignore_ascii_case("localhost"), |number| number.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use actix_web::test::TestRequest;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn seen(headers: &[(&'static str, &'static str)], address: IpAddr) -> IpAddr {
        let request = headers.iter().fold(TestRequest::get(), |request, header| request.insert_header(*header));
        setup_address(&request.to_http_request(), address)
    }

    #[test]
    fn only_somebody_at_this_machine_needs_no_code() {
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LocalHost"] {
            assert_eq!(seen(&[("host", host)], HERE), HERE, "{host}");
        }
        let far = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
        assert_eq!(seen(&[("host", "localhost")], far), far);
    }

    #[test]
    fn a_proxy_or_a_foreign_name_makes_somebody_a_stranger() {
        assert!(!seen(&[("host", "localhost"), ("x-forwarded-for", "192.0.2.1")], HERE).is_loopback());
        assert!(!seen(&[("host", "chat.example")], HERE).is_loopback());
        assert!(!seen(&[("host", "localhost.evil.example:8080")], HERE).is_loopback());
    }
}
