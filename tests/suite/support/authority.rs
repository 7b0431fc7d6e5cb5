//! An authority for certificates (ACME, RFC 8555), on this machine: it looks whether a name leads to a server by a handshake
//! (TLS-ALPN-01, RFC 8737), and signs. Signatures of requests are left to be checked by real ones.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{CertificateParams, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

const TOKEN: &str = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";
/// The extension that holds the proof, in DER: 1.3.6.1.5.5.7.1.31.
const PROOF: [u8; 10] = [0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x1f];
/// What stands before a point of P-256 in a request, but for the number of bits left over, which is 0.
const P256: [u8; 10] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42];

/// A running authority.
pub struct Authority {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    signed: Arc<Notify>,
}

struct State {
    base: String,
    /// The server that the name leads to.
    target: Option<SocketAddr>,
    issuer: Issuer<'static, KeyPair>,
    thumbprint: String,
    accounts: usize,
    orders: usize,
    name: String,
    outcome: Option<Result<(), String>>,
    certificate: Option<String>,
}

impl Authority {
    /// One that has begun to listen.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let key = KeyPair::generate().expect("a key");
        let state = State {
            base: format!("http://{address}"),
            target: None,
            issuer: Issuer::new(CertificateParams::new(["authority.example".to_owned()]).expect("a name"), key),
            thumbprint: String::new(),
            accounts: 0,
            orders: 0,
            name: String::new(),
            outcome: None,
            certificate: None,
        };
        let (state, signed) = (Arc::new(Mutex::new(state)), Arc::new(Notify::new()));
        let (serving, noted) = (Arc::clone(&state), Arc::clone(&signed));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&serving), Arc::clone(&noted)));
            }
        });
        Self { address, state, signed }
    }

    /// The address of its directory.
    pub fn directory(&self) -> String {
        format!("http://{}/directory", self.address)
    }

    /// Every name leads to this server.
    pub fn lead_to(&self, server: SocketAddr) {
        self.state().target = Some(server);
    }

    /// Accounts and orders so far.
    pub fn counted(&self) -> (usize, usize) {
        let state = self.state();
        (state.accounts, state.orders)
    }

    /// What came of the last proof, once it was looked at.
    pub fn outcome(&self) -> Option<Result<(), String>> {
        self.state().outcome.clone()
    }

    /// Waits until a certificate was fetched.
    pub async fn fetched(&self) {
        super::within("a certificate", self.signed.notified()).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }
}

async fn serve(mut socket: TcpStream, state: Arc<Mutex<State>>, signed: Arc<Notify>) {
    let Some((head, body)) = read(&mut socket).await else { return };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    if path == "/challenge" {
        let (target, name, thumbprint) = {
            let state = state.lock().expect("no panic");
            (state.target, state.name.clone(), state.thumbprint.clone())
        };
        let outcome = look(target, &name, &format!("{TOKEN}.{thumbprint}")).await;
        state.lock().expect("no panic").outcome = Some(outcome);
    }
    let (status, answer, location) = state.lock().expect("no panic").answer(&path, &body);
    let location = location.map(|at| format!("Location: {at}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} OK\r\nReplay-Nonce: {}\r\n{location}Content-Length: {}\r\n\r\n",
        URL_SAFE_NO_PAD.encode(path.as_bytes()),
        answer.len()
    );
    let _ = socket.write_all(format!("{head}{answer}").as_bytes()).await;
    if path == "/certificate" {
        signed.notify_one();
    }
}

impl State {
    fn answer(&mut self, path: &str, body: &str) -> (u16, String, Option<String>) {
        let base = self.base.clone();
        let at = |path: &str| format!("{base}/{path}");
        let (status, answer, location) = match path {
            "/directory" => {
                (200, json!({"newNonce": at("nonce"), "newAccount": at("account"), "newOrder": at("order")}), None)
            }
            // Asked for by HEAD (RFC 8555, section 7.2).
            "/nonce" => return (200, String::new(), None),
            "/account" => {
                self.accounts += 1;
                let key = part(body, "protected")["jwk"].clone();
                // The members in this order, without blanks (RFC 7638, section 3.2).
                let text = |name: &str| key[name].as_str().unwrap_or_default().to_owned();
                let said = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text("x"), text("y"));
                self.thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, said.as_bytes()).as_ref());
                (201, json!({"status": "valid"}), Some(at("account/1")))
            }
            "/order" => {
                self.orders += 1;
                (self.outcome, self.certificate) = (None, None);
                let names = part(body, "payload")["identifiers"].clone();
                names[0]["value"].as_str().unwrap_or_default().clone_into(&mut self.name);
                (201, self.order(), Some(at("order/1")))
            }
            "/authorization" => {
                let status = match &self.outcome {
                    None => "pending",
                    Some(Ok(())) => "valid",
                    Some(Err(_)) => "invalid",
                };
                let identifier = json!({"type": "dns", "value": self.name});
                let about = json!({"status": status, "identifier": identifier, "challenges": [self.challenge()]});
                (200, about, None)
            }
            "/challenge" => (200, self.challenge(), None),
            "/finalize" => {
                let csr = part(body, "payload")["csr"].as_str().unwrap_or_default().to_owned();
                self.certificate = Some(self.sign(&URL_SAFE_NO_PAD.decode(csr).expect("base64url")));
                (200, self.order(), Some(at("order/1")))
            }
            "/certificate" => return (200, self.certificate.clone().unwrap_or_default(), None),
            _ => (200, self.order(), None),
        };
        (status, answer.to_string(), location)
    }

    fn order(&self) -> Value {
        let status = match (&self.outcome, &self.certificate) {
            (None, _) => "pending",
            (Some(Err(_)), _) => "invalid",
            (Some(Ok(())), None) => "ready",
            (Some(Ok(())), Some(_)) => "valid",
        };
        let base = &self.base;
        let mut order = json!({
            "status": status, "identifiers": [{"type": "dns", "value": self.name}],
            "authorizations": [format!("{base}/authorization")], "finalize": format!("{base}/finalize"),
        });
        if self.certificate.is_some() {
            order["certificate"] = format!("{base}/certificate").into();
        }
        order
    }

    fn challenge(&self) -> Value {
        let mut challenge = json!({
            "type": "tls-alpn-01", "url": format!("{}/challenge", self.base), "token": TOKEN, "status": "processing",
        });
        if let Some(Err(words)) = &self.outcome {
            challenge["status"] = "invalid".into();
            challenge["error"] = json!({"type": "urn:ietf:params:acme:error:connection", "detail": words});
        }
        challenge
    }

    /// A certificate for the key of a request, good for 90 days.
    fn sign(&self, request: &[u8]) -> String {
        let at = request.windows(P256.len()).position(|bytes| bytes == P256).expect("a key") + P256.len() + 1;
        let mut params = CertificateParams::new([self.name.clone()]).expect("a name");
        params.not_before = rcgen::date_time_ymd(2026, 11, 20);
        params.not_after = rcgen::date_time_ymd(2027, 2, 18);
        params.signed_by(&Point(request[at..at + 65].to_vec()), &self.issuer).expect("signed").pem()
    }
}

