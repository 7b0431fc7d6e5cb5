//! A browser without a screen: it keeps cookies, sends forms and says where it comes from. And a program with a token.

use std::sync::Arc;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::redirect::Policy;
use reqwest::{Client as Http, Method, RequestBuilder, Response, Url};
use serde_json::Value;

use super::{Client, TestServer, within};

/// The password of everybody in the tests.
pub const PASSWORD: &str = "correct horse battery";

/// One browser profile.
pub struct Browser {
    http: Http,
    jar: Arc<Jar>,
    base: Url,
}

/// A page or an answer, read to the end.
#[derive(Debug)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub body: String,
}

impl Page {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }

    /// The status and where it leads, of a redirect.
    pub fn leads_to(&self) -> (u16, &str) {
        (self.status, self.location.as_deref().unwrap_or_default())
    }

    /// The value of the first field of a form with this name.
    pub fn field(&self, name: &str) -> &str {
        let (_, rest) = self.body.split_once(&format!(" name=\"{name}\"")).expect("a field of this name");
        let tag = rest.split('>').next().unwrap_or_default();
        tag.split_once(" value=\"").and_then(|(_, value)| value.split('"').next()).unwrap_or_default()
    }

    /// What a cookie is set to, with its flags; empty when it is not set.
    pub fn cookie(&self, name: &str) -> &str {
        let all = self.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        all.into_iter().find(|value| value.starts_with(&format!("{name}="))).unwrap_or_default()
    }

    /// The body without the id of the request, to compare two answers.
    pub fn body_without_id(&self) -> String {
        self.body.replace(self.header("x-request-id"), "-")
    }

    /// A header as text; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Browser {
    /// A profile without cookies. Redirects are not followed: tests look at them.
    pub fn new(server: &TestServer) -> Self {
        let jar = Arc::new(Jar::default());
        let http = Http::builder().redirect(Policy::none()).cookie_provider(jar.clone()).build().expect("a client");
        Self { http, jar, base: server.url("/").parse().expect("a good address") }
    }

    /// A request of any kind, without the headers of a browser.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.base.join(path).expect("a good path"))
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: RequestBuilder) -> Page {
        read(within("an answer", request.send()).await.expect("an answer")).await
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends a form, as a browser does from our own page.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let origin = self.base.origin().ascii_serialization();
        let request = self.request(Method::POST, path).header("Origin", origin).header("Sec-Fetch-Site", "same-origin");
        self.send(request.form(fields)).await
    }

    /// Makes a room by form.
    pub async fn make_room(&self, name: &str, kind: &str) {
        let page = self.post("/rooms", &[("name", name), ("kind", kind), ("topic", "")]).await;
        assert_eq!(page.status, 303, "making {name}: {}", page.body);
    }

    /// Makes the first account.
    pub async fn set_up(&self, name: &str) {
        let page = self
            .post("/setup", &[("name", name), ("password", PASSWORD), ("server_name", "Parlor"), ("code", "")])
            .await;
        assert_eq!(page.status, 303, "set-up: {}", page.body);
    }

    /// Logs in.
    pub async fn log_in(&self, name: &str) -> Page {
        self.post("/login", &[("name", name), ("password", PASSWORD), ("next", "")]).await
    }

    /// Makes a token and answers with its secret.
    pub async fn token(&self) -> String {
        let page = self.post("/settings/tokens", &[("label", "test")]).await;
        let at = page.body.find("parlor_").unwrap_or_else(|| panic!("no token on the page: {}", page.body));
        page.body[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect()
    }

    /// Invites somebody, who registers in a new profile.
    pub async fn invite(&self, server: &TestServer, name: &str) -> Self {
        let token = self.token().await;
        let invite = Api::new(server, &token).post("/api/v1/invites", serde_json::json!({})).await;
        let code = invite.json()["code"].as_str().expect("a code").to_owned();
        let other = server.browser();
        let page = other.post("/register", &[("code", &code), ("name", name), ("password", PASSWORD)]).await;
        assert_eq!(page.status, 303, "registration: {}", page.body);
        other
    }

    /// The cookies as a header.
    pub fn cookies(&self) -> String {
        self.jar.cookies(&self.base).and_then(|value| value.to_str().map(str::to_owned).ok()).unwrap_or_default()
    }

    /// The same profile at another address, say of the same server after a restart.
    pub fn elsewhere(&self, server: &TestServer) -> Self {
        let other = Self::new(server);
        for cookie in self.cookies().split("; ") {
            other.jar.add_cookie_str(cookie, &other.base);
        }
        other
    }

    /// A WebSocket with this login, after the welcome.
    pub async fn socket(&self, server: &TestServer) -> Client {
        let origin = self.base.origin().ascii_serialization();
        let headers =
            [("Cookie", self.cookies()), ("Origin", origin), ("Sec-WebSocket-Protocol", "parlor.v1.json".to_owned())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Client::connect(server, "/ws", &headers).await
    }
}

/// A program with a token, or with none.
pub struct Api {
    http: Http,
    base: Url,
    token: Option<String>,
}

impl Api {
    /// A program with this token.
    pub fn new(server: &TestServer, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::anonymous(server) }
    }

    /// A program that shows nothing.
    pub fn anonymous(server: &TestServer) -> Self {
        let http = Http::builder().redirect(Policy::none()).build().expect("a client");
        Self { http, base: server.url("/").parse().expect("a good address"), token: None }
    }

    /// A request of any kind.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.base.join(path).expect("a good path"));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the answer.
    pub async fn send(&self, request: RequestBuilder) -> Page {
        read(within("an answer", request.send()).await.expect("an answer")).await
    }

    /// GET
    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Page {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Page {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Page {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Page {
        self.send(self.request(Method::DELETE, path)).await
    }
}

async fn read(response: Response) -> Page {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let location = headers.get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = within("the body", response.text()).await.expect("a body");
    Page { status, location, headers, body }
}
