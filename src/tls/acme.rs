//! Certificates from an authority that is asked for them (ACME, RFC 8555). It sees that a name leads here by a handshake on
//! the port of TLS itself (TLS-ALPN-01, RFC 8737), so no other port and no file of the web is needed.
//!
//! What comes of it lies in files as a certificate that somebody else has put there would, and takes its place the same way.

use std::fs::DirBuilder;
use std::future::Future;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use derive_more::{Display, Error, From};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, Error as AcmeError,
    HttpClient, Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use serde::{Deserialize, Serialize};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::certificate::Certificate;
use super::error::TlsError;
use super::self_signed::replace;
use super::server::ServerTls;
use crate::config::{AcmeConfig, CertificateFiles};
use crate::domain::clock::{Clock, Timestamp};
use crate::outbound::Outbound;

/// How often it is looked whether a new certificate is due.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// After a failure nobody is asked for so long, then twice as long, and so on: authorities count failures by the hour.
const FIRST_PAUSE: Duration = Duration::from_mins(15);
/// And never longer than this.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);
/// How long the authority may take over one step.
const STEP: RetryPolicy = RetryPolicy::new().timeout(Duration::from_mins(2));

/// Why there is no new certificate.
#[derive(Debug, Display, Error, From)]
pub enum OrderError {
    /// The authority, or the way to it.
    #[display("{_0}")]
    Authority(AcmeError),
    /// The authority has no way of proof that works here.
    #[display("the authority does not prove {_0} by TLS-ALPN-01, and no other way is known here")]
    #[from(skip)]
    NoProof(#[error(not(source))] String),
    /// The authority has looked and not found what it looked for.
    #[display("the authority did not see the proof: {_0}. The names must lead to this server, and port 443 to its TLS")]
    #[from(skip)]
    NotProven(#[error(not(source))] String),
    /// A key or a request could not be made.
    #[display("no key or request can be made: {_0}")]
    Making(rcgen::Error),
    /// Files could not be written.
    #[display("{_0}")]
    Files(io::Error),
    /// What came cannot be used.
    #[display("{_0}")]
    Unusable(TlsError),
}

/// The account at an authority, as it lies in its file.
#[derive(Serialize, Deserialize)]
struct Known {
    directory: String,
    credentials: AccountCredentials,
}

/// Asks an authority.
struct Asking(Outbound);

impl HttpClient for Asking {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, AcmeError>> + Send>> {
        let outbound = self.0.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(|error| AcmeError::Other(error.into()))?.to_bytes();
            let answer = outbound.ask(Request::from_parts(head, body.to_vec())).await;
            Ok(answer.map_err(|error| AcmeError::Other(error.into()))?.map(Full::new).into())
        })
    }
}

/// Sees to it that there is a certificate for these names, for as long as it runs.
pub async fn keep(tls: Arc<ServerTls>, config: AcmeConfig, folder: PathBuf, clock: Clock) {
    let (mut pause, mut not_before) = (FIRST_PAUSE, Timestamp(i64::MIN));
    loop {
        let now = clock.now();
        if now >= not_before && tls.is_due(&config.domains, now) {
            let ordered = order(&tls, &config, &folder).await;
            let names = config.domains.join(", ");
            match ordered.and_then(|()| Ok(tls.reload(clock.now())?)) {
                Ok(()) => {
                    log::info!("acme_domains: there is a new certificate for {names}");
                    pause = FIRST_PAUSE;
                }
                Err(error) => {
                    let minutes = pause.as_secs() / 60;
                    log::error!("acme_domains: no certificate for {names}: {error}; trying again in {minutes} minutes");
                    not_before = clock.now().plus(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The files that a certificate of an authority lies in.
pub(super) fn files(folder: &Path) -> CertificateFiles {
    CertificateFiles { cert: folder.join("acme.crt"), key: folder.join("acme.key") }
}

/// Orders a certificate and writes it into its files.
async fn order(tls: &ServerTls, config: &AcmeConfig, folder: &Path) -> Result<(), OrderError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let account = account(config, &folder.join("acme-account.json")).await?;
    let names: Vec<Identifier> = config.domains.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    let proven = prove(tls, &mut order).await;
    tls.forget_proofs();
    proven?;
    let key = KeyPair::generate()?;
    let mut wanted = CertificateParams::new(config.domains.clone())?;
    // The names stand where clients look for them; authorities do not want anything else.
    wanted.distinguished_name = DistinguishedName::new();
    order.finalize_csr(wanted.serialize_request(&key)?.der()).await?;
    let chain = order.poll_certificate(&STEP).await?;
    put_in_place(folder, &chain, &key.serialize_pem())
}

/// Both files or none: the ones in force are replaced only by a pair that can be used.
fn put_in_place(folder: &Path, chain: &str, key: &str) -> Result<(), OrderError> {
    let new = CertificateFiles { cert: folder.join("acme-next.crt"), key: folder.join("acme-next.key") };
    replace(&new.key, key)?;
    replace(&new.cert, chain)?;
    Certificate::read(&new)?;
    let files = files(folder);
    std::fs::rename(new.key, files.key)?;
    std::fs::rename(new.cert, files.cert)?;
    Ok(())
}

/// The account at the authority, made when there is none.
async fn account(config: &AcmeConfig, path: &Path) -> Result<Account, OrderError> {
    let directory = config.directory.as_str();
    let builder = || Account::builder_with_http(Box::new(Asking(Outbound::new())));
    let known = std::fs::read(path).ok().and_then(|text| serde_json::from_slice::<Known>(&text).ok());
    if let Some(known) = known.filter(|known| known.directory == directory) {
        return Ok(builder().from_credentials(known.credentials).await?);
    }
    let contact = config.email.as_ref().map(|email| format!("mailto:{email}"));
    let contact: Vec<&str> = contact.as_deref().into_iter().collect();
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder().create(&new, directory.to_owned(), None).await?;
    let known = Known { directory: directory.to_owned(), credentials };
    replace(path, &serde_json::to_string(&known).map_err(AcmeError::from)?)?;
    Ok(account)
}

/// Shows the authority that every name leads here.
async fn prove(tls: &ServerTls, order: &mut Order) -> Result<(), OrderError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let name = authorization.identifier().to_string();
        let Some(mut challenge) = authorization.challenge(ChallengeType::TlsAlpn01) else {
            return Err(OrderError::NoProof(name));
        };
        let digest = challenge.key_authorization().digest();
        tls.show_proof(&name, proof(&name, digest.as_ref())?);
        challenge.set_ready().await?;
    }
    if order.poll_ready(&STEP).await? == OrderStatus::Ready {
        return Ok(());
    }
    Err(OrderError::NotProven(why_not(order).await))
}

/// What the authority says went wrong.
async fn why_not(order: &mut Order) -> String {
    let mut reasons = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        if let Ok(state) = authorization.refresh().await {
            reasons.extend(state.challenges.iter().filter_map(|challenge| challenge.error.as_ref()?.detail.clone()));
        }
    }
    if reasons.is_empty() { "it does not say why".to_owned() } else { reasons.join("; ") }
}

/// A certificate that says nothing but that whoever has it has the authority's word (RFC 8737, section 3).
fn proof(name: &str, digest: &[u8]) -> Result<Arc<CertifiedKey>, OrderError> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate: CertificateDer<'static> = params.self_signed(&key)?.der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let signing = ring::default_provider().key_provider.load_private_key(key);
    let signing = signing.map_err(|error| OrderError::Files(io::Error::other(error)))?;
    Ok(Arc::new(CertifiedKey::new(vec![certificate], signing)))
}
