//! The way from plain HTTP to TLS: whatever is asked for is found at the same path there, by the same method (308,
//! RFC 9110, section 15.4.9). Nothing else is served, and nothing of the request is kept.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::{App, Error, HttpRequest, HttpResponse, web};

use crate::config::PublicUrl;
use crate::gateways::websocket::caller::{self, caller};

/// Where TLS is spoken.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where people reach the server, if a setting says so.
    pub public_url: Option<PublicUrl>,
    /// The port of TLS, under whatever name the client knows the server.
    pub port: u16,
}

/// The application of one worker thread.
#[must_use]
pub fn app(
    target: Target,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let lead = move |request: HttpRequest| {
        let answer = target.lead(&request);
        async move { answer }
    };
    App::new().default_service(web::to(lead))
}

impl Target {
    fn lead(&self, request: &HttpRequest) -> HttpResponse {
        let Some(to) = self.origin(request) else {
            return HttpResponse::BadRequest().content_type("text/plain").body("ask again with https://\n");
        };
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        // The body of a form was sent in clear already; it is not read here, so the connection is of no more use.
        HttpResponse::PermanentRedirect().insert_header((LOCATION, to.link(path))).force_close().finish()
    }

    fn origin(&self, request: &HttpRequest) -> Option<PublicUrl> {
        if let Some(url) = self.public_url.as_ref().filter(|url| url.is_secure()) {
            return Some(url.clone());
        }
        let from = caller(request);
        let host = caller::host(request, &from)?;
        let name = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => name,
            _ => host,
        };
        PublicUrl::parse(&format!("https://{name}:{}", self.port))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HOST;
    use actix_web::test::TestRequest;

    use super::*;

    fn led(public_url: Option<&str>, host: &str, path: &str) -> (u16, String) {
        let target = Target { public_url: public_url.map(|url| PublicUrl::parse(url).unwrap()), port: 8443 };
        let request = TestRequest::get().uri(path).insert_header((HOST, host)).to_http_request();
        let answer = target.lead(&request);
        let to = answer.headers().get(LOCATION).map_or(String::new(), |to| to.to_str().unwrap().to_owned());
        (answer.status().as_u16(), to)
    }

    #[test]
    fn everything_is_found_at_the_same_path_under_tls() {
        for (public_url, host, to) in [
            (None, "chat.example", "https://chat.example:8443/rooms?q=a%20b"),
            (None, "Chat.Example:8080", "https://chat.example:8443/rooms?q=a%20b"),
            (None, "[::1]:80", "https://[::1]:8443/rooms?q=a%20b"),
            (Some("https://chat.example.org"), "10.0.0.1", "https://chat.example.org/rooms?q=a%20b"),
            (Some("http://chat.example.org"), "10.0.0.1", "https://10.0.0.1:8443/rooms?q=a%20b"),
        ] {
            assert_eq!(led(public_url, host, "/rooms?q=a%20b"), (308, to.to_owned()));
        }
    }

    #[test]
    fn a_host_that_is_none_leads_nowhere() {
        for host in ["", "user@evil.example", "evil.example/path", "a b", "evil.example?x"] {
            assert_eq!(led(None, host, "/").0, 400, "{host}");
        }
        // A path that looks like a host stays a path.
        assert_eq!(led(None, "chat.example", "//evil.example/").1, "https://chat.example:8443//evil.example/");
    }
}
