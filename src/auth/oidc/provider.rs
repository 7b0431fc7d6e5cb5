//! The provider of OpenID Connect: what it says of itself, the way to its login page, and the token that comes of it.
//!
//! What it says of itself is asked for when somebody first wants to log in, and again after a while or when a token names
//! a key that is not known yet.

use std::time::Duration;

use chrono::DateTime;
use hyper::body::Bytes;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret, CsrfToken,
    EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, TokenResponse,
};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use crate::auth::error::OidcError;
use crate::config::OidcConfig;
use crate::domain::clock::{Clock, Timestamp};
use crate::outbound::{Outbound, OutboundError};

/// What the provider says of itself is believed for so long.
const FRESH: Duration = Duration::from_hours(1);
/// It is not asked more often than this, be it that it does not answer or that its tokens name keys nobody knows.
const PAUSE: Duration = Duration::from_secs(10);
/// Longest subject (OpenID Connect Core 1.0, section 2).
const SUBJECT_BYTES: usize = 255;

/// A client of this provider; the library keeps in its type which addresses are known.
type Known = Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    CoreTokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider.
pub(super) struct Provider {
    config: OidcConfig,
    outbound: Outbound,
    clock: Clock,
    said: Mutex<Said>,
}

/// What it has said of itself, and when it was asked.
#[derive(Default)]
struct Said {
    metadata: Option<CoreProviderMetadata>,
    asked_at: Option<Timestamp>,
}

/// The values that bind a login to one browser.
pub(super) struct Bonds {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// Somebody, as the provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Somebody {
    pub(super) subject: String,
    pub(super) name: Option<String>,
}

impl Provider {
    pub(super) fn new(config: OidcConfig, clock: Clock) -> Self {
        Self { config, outbound: Outbound::new(), clock, said: Mutex::default() }
    }

