//! A push service for tests: takes notifications over plain HTTP on this machine, checks who signed them (RFC 8292) and reads
//! them as the browser would (RFC 8291).

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor::domain::clock::Timestamp;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{self, ECDSA_P256_SHA256_FIXED};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::within;

/// A running service.
pub struct PushService {
    address: SocketAddr,
    received: mpsc::UnboundedReceiver<Received>,
}

/// One request, as it came.
pub struct Received {
    /// What stood behind `POST`.
    pub path: String,
    head: String,
    body: Vec<u8>,
}

/// A browser that has subscribed. It reads one notification: its key is used up by it.
pub struct Subscriber {
    /// Where it is notified.
    pub endpoint: String,
    private: EphemeralPrivateKey,
    public: Vec<u8>,
    secret: [u8; 16],
}

impl PushService {
    /// A service that answers with this line after `HTTP/1.1 `, and whatever headers follow in it.
    pub async fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    let Some(request) = read(&mut socket).await else { return };
                    let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
                    let _ = socket.write_all(answer.as_bytes()).await;
                    let _ = sender.send(request);
                });
            }
        });
        Self { address, received }
    }

    /// A service that takes everything.
    pub async fn start() -> Self {
        Self::answering("201 Created").await
    }

    /// `http://127.0.0.1:port`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A browser that subscribes here under this name.
    pub fn subscriber(&self, name: &str) -> Subscriber {
        let random = SystemRandom::new();
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &random).expect("a key");
        let public = private.compute_public_key().expect("a key").as_ref().to_vec();
        let mut secret = [0; 16];
        random.fill(&mut secret).expect("random bytes");
        Subscriber { endpoint: format!("{}/push/{name}", self.origin()), private, public, secret }
    }

    /// The next request.
    pub async fn next(&mut self) -> Received {
        within("a notification", self.received.recv()).await.expect("the service runs")
    }

    /// True when nothing has come that was not looked at.
    pub fn is_empty(&mut self) -> bool {
        self.received.try_recv().is_err()
    }
}

async fn read(socket: &mut tokio::net::TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = socket.read(&mut part).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&part[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).expect("text");
        let length: usize = header(&head, "content-length").parse().expect("a length");
        if bytes.len() >= end + 4 + length {
            let path = head.strip_prefix("POST ").expect("a POST").split(' ').next().expect("a path").to_owned();
            return Some(Received { path, body: bytes[end + 4..].to_vec(), head });
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

impl Received {
    /// A header.
    pub fn header(&self, name: &str) -> &str {
        header(&self.head, name)
    }

    /// Who signed it: the claims, and the key under which the signature is good.
    pub fn signed(&self) -> (Value, String) {
        let value = self.header("authorization").strip_prefix("vapid ").expect("the scheme").to_owned();
        let part = |name: &str| {
            let found = value.split(", ").find_map(|part| part.strip_prefix(name)).expect("both parts");
            found.to_owned()
        };
        let (token, key) = (part("t="), part("k="));
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decoded(&key))
            .verify(signed.as_bytes(), &decoded(signature))
            .expect("a good signature");
        let (head, claims) = signed.split_once('.').expect("two parts");
        let parse = |text: &str| serde_json::from_slice::<Value>(&decoded(text)).expect("JSON");
        assert_eq!(parse(head), json!({"typ": "JWT", "alg": "ES256"}));
        (parse(claims), key)
    }

    /// What it says, as only this browser can read it.
    pub fn read_by(self, subscriber: Subscriber) -> Value {
        assert_eq!(subscriber.endpoint.rsplit('/').next(), self.path.rsplit('/').next(), "somebody else's");
        let (salt, rest) = self.body.split_at(16);
        assert_eq!(rest[..5], [0, 0, 16, 0, 65], "one record of 4096 bytes, a key of 65");
        let (key, sealed) = rest[5..].split_at(65);
        let theirs = UnparsedPublicKey::new(&ECDH_P256, key);
        let Subscriber { private, public, secret, .. } = subscriber;
        let text = agree_ephemeral(private, &theirs, |shared| {
            let ikm: [u8; 32] = derive(&secret, shared, &[b"WebPush: info\0", &public, key]);
            let cek: [u8; 16] = derive(salt, &ikm, &[b"Content-Encoding: aes128gcm\0"]);
            let nonce: [u8; 12] = derive(salt, &ikm, &[b"Content-Encoding: nonce\0"]);
            let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &cek).expect("a key"));
            let mut sealed = sealed.to_vec();
            let nonce = Nonce::assume_unique_for_key(nonce);
            cipher.open_in_place(nonce, Aad::empty(), &mut sealed).expect("it was encrypted for this browser").to_vec()
        });
        let text = text.expect("a point of the curve");
        let end = text.iter().rposition(|byte| *byte != 0).expect("something");
        assert_eq!(text[end], 2, "the last record");
        serde_json::from_slice(&text[..end]).expect("JSON")
    }
}

impl Subscriber {
    /// What a browser sends to the server.
    pub fn to_json(&self) -> Value {
        let keys = json!({"p256dh": URL_SAFE_NO_PAD.encode(&self.public), "auth": URL_SAFE_NO_PAD.encode(self.secret)});
        json!({"endpoint": self.endpoint, "expirationTime": null, "keys": keys})
    }
}

/// Seconds since 1970.
pub fn seconds(at: Timestamp) -> i64 {
    at.0 / 1000
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
    prk.expand(info, Bytes(N)).expect("short").fill(&mut out).expect("so many bytes");
    out
}
