//! Everything that can end a request badly, and the status and words that go with it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use super::api::Problem;
use crate::access::{ActionName, Refusal};
use crate::store::removals::Removed;
use crate::store::{CommitError, Denied, StoreError};

/// Why a request got no page of its own.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Signing in may help; the wall sends the browser there.
    #[error("sign in first")]
    SignInFirst,
    /// The session ended while a form was open.
    #[error("your session is over; sign in and send the form again")]
    SessionOver,
    /// The member's rights need a second factor, and there is none; the wall sends the browser to where one is added.
    #[error("your rights need a second factor; add one first")]
    FactorFirst,
    /// The member came in by a recovery code; the wall sends the browser to the factors.
    #[error("look through your second factors first")]
    ReviewFirst,
    /// Password and code were given too long ago for this; the wall keeps the form and asks.
    #[error("give your password again to {doing}")]
    AgainFirst { doing: &'static str },
    /// The reason for asking is too long to be kept; the wall keeps the rest of the form and asks for another.
    #[error("the reason is too long; write it in fewer words")]
    WhyTooLong,
    #[error("there is no such page, or it is not yours to see")]
    NotFound,
    /// The app of this page was removed; who did it and when stands within.
    #[error("{} removed {}", .0.by, .0.name)]
    Removed(Box<Removed>),
    /// Not to be seen by whoever asks, and so not there; the action is for the audit log.
    #[error("there is no such page, or it is not yours to see")]
    Hidden { action: &'static str },
    /// Seen, but not allowed; the action is for the audit log. The app is empty where it is not about one.
    #[error("your rights do not allow this")]
    Forbidden { action: &'static str, app: String },
    /// The form was not sent by our own page, or its page is too old.
    #[error("this form did not come from a page of Canteen, or the page is too old; open it again and send it once more")]
    ForeignForm,
    #[error("{0}")]
    BadForm(String),
    #[error("{0}")]
    Conflict(String),
    #[error("this address does not take {0}")]
    Method(String),
    #[error("a form may have {0} KiB at most")]
    TooLarge(usize),
    #[error("the form did not arrive within {0} seconds, so nothing was done; check your connection and send it again")]
    TooSlow(u64),
    #[error("this dashboard answers under {0} only")]
    WrongHost(String),
    #[error("try again in {0} seconds")]
    TooMany(u64),
    /// Nothing can be written, so nothing is done.
    #[error(
        "nothing was changed: it could not be written down. The disk may be full; {0}. Until there is room again Canteen only reads, \
         and it goes on by itself then"
    )]
    ReadOnly(String),
    #[error("{0}")]
    Unavailable(String),
    #[error("an unexpected fault")]
    Broken(String),
    /// What only the API knows, and where tokens are concerned.
    #[error("{}", .0.text)]
    Api(Box<Problem>),
}

impl Failure {
    /// A fault of ours. The text goes to the log alone.
    pub fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }

    /// What the policy said against it.
    pub fn refused(action: ActionName, why: Refusal, app: &str) -> Self {
        match why {
            Refusal::SignInFirst => Self::SignInFirst,
            Refusal::Hidden => Self::Hidden { action: action.as_str() },
            Refusal::Forbidden => Self::Forbidden { action: action.as_str(), app: app.to_owned() },
        }
    }

    /// The heading of the page.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::SignInFirst => "Sign in first",
            Self::SessionOver => "Your session is over",
            Self::FactorFirst => "Add a second factor first",
            Self::ReviewFirst => "Look through your factors first",
            Self::AgainFirst { .. } => "Is it you?",
            Self::WhyTooLong => "Say why in fewer words",
            Self::NotFound | Self::Hidden { .. } => "There is no such page",
            Self::Removed(_) => "This app was removed",
            Self::Forbidden { .. } => "You may not do this",
            Self::ForeignForm => "This form can’t be taken",
            Self::BadForm(_) => "That could not be read",
            Self::Conflict(_) => "That can’t be done now",
            Self::Method(_) => "This address does not take that",
            Self::TooLarge(_) => "That is too large",
            Self::TooSlow(_) => "That took too long",
            Self::WrongHost(_) => "Wrong address",
            Self::TooMany(_) => "Too many tries",
            Self::ReadOnly(_) => "Read-only for now",
            Self::Unavailable(_) => "Not available right now",
            Self::Broken(_) => "Something broke",
            Self::Api(_) => "This request can’t be taken",
        }
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignInFirst | Self::SessionOver | Self::FactorFirst | Self::ReviewFirst | Self::AgainFirst { .. } => {
                StatusCode::UNAUTHORIZED
            }
            Self::NotFound | Self::Hidden { .. } => StatusCode::NOT_FOUND,
            Self::Removed(_) => StatusCode::GONE,
            Self::Forbidden { .. } | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::BadForm(_) | Self::WhyTooLong => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::WrongHost(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::ReadOnly(_) | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Api(problem) => problem.status,
        }
    }

    /// The wall replaces this by a page; it alone knows who looks.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::broken(error.to_string())
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            Denied::Rule { text, .. } => Self::Conflict(text),
            Denied::Removed(removed) => Self::Removed(removed),
            Denied::Refused { action, why } => Self::refused(action, why, ""),
            Denied::Store(StoreError::ReadOnly(why)) => Self::ReadOnly(why),
            Denied::Store(error) if error.is_for_want_of_room() => {
                tracing::error!(%error, "a change could not be written");
                Self::ReadOnly("an admin finds the cause in the log".to_owned())
            }
            Denied::Store(error) => {
                tracing::error!(%error, "a change could not be written");
                let text =
                    "nothing was changed: it could not be written down. The disk may be full; an admin finds the cause in the log";
                Self::Unavailable(text.to_owned())
            }
        }
    }
}
