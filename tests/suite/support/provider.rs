//! A provider of OpenID Connect for tests, on this machine: it describes itself, publishes its keys and gives out tokens,
//! good ones and others.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use parlor::config::{Config, OidcConfig};
use parlor::domain::clock::Clock;
use reqwest::Url;
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CLIENT: &str = "parlor";
const SECRET: &str = "a secret of the provider";

/// What is wrong with the tokens it gives out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The nonce of another login.
    Nonce,
    /// They are for another program.
    Audience,
    /// They are for another program too, and issued to that one.
    Party,
    /// They come from somebody else.
    Issuer,
    /// They have ended.
    Expired,
    /// Nobody has signed them.
    Unsigned,
    /// They are signed with what this server and the provider share, not with the provider's key.
    Shared,
    /// They are signed by a key of somebody else under the right name.
    Forged,
}

/// A running provider.
pub struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    clock: Clock,
    issuer: String,
    keys: Vec<(String, EcdsaKeyPair)>,
    codes: HashMap<String, Granted>,
    fault: Fault,
    is_up: bool,
    tells_names: bool,
    asked: usize,
}

/// Whom a code stands for, and what was asked with it.
struct Granted {
    sub: String,
    name: String,
    nonce: String,
    challenge: String,
    redirect: String,
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).expect("a key")
}

