//! The page of an error: what happened, what is safe, the way back. A private room is "not found" like any other
//! address that leads nowhere; whoever is not logged in is led to the login.

use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};

use super::fields::Fields;
use super::visit::{Visit, html_response, redirect, with_retry_after};
use crate::protocol::error_code::Problem;
use crate::web::middleware::request_id::RequestId;
use crate::web::state::WebState;
use crate::web::views::error::{ErrorPage, ErrorView};
use crate::web::views::{SidebarView, url};
use crate::web::visitor::{Visitor, address};
use crate::web::words::telling;

/// The answer to a request for a page that was refused for this problem.
pub(super) async fn for_problem(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_retry_after(error_page(request, status, problem).await, problem.retry_after)
}

/// The page of an error, in the shell of whoever is looking. 401 leads to the login instead. Also for what no handler
/// answered: an unknown address, a wrong method, a fault.
pub async fn error_page(request: &HttpRequest, status: StatusCode, problem: &Problem) -> HttpResponse {
    // When the server itself is in trouble, or somebody asks too much of it, the page asks for as little as it can.
    let visitor = if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        None
    } else {
        Visitor::extract(request).await.ok()
    };
    write(request, status, problem, visitor).await
}

/// The page of an error where it cannot be known who is looking.
pub(super) async fn without_viewer(request: &HttpRequest, status: StatusCode, problem: &Problem) -> HttpResponse {
    write(request, status, problem, None).await
}

async fn write(request: &HttpRequest, status: StatusCode, problem: &Problem, visitor: Option<Visitor>) -> HttpResponse {
    if status == StatusCode::UNAUTHORIZED {
        return redirect(&url::login(&way_back(request)));
    }
    let Some(state) = request.app_data::<web::Data<WebState>>().cloned() else { return bare(status, problem) };
    let is_known = visitor.is_some();
    let visitor = visitor.unwrap_or_else(|| Visitor { person: None, address: address(request) });
    let visit = Visit::open(request.clone(), state, visitor).await;
    let title = visit.words.get(title(status));
    let (action_url, action_label) = action(&visit, status);
    let page = ErrorPage {
        page: visit.page_view(&title),
        sidebar: if is_known { visit.sidebar().await.unwrap_or_default() } else { SidebarView::default() },
        error: ErrorView {
            status: status.as_u16(),
            message: telling::problem(&visit.words, problem),
            action_url,
            action_label: visit.words.get(action_label),
            request_id: RequestId::of(request).map(|id| id.as_str().to_owned()).unwrap_or_default(),
            title,
        },
    };
    match visit.state.renderer.page(visit.words.language(), "pages/error.html", &page) {
        Ok(html) => html_response(status, html),
        Err(error) => {
            log::error!("{error}");
            bare(status, problem)
        }
    }
}

fn bare(status: StatusCode, problem: &Problem) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(problem.message.clone())
}

/// The key of the title.
fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => "error.title_method",
        StatusCode::INTERNAL_SERVER_ERROR => "error.title_fault",
        StatusCode::UNAUTHORIZED => "error.title_unauthorized",
        StatusCode::FORBIDDEN => "error.title_forbidden",
        StatusCode::NOT_FOUND => "error.title_not_found",
        StatusCode::CONFLICT => "error.title_conflict",
        StatusCode::PAYLOAD_TOO_LARGE => "error.title_too_large",
        StatusCode::TOO_MANY_REQUESTS => "error.title_rate_limited",
        StatusCode::SERVICE_UNAVAILABLE => "error.title_unavailable",
        _ => "error.title_bad_request",
    }
}

/// The one way on, and the key of what it is called.
fn action(visit: &Visit, status: StatusCode) -> (String, &'static str) {
    let is_read = matches!(*visit.request.method(), Method::GET | Method::HEAD);
    let again = || way_back(&visit.request);
    match status {
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => (again(), "error.try_again"),
        StatusCode::FORBIDDEN if !visit.is_account() => (url::login(&again()), "common.log_in"),
        _ if is_read => ("/rooms".to_owned(), "error.all_rooms"),
        _ => (again(), "error.go_back"),
    }
}

/// The page to come back to: the one that was asked for, or the one that a refused form stood on.
pub(super) fn way_back(request: &HttpRequest) -> String {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return url::local(path).unwrap_or_else(|| "/".to_owned());
    }
    let path = request.path();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        ["rooms" | "direct", name, ..] => {
            url::local(&format!("/{}/{name}", parts[0])).unwrap_or_else(|| "/".to_owned())
        }
        ["settings" | "invites", ..] => "/settings".to_owned(),
        ["rooms"] => "/rooms".to_owned(),
        ["login" | "register" | "setup" | "guest"] => path.to_owned(),
        _ => "/".to_owned(),
    }
}

/// Where a form said to go on, if that is a page of ours.
pub(super) fn next_of(fields: &Fields) -> Option<String> {
    url::local(fields.get("next"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::way_back;

    #[test]
    fn a_refused_form_leads_back_to_its_page() {
        let post = |path: &str| way_back(&TestRequest::post().uri(path).to_http_request());
        assert_eq!(post("/rooms/lobby/messages"), "/rooms/lobby");
        assert_eq!(post("/direct/ann"), "/direct/ann");
        assert_eq!(post("/rooms"), "/rooms");
        assert_eq!(post("/settings/tokens"), "/settings");
        assert_eq!(post("/logout"), "/");
        assert_eq!(way_back(&TestRequest::get().uri("/rooms/a?before=3").to_http_request()), "/rooms/a?before=3");
    }
}
