use std::time::{Duration, SystemTime};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId, ClientSecret, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenClaims, IdTokenFields, IdTokenVerifier, Nonce, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ask::Asked;
use super::egress::EgressError;
use super::known::{Metadata, SIGNATURES, Sso};
use super::{Person, Provider, SsoError, person};
use crate::causes::{plain, told};

/// Two clocks may differ by so much.
const SKEW_MS: i64 = 60_000;
/// An ID token is made for one sign-in; one that is older was kept by somebody.
const LONGEST_AGE_MS: i64 = 10 * 60 * 1000;

/// Claims beyond those of the standard.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Others {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for Others {}

type Fields =
    IdTokenFields<Others, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

type OurClient = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
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

/// The client of this provider.
pub(super) fn client(provider: &Provider, metadata: &Metadata, redirect: &str) -> Result<OurClient, SsoError> {
    let secret = String::from_utf8(provider.secret.expose().to_vec())
        .map_err(|_bad| SsoError::Address("the client secret is no text; type it again".to_owned()))?;
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|e| SsoError::Address(e.to_string()))?;
    let secret = Some(secret).filter(|text| !text.is_empty()).map(ClientSecret::new);
    let client = OurClient::from_provider_metadata(metadata.clone(), ClientId::new(provider.client_id.clone()), secret);
    // What every provider can is to take the secret in a header; a few want it in the body, and say so.
    let way = match metadata.token_endpoint_auth_methods_supported() {
        Some(ways)
            if !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && ways.contains(&CoreClientAuthMethod::ClientSecretPost) =>
        {
            AuthType::RequestBody
        }
        _ => AuthType::BasicAuth,
    };
    Ok(client.set_auth_type(way).set_redirect_uri(redirect))
}

/// What the browser brought back.
#[derive(Clone, Default)]
pub struct Returned {
    pub code: String,
    /// The issuer that answers, where it says so.
    pub issuer: String,
    /// What the provider says went wrong.
    pub error: String,
}

impl Sso {
    /// Exchanges the code, and judges the ID token.
    ///
    /// # Errors
    /// The provider says no, can't be asked, or its answer proves nothing.
    pub async fn answer(&self, provider: &Provider, asked: &Asked, returned: &Returned, now: i64) -> Result<Person, SsoError> {
        if provider.issuer != asked.issuer {
            return Err(SsoError::Answer("another provider was set meanwhile".to_owned()));
        }
        let mut metadata = self.metadata(&provider.issuer).await?;
        named(&metadata, provider, returned)?;
        if !returned.error.is_empty() {
            return Err(SsoError::Refused(plain(&returned.error)));
        }
        if returned.code.is_empty() {
            return Err(SsoError::Answer("the answer holds no code".to_owned()));
        }
        let client = client(provider, &metadata, &asked.redirect)?;
        let request = client.exchange_code(AuthorizationCode::new(returned.code.clone()));
        let request = request.map_err(|e| SsoError::Discovery(e.to_string()))?;
        let http = |request| self.egress.send(request);
        let tokens = request.set_pkce_verifier(PkceCodeVerifier::new(asked.verifier.clone())).request_async(&http).await;
        let tokens = tokens.map_err(exchange)?;
        let token = tokens.id_token().ok_or_else(|| SsoError::Answer("the answer holds no ID token".to_owned()))?;
        let nonce = Nonce::new(asked.nonce.clone());
        let claims = match token.claims(&verifier(provider, &metadata, now), &nonce) {
            // The provider may have changed its keys.
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                metadata = self.renewed(&provider.issuer).await.unwrap_or(metadata);
                token.claims(&verifier(provider, &metadata, now), &nonce)
            }
            judged => judged,
        };
        let claims = claims.map_err(|e| SsoError::Answer(told(&e)))?;
        believe(provider, asked, claims)
    }
}

/// Whether the answer comes from the provider that was asked, and not from another one that a browser was led to (RFC 9207).
fn named(metadata: &Metadata, provider: &Provider, returned: &Returned) -> Result<(), SsoError> {
    let promised = metadata.additional_metadata().authorization_response_iss_parameter_supported == Some(true);
    match returned.issuer.as_str() {
        "" if promised => {
            Err(SsoError::Answer("the answer does not name its issuer, though the provider says that it does".to_owned()))
        }
        "" => Ok(()),
        named if named == provider.issuer => Ok(()),
        other => Err(SsoError::Answer(format!("the answer comes from another issuer: {}", plain(other)))),
    }
}

fn verifier<'a>(provider: &Provider, metadata: &Metadata, now: i64) -> IdTokenVerifier<'a, CoreJsonWebKey> {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
    // As a public client: without the secret no signature by a shared key can be right, whatever the list below says.
    let id = ClientId::new(provider.client_id.clone());
    IdTokenVerifier::new_public_client(id, metadata.issuer().clone(), metadata.jwks().clone())
        .set_allowed_algs(SIGNATURES)
        .set_time_fn(move || at.into())
        .set_issue_time_verifier_fn(move |issued| {
            let issued = issued.timestamp_millis();
            if issued > now + SKEW_MS {
                Err("it was issued in the future; do the clocks go right?".to_owned())
            } else if issued < now - LONGEST_AGE_MS {
                Err("it was issued long ago".to_owned())
            } else {
                Ok(())
            }
        })
}

/// What the library leaves to us: for whom the token was made, and when they signed in.
fn believe(provider: &Provider, asked: &Asked, claims: &IdTokenClaims<Others, CoreGenderClaim>) -> Result<Person, SsoError> {
    let wrong = |text: &str| SsoError::Answer(text.to_owned());
    if claims.authorized_party().is_some_and(|party| party.as_str() != provider.client_id) {
        return Err(wrong("the ID token was made for another client (azp)"));
    }
    let signed_in_at = claims.auth_time().map(|at| at.timestamp_millis());
    if let Some(since) = asked.anew_since
        && signed_in_at.is_none_or(|at| at < since - SKEW_MS)
    {
        return Err(wrong("the provider does not say that they signed in anew (auth_time)"));
    }
    let name = claims.preferred_username().map(|name| name.as_str().to_owned());
    let full = || claims.name().and_then(|name| name.get(None)).map(|name| name.as_str().to_owned());
    let methods = claims.auth_method_refs().into_iter().flatten().map(|method| method.as_str());
    let class = claims.auth_context_ref().map(|class| class.as_str());
    Ok(Person {
        issuer: provider.issuer.clone(),
        subject: person::subject(claims.subject().as_str()).ok_or_else(|| wrong("the subject can’t be used"))?,
        name: plain(&name.or_else(full).unwrap_or_default()),
        groups: person::groups(&claims.additional_claims().all, &provider.group_claim),
        strong: person::strong(methods, class, &provider.strong_acr),
        signed_in_at,
    })
}

fn exchange(error: RequestTokenError<EgressError, StandardErrorResponse<CoreErrorResponseType>>) -> SsoError {
    match error {
        RequestTokenError::ServerResponse(said) => SsoError::Refused(plain(said.error().as_ref())),
        RequestTokenError::Request(why) => SsoError::Reach(why.to_string()),
        RequestTokenError::Parse(why, _) => {
            SsoError::Answer(format!("its answer to the code can’t be read at {}", plain(&why.path().to_string())))
        }
        RequestTokenError::Other(why) => SsoError::Answer(plain(&why)),
    }
}
