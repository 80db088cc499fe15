//! Forms as they come in. The wall has read the body and checked the token; here the fields get their meaning.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, MapDeserializer};

use super::failure::Failure;
use super::visit::Visit;

/// A form with fixed fields. Unknown and missing fields are refused, and repeated ones were before.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Visit::of(request).and_then(|visit| parse(&visit.fields)))
    }
}

fn parse<T: DeserializeOwned>(fields: &[(String, String)]) -> Result<Form<T>, Failure> {
    let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    T::deserialize(MapDeserializer::<_, ValueError>::new(pairs))
        .map(Form)
        .map_err(|e| Failure::BadForm(format!("the form was not complete: {e}; open the page again")))
}

/// A form whose fields are known at run time only, such as an app's settings.
pub struct Fields(pub BTreeMap<String, String>);

impl FromRequest for Fields {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Visit::of(request).map(|visit| Self(visit.fields.iter().cloned().collect())))
    }
}

/// Refuses a form in which a field comes twice: whoever looks at the first and whoever looks at the last would not see the same. The
/// guard asks, so that it holds for handlers too that read no field.
pub(super) fn once_each(fields: &[(String, String)]) -> Result<(), Failure> {
    let mut seen = std::collections::BTreeSet::new();
    match fields.iter().find(|(name, _)| !seen.insert(name)) {
        Some((name, _)) => Err(Failure::BadForm(format!("the field {name} came twice; open the page again"))),
        None => Ok(()),
    }
}

/// The query of an address. What is not known is ignored, for people edit addresses by hand.
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// The value of this name, empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The number of this name.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.get(name).parse().ok()
    }
}

impl FromRequest for Query {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(Ok(Self(serde_urlencoded::from_str(request.query_string()).unwrap_or_default())))
    }
}

/// A number in the path, named `id`.
pub struct Id(pub i64);

impl FromRequest for Id {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(request.match_info().get("id").and_then(|text| text.parse().ok()).map(Self).ok_or(Failure::NotFound))
    }
}

/// A name in the path, called `name`.
pub struct Name(pub String);

impl FromRequest for Name {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        ready(request.match_info().get("name").map(|text| Self(text.to_owned())).ok_or(Failure::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Two {
        a: String,
        b: String,
    }

    fn two(fields: &[(&str, &str)]) -> Result<Form<Two>, Failure> {
        parse(&fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn unknown_and_missing_fields_are_refused() {
        let form = two(&[("a", "1"), ("b", "2")]).unwrap().0;
        assert_eq!((form.a.as_str(), form.b.as_str()), ("1", "2"));
        for bad in [&[("a", "1")][..], &[("a", "1"), ("b", "2"), ("is_admin", "1")]] {
            assert!(matches!(two(bad), Err(Failure::BadForm(_))), "{bad:?}");
        }
    }
}
