use std::sync::Arc;
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::SsoError;
use super::egress::{Egress, EgressError};
use crate::causes::{plain, told};

/// What a provider says of itself is believed so long.
const KEPT: Duration = Duration::from_mins(10);
/// A provider that failed is not asked again before, so that nobody has us knock on it all the time.
const FAILED: Duration = Duration::from_secs(5);
/// Keys are fetched anew for a key that is not known at most so often.
const RENEWED: Duration = Duration::from_secs(30);

/// Signatures that are believed. `none` proves nothing, and with HS256 whoever knows the client secret could sign.
pub(super) const SIGNATURES: [CoreJwsSigningAlgorithm; 3] =
    [CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256, CoreJwsSigningAlgorithm::EdDsa];

/// What the discovery document may hold beside the standard's own.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Extra {
    /// Its answers name their issuer (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: Option<bool>,
    #[serde(default)]
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
}

impl AdditionalProviderMetadata for Extra {}

pub(super) type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Speaks to the identity provider.
pub struct Sso {
    pub(super) egress: Egress,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    issuer: String,
    found: Option<(Instant, Result<Arc<Metadata>, SsoError>)>,
    renewed: Option<Instant>,
}

/// What a look at a provider found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Where browsers are sent to.
    pub authorization: String,
    /// Keys by which its signatures are checked.
    pub keys: usize,
    /// What will not work, or may not.
    pub doubts: Vec<String>,
}

impl Sso {
    /// Nothing is asked yet. The names are those of `CANTEEN_INTERNAL_HOSTS`.
    pub fn new(inner: &[String]) -> Self {
        Self { egress: Egress::new(inner), known: Mutex::default() }
    }

    /// Whether this issuer may be asked at all.
    ///
    /// # Errors
    /// It is no https address, or leads to where nobody may have us go.
    pub fn check(&self, issuer: &str) -> Result<(), SsoError> {
        self.egress.check(issuer).map(drop).map_err(|e| SsoError::Address(e.to_string()))
    }

    /// What the provider says of itself. One request of many asks; the others wait for its answer.
    pub(super) async fn metadata(&self, issuer: &str) -> Result<Arc<Metadata>, SsoError> {
        let mut known = self.known.lock().await;
        if known.issuer == issuer
            && let Some((at, found)) = &known.found
            && at.elapsed() < if found.is_ok() { KEPT } else { FAILED }
        {
            return found.clone();
        }
        self.fetch(&mut known, issuer).await
    }

    /// The same anew, for a key that is not among those that are known. `None` where it was fetched a moment ago.
    pub(super) async fn renewed(&self, issuer: &str) -> Option<Arc<Metadata>> {
        let mut known = self.known.lock().await;
        if known.renewed.is_some_and(|at| at.elapsed() < RENEWED) {
            return None;
        }
        known.renewed = Some(Instant::now());
        self.fetch(&mut known, issuer).await.ok()
    }

    async fn fetch(&self, known: &mut Known, issuer: &str) -> Result<Arc<Metadata>, SsoError> {
        let found = self.discover(issuer).await.map(Arc::new);
        // Keys that are known serve on while the provider is away.
        let stands = known.issuer == issuer && matches!(known.found, Some((_, Ok(_))));
        if found.is_ok() || !stands {
            issuer.clone_into(&mut known.issuer);
            known.found = Some((Instant::now(), found.clone()));
        }
        found
    }

    /// Asks the provider at once, whatever is known.
    ///
    /// # Errors
    /// It can't be asked, or says what can't be right; the text tells an admin what to do.
    pub async fn survey(&self, issuer: &str) -> Result<Survey, SsoError> {
        let found = self.discover(issuer).await?;
        let mut doubts = vec![];
        if !found.id_token_signing_alg_values_supported().iter().any(|alg| SIGNATURES.contains(alg)) {
            doubts.push("it signs in none of the ways that are believed here: RS256, ES256 or EdDSA".to_owned());
        }
        let methods = &found.additional_metadata().code_challenge_methods_supported;
        if methods.as_ref().is_none_or(|methods| methods.iter().all(|m| m != "S256")) {
            doubts.push("it does not say that it checks PKCE with S256; look whether it does".to_owned());
        }
        if found.jwks().keys().is_empty() {
            doubts.push("it has no key by which its signatures could be checked".to_owned());
        }
        let authorization = found.authorization_endpoint().to_string();
        let keys = found.jwks().keys().len();
        *self.known.lock().await =
            Known { issuer: issuer.to_owned(), found: Some((Instant::now(), Ok(Arc::new(found)))), renewed: None };
        Ok(Survey { authorization, keys, doubts })
    }

    async fn discover(&self, issuer: &str) -> Result<Metadata, SsoError> {
        self.egress.check(issuer).map_err(|e| SsoError::Address(e.to_string()))?;
        let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|e| SsoError::Address(e.to_string()))?;
        let http = |request| self.egress.send(request);
        let found = Metadata::discover_async(issuer, &http).await.map_err(discovery)?;
        let token = found.token_endpoint().ok_or_else(|| SsoError::Discovery("it names no token endpoint".to_owned()))?;
        // Browsers go to the one and the client secret to the other.
        for address in [found.authorization_endpoint().as_str(), token.as_str()] {
            self.egress.check(address).map_err(|e| SsoError::Discovery(e.to_string()))?;
        }
        Ok(found)
    }
}

fn discovery(error: DiscoveryError<EgressError>) -> SsoError {
    match error {
        DiscoveryError::Request(why @ (EgressError::Address(_) | EgressError::Inner(_))) => SsoError::Address(why.to_string()),
        DiscoveryError::Request(why) => SsoError::Reach(why.to_string()),
        // Bodies are not repeated.
        DiscoveryError::Response(status, _, _) if !status.is_success() => SsoError::Reach(format!(
            "the address of its discovery document, or of its keys, answers {status}; is the issuer right?"
        )),
        DiscoveryError::Response(..) => SsoError::Discovery("what it answers is no JSON document".to_owned()),
        DiscoveryError::Parse(why) => {
            SsoError::Discovery(format!("its discovery document can’t be read at {}", plain(&why.path().to_string())))
        }
        DiscoveryError::Validation(why) => SsoError::Discovery(format!(
            "it names another issuer than you did: {}; the two must be the same to the letter, a slash at the end too",
            plain(&why)
        )),
        other => SsoError::Discovery(told(&other)),
    }
}
