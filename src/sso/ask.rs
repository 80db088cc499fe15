use openidconnect::core::{CoreAuthPrompt, CoreResponseType};
use openidconnect::{AuthenticationFlow, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, Scope};

use super::answer::client;
use super::known::Sso;
use super::{Provider, SsoError};
use crate::random;

/// A question to the provider that its answer is held against. Has no `Debug`: the verifier is worth a sign-in.
#[derive(Clone)]
pub struct Asked {
    pub issuer: String,
    /// Where the browser comes back to.
    pub redirect: String,
    pub state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// They were to show anew who they are, at this time in milliseconds or later.
    pub(super) anew_since: Option<i64>,
}

impl Sso {
    /// The address to send a browser to, and what to hold the answer against. With `anew`, which is the time now, the provider is to let
    /// them sign in again even if it still knows them.
    ///
    /// # Errors
    /// The provider can't be used.
    pub async fn ask(&self, provider: &Provider, redirect: &str, anew: Option<i64>) -> Result<(String, Asked), SsoError> {
        let metadata = self.metadata(&provider.issuer).await?;
        let client = client(provider, &metadata, redirect)?;
        let (state, nonce, verifier) = (random::token(), random::token(), random::token());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        let (sent_state, sent_nonce) = (CsrfToken::new(state.clone()), Nonce::new(nonce.clone()));
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let more = provider.scopes.split_whitespace().map(|scope| Scope::new(scope.to_owned()));
        let mut request = client
            .authorize_url(flow, move || sent_state, move || sent_nonce)
            .add_scope(Scope::new("profile".to_owned()))
            .add_scopes(more)
            .set_pkce_challenge(challenge);
        if anew.is_some() {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO);
        }
        let classes = provider.strong_acr.split_whitespace();
        for class in classes {
            request = request.add_auth_context_value(openidconnect::AuthenticationContextClass::new(class.to_owned()));
        }
        let (address, ..) = request.url();
        let (issuer, redirect) = (provider.issuer.clone(), redirect.to_owned());
        Ok((address.to_string(), Asked { issuer, redirect, state, nonce, verifier, anew_since: anew }))
    }
}