    /// Where a browser goes to log in there.
    pub(super) async fn login_page(&self, bonds: Bonds, redirect: &str) -> Result<String, OidcError> {
        let client = self.client(redirect, None).await?;
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(bonds.verifier));
        let (state, nonce) = (CsrfToken::new(bonds.state), Nonce::new(bonds.nonce));
        let scopes = self.config.scopes.iter().cloned().map(Scope::new);
        let (url, ..) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .url();
        Ok(url.into())
    }

    /// Whom a code stands for.
    pub(super) async fn whose(&self, code: &str, bonds: Bonds, redirect: &str) -> Result<Somebody, OidcError> {
        let client = self.client(redirect, None).await?;
        let http = |request| self.ask(request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| unreachable_because(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(bonds.verifier))
            .request_async(&http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(words) => not_believed(&format!("the code was refused: {words}")),
                RequestTokenError::Request(error) => unreachable_because(&error),
                error => not_believed(&error.to_string()),
            })?;
        let token = answer.id_token().ok_or_else(|| not_believed("there is no ID token in the answer"))?;
        let nonce = Nonce::new(bonds.nonce);
        let claims = match self.claims(&client, token, &nonce) {
            Err(error) if is_unknown_key(&error) => {
                let asked_at = self.said.lock().await.asked_at;
                let renewed = self.client(redirect, asked_at).await?;
                self.claims(&renewed, token, &nonce)
            }
            claims => claims,
        };
        let claims = claims.map_err(|error| not_believed(&told(&error)))?;
        let subject = claims.subject().to_string();
        if subject.is_empty() || subject.len() > SUBJECT_BYTES {
            return Err(not_believed("the subject is empty or too long"));
        }
        let name = match name_in(&claims) {
            Some(name) => Some(name),
            None => self.asked_name(&client, answer.access_token(), &claims).await,
        };
        Ok(Somebody { subject, name })
    }

    /// What the token says, if it is to be believed. Its audience is this server alone, or one of several that the provider
    /// named it the party for.
    fn claims(
        &self,
        client: &Known,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let now = DateTime::from_timestamp_millis(self.clock.now().0).unwrap_or_default();
        // Keys that were published, never a shared secret and never none: a token cannot choose how it is checked.
        let verifier = client.id_token_verifier().set_time_fn(move || now).set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            CoreJwsSigningAlgorithm::EdDsa,
        ]);
        token.claims(&verifier, nonce).cloned()
    }

    /// Some providers tell names only when they are asked (OpenID Connect Core 1.0, section 5.3). A name is worth no failure.
    async fn asked_name(&self, client: &Known, token: &AccessToken, claims: &CoreIdTokenClaims) -> Option<String> {
        let http = |request| self.ask(request);
        let request = client.user_info(token.clone(), Some(claims.subject().clone())).ok()?;
        let info: CoreUserInfoClaims = match request.request_async(&http).await {
            Ok(info) => info,
            Err(error) => {
                log::info!("the OpenID Connect provider did not tell a name: {error}");
                return None;
            }
        };
        let username = info.preferred_username().map(|name| name.to_string());
        username.or_else(|| info.name()?.get(None).map(|name| name.to_string()))
    }

    async fn client(&self, redirect: &str, but_not_of: Option<Timestamp>) -> Result<Known, OidcError> {
        let metadata = self.metadata(but_not_of).await?;
        let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let by_form = methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let secret = self.config.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|error| unreachable_because(&error))?;
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(self.config.client_id.clone()), secret);
        Ok(client.set_redirect_uri(redirect).set_auth_type(if by_form {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        }))
    }

    /// What the provider says of itself, and its keys. Whoever has found that what was said at a time does not do gets
    /// something newer, if it is not too soon to ask again.
    async fn metadata(&self, but_not_of: Option<Timestamp>) -> Result<CoreProviderMetadata, OidcError> {
        // Of many who come at once, one asks.
        let mut said = self.said.lock().await;
        let now = self.clock.now();
        let age = said.asked_at.map(|at| now.since(at));
        let is_fresh = age.is_some_and(|age| age < FRESH) && (but_not_of.is_none() || but_not_of != said.asked_at);
        let is_too_soon = age.is_some_and(|age| age < PAUSE);
        if is_fresh || is_too_soon {
            if let Some(metadata) = &said.metadata {
                return Ok(metadata.clone());
            }
            if is_too_soon {
                return Err(OidcError::Unreachable);
            }
        }
        let issuer = IssuerUrl::new(self.config.issuer.clone()).map_err(|error| unreachable_because(&error))?;
        let http = |request| self.ask(request);
        let found = CoreProviderMetadata::discover_async(issuer, &http).await;
        said.asked_at = Some(now);
        match found {
            Ok(metadata) => {
                said.metadata = Some(metadata.clone());
                Ok(metadata)
            }
            Err(error) => {
                // What was said before may still do; whoever needs something newer finds out.
                said.metadata.clone().ok_or_else(|| unreachable_because(&error))
            }
        }
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, OutboundError> {
        Ok(self.outbound.ask(request).await?.map(|body: Bytes| body.to_vec()))
    }
}

fn name_in(claims: &CoreIdTokenClaims) -> Option<String> {
    let username = claims.preferred_username().map(|name| name.to_string());
    username.or_else(|| claims.name()?.get(None).map(|name| name.to_string()))
}

fn is_unknown_key(error: &ClaimsVerificationError) -> bool {
    let ClaimsVerificationError::SignatureVerification(cause) = error else { return false };
    // A key without a name is tried: that it does not fit may mean that there is another one by now.
    matches!(cause, SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_))
}

fn told(error: &ClaimsVerificationError) -> String {
    match error {
        ClaimsVerificationError::SignatureVerification(cause) => format!("{error}: {cause}"),
        error => error.to_string(),
    }
}

/// The cause is for the log: people can do nothing about it.
fn unreachable_because(error: &dyn std::error::Error) -> OidcError {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    log::error!("the OpenID Connect provider cannot be asked: {words}");
    OidcError::Unreachable
}

fn not_believed(reason: &str) -> OidcError {
    log::warn!("the answer of the OpenID Connect provider was not believed: {reason}");
    OidcError::NotBelieved
}