struct Point(Vec<u8>);

impl PublicKeyData for Point {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

/// What an authority does to see whether a name leads to whoever asks.
async fn look(target: Option<SocketAddr>, name: &str, authorization: &str) -> Result<(), String> {
    let target = target.ok_or("nobody answers there")?;
    let (certificate, mut stream) = shake_hands(target, name, &[b"acme-tls/1"]).await?;
    if stream.get_ref().1.alpn_protocol() != Some(b"acme-tls/1") {
        return Err("it speaks something else".to_owned());
    }
    let wanted = [&[0x04, 0x22, 0x04, 0x20], digest(&SHA256, authorization.as_bytes()).as_ref()].concat();
    let has = |bytes: &[u8]| certificate.windows(bytes.len()).any(|window| window == bytes);
    if !has(&PROOF) || !has(&wanted) {
        return Err("the proof is wrong".to_owned());
    }
    // Nothing is served on such a connection.
    let mut rest = Vec::new();
    let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let _ = super::within("the end", stream.read_to_end(&mut rest)).await;
    if rest.is_empty() { Ok(()) } else { Err("it went on in HTTP".to_owned()) }
}

/// The certificate that a server shows to whoever asks for this name, whatever it is worth, in DER.
pub async fn shown_by(server: SocketAddr, name: &str) -> Result<Vec<u8>, String> {
    shake_hands(server, name, &[]).await.map(|(certificate, _)| certificate)
}

async fn shake_hands(
    at: SocketAddr,
    name: &str,
    protocols: &[&[u8]],
) -> Result<(Vec<u8>, TlsStream<TcpStream>), String> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Looker(Arc::clone(&seen))))
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let socket = TcpStream::connect(at).await.map_err(|error| error.to_string())?;
    let name = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, socket).await;
    let stream = connected.map_err(|error| error.to_string())?;
    let certificate = seen.lock().expect("no panic").clone();
    Ok((certificate, stream))
}

/// Trusts everybody, and keeps the certificate to look at.
#[derive(Debug)]
struct Looker(Arc<Mutex<Vec<u8>>>);

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.0.lock().expect("no panic") = certificate.to_vec();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// One part of a signed request (RFC 7515, section 7.2.2).
fn part(body: &str, name: &str) -> Value {
    let request: Value = serde_json::from_str(body).expect("JSON");
    let part = URL_SAFE_NO_PAD.decode(request[name].as_str().unwrap_or_default()).expect("base64url");
    serde_json::from_slice(&part).unwrap_or(Value::Null)
}

async fn read(socket: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = socket.read(&mut part).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end + 2].to_vec()).ok()?;
        let lower = head.to_ascii_lowercase();
        let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            return Some((head, String::from_utf8(bytes[end + 4..].to_vec()).ok()?));
        }
    }
}
