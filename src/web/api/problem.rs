//! What went wrong, as `application/problem+json` (RFC 9457).

use actix_web::http::{ConnectionType, StatusCode, header};
use actix_web::{HttpResponse, ResponseError as _};
use serde::Serialize;

use crate::access::ActionName;
use crate::access::token::scope_of;
use crate::web::failure::Failure;
use crate::web::setup::sentence;
use crate::web::visit::Visit;

/// A failure that only the API knows.
#[derive(Debug)]
pub struct Problem {
    pub status: StatusCode,
    /// A stable word for programs.
    pub code: &'static str,
    /// For people.
    pub text: String,
    pub faults: Vec<Fault>,
    /// What the audit log is told; nothing where it is none of its business.
    pub told: Vec<(&'static str, String)>,
}

/// One thing wrong in what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where in the body, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Which parameter of the query, or which header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    pub detail: String,
}

impl Problem {
    /// A failure with its word and its text.
    pub fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into(), faults: vec![], told: vec![] }
    }

    /// What was sent can't be taken, for these reasons.
    pub fn faulty(faults: Vec<Fault>) -> Self {
        Self { faults, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Something in the request can’t be taken") }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Api(Box::new(problem))
    }
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    detail: String,
    code: &'a str,
    reference: &'a str,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
}

/// The answer to a request that was refused or failed.
pub(in crate::web) fn failed(visit: &Visit, failure: &Failure) -> HttpResponse {
    let status = failure.status_code();
    if let Failure::Broken(cause) = failure {
        tracing::error!(request = visit.request, cause, "a request failed");
    }
    let (title, faults): (_, &[Fault]) = match failure {
        Failure::SignInFirst => ("A token is needed", &[]),
        Failure::Api(problem) => (problem.status.canonical_reason().unwrap_or_default(), &problem.faults),
        other => (other.title(), &[]),
    };
    let detail = detail(failure);
    let told = Told {
        kind: "about:blank",
        title,
        status: status.as_u16(),
        detail,
        code: code(failure),
        reference: &visit.request,
        errors: faults,
    };
    let body = serde_json::to_vec(&told).unwrap_or_default();
    let mut response = HttpResponse::build(status).insert_header((header::CONTENT_TYPE, "application/problem+json")).body(body);
    if let Some(challenge) = challenge(failure).and_then(|text| header::HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Failure::TooMany(seconds) = failure {
        response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
    }
    if matches!(failure, Failure::TooLarge(_) | Failure::TooSlow(_) | Failure::Method(_)) {
        // The rest of the body is not waited for.
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    response
}

fn detail(failure: &Failure) -> String {
    let text = match failure {
        Failure::SignInFirst => "Send an API token of yours: Authorization: Bearer cnt_…".to_owned(),
        Failure::Broken(_) => "It is not your doing. An admin finds the cause in Canteen’s log by the reference".to_owned(),
        Failure::Forbidden { action, .. } => match scope(action) {
            Some(scope) => {
                format!(
                    "This needs the scope {scope}, for this app, and its owner must have that right. An admin can tell who has it"
                )
            }
            None => "No token may do this".to_owned(),
        },
        Failure::NotFound | Failure::Hidden { .. } => "There is nothing at this address, or it is not yours to see".to_owned(),
        other => sentence(other.to_string().trim_end_matches('.')),
    };
    format!("{}.", text.trim_end_matches('.'))
}

/// The scope that an action needs, by the action's word.
fn scope(action: &str) -> Option<&'static str> {
    let action = ActionName::ALL.iter().find(|a| a.as_str() == action)?;
    Some(scope_of(*action)?.as_str())
}

/// What to prove first (RFC 6750).
fn challenge(failure: &Failure) -> Option<String> {
    match failure {
        Failure::SignInFirst => Some("Bearer realm=\"Canteen\"".to_owned()),
        Failure::Forbidden { action, .. } => {
            Some(format!("Bearer realm=\"Canteen\", error=\"insufficient_scope\", scope=\"{}\"", scope(action)?))
        }
        Failure::Api(problem) if problem.status == StatusCode::UNAUTHORIZED => {
            Some("Bearer realm=\"Canteen\", error=\"invalid_token\"".to_owned())
        }
        _ => None,
    }
}

fn code(failure: &Failure) -> &'static str {
    match failure {
        Failure::SignInFirst | Failure::SessionOver => "no-token",
        Failure::FactorFirst | Failure::ReviewFirst | Failure::AgainFirst { .. } => "sign-in",
        Failure::NotFound | Failure::Hidden { .. } => "not-found",
        Failure::Removed(_) => "removed",
        Failure::Forbidden { .. } | Failure::ForeignForm => "forbidden",
        Failure::BadForm(_) | Failure::WhyTooLong => "invalid",
        Failure::Conflict(_) => "conflict",
        Failure::Method(_) => "method",
        Failure::TooLarge(_) => "too-large",
        Failure::TooSlow(_) => "too-slow",
        Failure::WrongHost(_) => "wrong-host",
        Failure::TooMany(_) => "too-many",
        Failure::ReadOnly(_) => "read-only",
        Failure::Unavailable(_) => "unavailable",
        Failure::Broken(_) => "broken",
        Failure::Api(problem) => problem.code,
    }
}
