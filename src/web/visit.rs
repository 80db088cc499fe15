use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::{Ready, ready};

use super::failure::Failure;
use crate::access::Actor;
use crate::secret::{SecretValue, wipe};
use crate::store::sessions::Session;

/// The field in which somebody says why they ask for what others have to approve. The hyphen keeps it apart from the variables of
/// settings.
pub(super) const WHY_FIELD: &str = "form-why";

/// One request and who makes it. The wall puts it into the request before any handler is asked.
#[derive(Clone)]
pub struct Visit(Rc<Inner>);

pub struct Inner {
    pub actor: Actor,
    pub session: Option<Session>,
    /// A sign-in that waits for its code. Whoever has one is a stranger to everything but the page that takes the code.
    pub half: Option<Session>,
    /// A token came whose owner has yet to add the second factor that the site asks for.
    pub unproven: bool,
    /// What the tokens of this browser's forms are made of.
    pub csrf_secret: Vec<u8>,
    /// The request's id.
    pub request: String,
    pub ip: String,
    pub agent: String,
    /// The row of the app that the form was made for, where it was made for one.
    pub app: Option<i32>,
    /// What stands in [`WHY_FIELD`]; empty where nothing does.
    pub why: String,
    /// The fields of the form that came, without the token and these two.
    pub fields: Vec<(String, String)>,
    /// The files that came with the form, by the names of their controls. Only forms of secrets have some.
    pub uploads: Vec<(String, SecretValue)>,
    /// The form's token: different for every rendering, so it also tells a form from itself sent twice.
    pub form: String,
    /// Path and query.
    pub here: String,
}

/// A field may have carried a password or the value of a secret.
impl Drop for Inner {
    fn drop(&mut self) {
        self.fields.iter_mut().for_each(|(_, value)| wipe(value));
    }
}

impl Visit {
    pub(super) fn new(inner: Inner) -> Self {
        Self(Rc::new(inner))
    }
}

impl std::ops::Deref for Visit {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Visit {
    /// The fields as they came, for a form that is kept and handed in again.
    pub(super) fn sent(&self) -> Vec<(String, String)> {
        let why = Some(self.why.clone()).filter(|why| !why.is_empty());
        self.fields.iter().cloned().chain(why.map(|why| (WHY_FIELD.to_owned(), why))).collect()
    }

    pub(super) fn of(request: &HttpRequest) -> Result<Self, Failure> {
        request.extensions().get::<Self>().cloned().ok_or_else(|| Failure::broken("a request came past the wall"))
    }
}

impl FromRequest for Visit {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
