use actix_web::HttpResponse;

use super::under_way::NotBegun;
use crate::sso::SsoError;
use crate::store::audit::Phase;
use crate::web::failure::Failure;
use crate::web::page::wrong_form;
use crate::web::visit::Visit;
use crate::web::{Site, account, refusals, session};

/// Why somebody does not get on. Strangers are told little of it; log and audit log have it all.
#[derive(Debug, thiserror::Error)]
pub(super) enum Why {
    #[error(transparent)]
    Sso(#[from] SsoError),
    #[error(transparent)]
    NotBegun(#[from] NotBegun),
    #[error("the client secret can’t be decrypted any more: type it again in the settings")]
    Key,
    #[error("no provider is set any more")]
    NoProvider,
    #[error("no member is linked with the account {0}")]
    NoMember(String),
    #[error("the member {0} is suspended")]
    Suspended(String),
    #[error("the account is another member’s, or nobody’s")]
    Foreign,
}

impl Why {
    /// What the page says before the reference.
    const fn said(&self) -> &'static str {
        match self {
            Self::NotBegun(_) => "This sign-in took too long, was done already, or was begun in another browser; begin it anew",
            Self::NoMember(_) => {
                "Your account is linked with no member here; sign in with your password to link it, or ask an admin"
            }
            Self::Foreign => "This account is not linked with yours; choose the one that is",
            Self::Sso(SsoError::Refused(_)) => "The identity provider did not let you in; try again, or ask an admin",
            Self::Sso(_) | Self::Key | Self::NoProvider | Self::Suspended(_) => {
                "Signing in there did not work; try again later, or ask an admin"
            }
        }
    }
}

/// The page on which somebody stood, with one sentence and a reference.
pub(super) async fn answer(site: &Site, visit: &Visit, issuer: &str, next: &str, why: &Why) -> Result<HttpResponse, Failure> {
    let (told, reference) = (why.to_string(), &visit.request);
    tracing::warn!(reference, issuer, why = told, "single sign-on failed");
    let action = if visit.session.is_some() { "identity" } else { "session.begin" };
    let pairs = [("action", action), ("provider", issuer), ("why", told.as_str()), ("reference", reference.as_str())];
    refusals::record(site, visit, Phase::Failed, &pairs).await;
    let text = format!("{} (reference {reference})", why.said());
    if visit.session.is_some() {
        return account::identities::with_problem(site, visit, text).await;
    }
    let mut view = session::view(site, visit, "", next.to_owned()).await;
    view.problems.add("", text);
    wrong_form(&view)
}