impl Provider {
    /// One that has begun to listen, on the clock of the tests.
    pub async fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = State {
            clock,
            issuer: format!("http://{address}/realm"),
            keys: vec![("first".to_owned(), new_key())],
            codes: HashMap::new(),
            fault: Fault::None,
            is_up: true,
            tells_names: true,
            asked: 0,
        };
        let state = Arc::new(Mutex::new(state));
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&serving)));
            }
        });
        Self { address, state }
    }

    /// The settings that name it.
    pub fn believed_by(&self, config: &mut Config) {
        config.identity.oidc = Some(OidcConfig {
            issuer: self.state().issuer.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: Some(SECRET.into()),
            name: "Example Inc.".to_owned(),
            scopes: vec!["profile".to_owned()],
            only: false,
        });
    }

    /// From now on its tokens have this fault.
    pub fn err(&self, fault: Fault) {
        self.state().fault = fault;
    }

    /// From now on it answers, or does not.
    pub fn set_up(&self, is_up: bool) {
        self.state().is_up = is_up;
    }

    /// From now on names stand in no token: they have to be asked for.
    pub fn keep_names(&self) {
        self.state().tells_names = false;
    }

    /// Signs with another key from now on, and publishes only that one.
    pub fn rotate(&self) {
        self.state().keys = vec![("second".to_owned(), new_key())];
    }

    /// How often it was asked what it is.
    pub fn asked(&self) -> usize {
        self.state().asked
    }

    /// Somebody logs in on the page that a browser was sent to. Answers with the path that it is sent back to.
    pub fn log_in(&self, page: &str, sub: &str, name: &str) -> String {
        let url = Url::parse(page).expect("an address");
        assert_eq!((url.host_str(), url.port()), (Some("127.0.0.1"), Some(self.address.port())), "{page}");
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let said = |key: &str| query.get(key).cloned().unwrap_or_default();
        let kinds = (said("response_type"), said("client_id"), said("code_challenge_method"), said("scope"));
        assert_eq!(kinds, ("code".into(), CLIENT.into(), "S256".into(), "openid profile".into()));
        assert!(said("state").len() >= 22 && said("nonce").len() >= 22 && said("state") != said("nonce"), "{page}");
        let mut state = self.state();
        let code = format!("code-{}", state.codes.len());
        let granted = Granted {
            sub: sub.to_owned(),
            name: name.to_owned(),
            nonce: said("nonce"),
            challenge: said("code_challenge"),
            redirect: said("redirect_uri"),
        };
        let back = Url::parse(&granted.redirect).expect("an address");
        state.codes.insert(code.clone(), granted);
        format!("{}?code={code}&state={}", back.path(), said("state"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }
}

async fn serve(mut socket: TcpStream, state: Arc<Mutex<State>>) {
    let Some((head, body)) = read(&mut socket).await else { return };
    if !state.lock().expect("no panic").is_up {
        return;
    }
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (status, answer) = state.lock().expect("no panic").answer(path, &head, &body);
    let answer = answer.to_string();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", answer.len());
    let _ = socket.write_all(format!("{head}{answer}").as_bytes()).await;
}

impl State {
    fn answer(&mut self, path: &str, head: &str, body: &str) -> (&'static str, Value) {
        let issuer = &self.issuer;
        match path {
            "/realm/.well-known/openid-configuration" => {
                self.asked += 1;
                let about = json!({
                    "issuer": issuer,
                    "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"),
                    "userinfo_endpoint": format!("{issuer}/userinfo"),
                    "jwks_uri": format!("{issuer}/keys"),
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["ES256"],
                });
                ("200 OK", about)
            }
            "/realm/keys" => {
                let key = |(kid, pair): &(String, EcdsaKeyPair)| {
                    let point = pair.public_key().as_ref();
                    let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
                    json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y})
                };
                ("200 OK", json!({"keys": self.keys.iter().map(key).collect::<Vec<_>>()}))
            }
            "/realm/token" => self.token(head, body),
            "/realm/userinfo" if head.contains("Bearer access-") || head.contains("bearer access-") => {
                let said = head.split("access-").nth(1).unwrap_or_default().split("\r\n").next().unwrap_or_default();
                let (sub, name) = said.split_once('.').expect("two parts");
                ("200 OK", json!({"sub": sub, "preferred_username": name}))
            }
            _ => ("404 Not Found", json!({})),
        }
    }

    fn token(&mut self, head: &str, body: &str) -> (&'static str, Value) {
        let fields = Url::parse(&format!("http://x/?{body}")).expect("a form");
        let fields: HashMap<String, String> = fields.query_pairs().into_owned().collect();
        let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
        let refused = |error: &str| ("400 Bad Request", json!({ "error": error }));
        let basic = STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+")));
        if !head.contains(&format!("Basic {basic}")) {
            return refused("invalid_client");
        }
        // A code is good once (RFC 6749, section 4.1.2).
        let Some(granted) = self.codes.remove(field("code")) else { return refused("invalid_grant") };
        let challenge = encode(digest(&SHA256, field("code_verifier").as_bytes()).as_ref());
        if challenge != granted.challenge || field("redirect_uri") != granted.redirect {
            return refused("invalid_grant");
        }
        let access = format!("access-{}.{}", granted.sub, granted.name);
        let answer = json!({"access_token": access, "token_type": "Bearer", "id_token": self.id_token(&granted)});
        ("200 OK", answer)
    }

    fn id_token(&self, granted: &Granted) -> String {
        let now = self.clock.now().0 / 1000;
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": granted.sub, "nonce": granted.nonce,
            "iat": now, "exp": now + 300,
        });
        if self.tells_names {
            claims["preferred_username"] = granted.name.as_str().into();
        }
        match self.fault {
            Fault::Nonce => claims["nonce"] = "another".into(),
            Fault::Audience => claims["aud"] = "somebody-else".into(),
            Fault::Party => claims["aud"] = json!([CLIENT, "somebody-else"]),
            Fault::Issuer => claims["iss"] = "https://evil.example".into(),
            Fault::Expired => claims["exp"] = now.into(),
            Fault::None | Fault::Unsigned | Fault::Shared | Fault::Forged => {}
        }
        let (kid, key) = self.keys.first().expect("a key");
        let algorithm = match self.fault {
            Fault::Unsigned => "none",
            Fault::Shared => "HS256",
            _ => "ES256",
        };
        let header = json!({"alg": algorithm, "kid": kid});
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let by = |key: &EcdsaKeyPair| {
            let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).expect("signed");
            encode(signature.as_ref())
        };
        let signature = match self.fault {
            Fault::Unsigned => String::new(),
            Fault::Shared => {
                encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), signed.as_bytes()).as_ref())
            }
            Fault::Forged => by(&new_key()),
            _ => by(key),
        };
        format!("{signed}.{signature}")
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn read(socket: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = socket.read(&mut part).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end + 2].to_vec()).ok()?;
        let length = head.to_ascii_lowercase();
        let length = length.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            return Some((head, String::from_utf8(bytes[end + 4..].to_vec()).ok()?));
        }
    }
}
