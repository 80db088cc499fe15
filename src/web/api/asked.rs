//! What is asked for: the query, and the object in the body. Everything that is wrong is told at once, each at its place; what is not
//! known is refused.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::{Fault, Problem};
use crate::web::failure::Failure;

/// Items of a page that nobody asked to be longer or shorter.
const USUAL: usize = 50;
/// Items of the longest page.
const MOST: usize = 200;

/// The query of an address.
pub struct Params(Fields);

/// The object in the body of a request.
pub struct Body(Fields);

struct Fields {
    left: BTreeMap<String, Value>,
    faults: Vec<Fault>,
    /// Whether the fields came in the body.
    body: bool,
}

impl Fields {
    fn new(pairs: Vec<(String, Value)>, body: bool) -> Self {
        let mut fields = Self { left: BTreeMap::new(), faults: vec![], body };
        for (name, value) in pairs {
            if fields.left.contains_key(&name) {
                fields.fault(&name, "It came twice");
            }
            fields.left.insert(name, value);
        }
        fields
    }

    fn fault(&mut self, name: &str, detail: impl Into<String>) {
        let pointer = self.body.then(|| format!("/{}", name.replace('~', "~0").replace('/', "~1")));
        let parameter = (!self.body).then(|| name.to_owned());
        self.faults.push(Fault { pointer, parameter, detail: detail.into() });
    }

    fn text(&mut self, name: &str, longest: usize) -> Option<String> {
        match self.left.remove(name)? {
            Value::String(text) if text.chars().count() <= longest && !text.chars().any(char::is_control) => Some(text),
            Value::String(_) => {
                self.fault(name, format!("It may have {longest} characters at most, all of them visible"));
                None
            }
            Value::Null if self.body => None,
            _ => {
                self.fault(name, "It has to be a text");
                None
            }
        }
    }

    fn end(mut self) -> Result<(), Failure> {
        for name in std::mem::take(&mut self.left).into_keys() {
            self.fault(&name, "It is not known here");
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::faulty(self.faults).into()) }
    }
}

impl Params {
    /// A text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.0.text(name, 200)
    }

    /// A number.
    pub fn number<N: std::str::FromStr>(&mut self, name: &str) -> Option<N> {
        let text = self.0.text(name, 20)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.0.fault(name, "It has to be a number");
        }
        number
    }

    /// How many items a page is to have.
    pub fn limit(&mut self) -> usize {
        let limit = self.number("limit").unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            self.0.fault("limit", format!("It has to be from 1 to {MOST}"));
        }
        limit
    }

    /// Nothing else may have been asked.
    pub fn end(self) -> Result<(), Failure> {
        self.0.end()
    }
}

impl Body {
    /// A text that has to be there.
    pub fn text(&mut self, name: &str, longest: usize) -> String {
        let before = self.0.faults.len();
        let text = self.0.text(name, longest).filter(|text| !text.is_empty());
        if text.is_none() && self.0.faults.len() == before {
            self.0.fault(name, "It is missing");
        }
        text.unwrap_or_default()
    }

    /// A text that may be missing.
    pub fn optional(&mut self, name: &str, longest: usize) -> String {
        self.0.text(name, longest).unwrap_or_default()
    }

    /// Yes or no.
    pub fn flag(&mut self, name: &str, usual: bool) -> bool {
        match self.0.left.remove(name) {
            None => usual,
            Some(Value::Bool(flag)) => flag,
            Some(_) => {
                self.0.fault(name, "It has to be true or false");
                usual
            }
        }
    }

    /// Yes or no, where nothing said is neither.
    pub fn choice(&mut self, name: &str) -> Option<bool> {
        self.0.left.contains_key(name).then(|| self.flag(name, false))
    }

    /// A number that may be missing.
    pub fn number(&mut self, name: &str) -> Option<i64> {
        let value = self.0.left.remove(name)?;
        let number = value.as_i64();
        if number.is_none() && !value.is_null() {
            self.0.fault(name, "It has to be a number");
        }
        number
    }

    /// What came there can't be taken.
    pub fn fault(&mut self, name: &str, detail: &str) {
        self.0.fault(name, detail);
    }

    /// Nothing else may have come.
    pub fn end(self) -> Result<(), Failure> {
        self.0.end()
    }

    fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let pairs = reader.deserialize_map(Pairs).and_then(|pairs| reader.end().map(|()| pairs));
        let pairs =
            pairs.map_err(|e| Problem::new(StatusCode::BAD_REQUEST, "no-json", format!("The body is no JSON object: {e}")))?;
        Ok(Self(Fields::new(pairs, true)))
    }
}

/// Reads an object with every field that it has, even twice.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut pairs = vec![];
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

impl FromRequest for Params {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _body: &mut Payload) -> Self::Future {
        let pairs: Result<Vec<(String, String)>, _> = serde_urlencoded::from_str(request.query_string());
        let pairs = pairs.map(|pairs| pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect());
        ready(match pairs {
            Ok(pairs) => Ok(Self(Fields::new(pairs, false))),
            Err(e) => Err(Problem::new(StatusCode::BAD_REQUEST, "invalid", format!("The query can’t be read: {e}")).into()),
        })
    }
}

impl FromRequest for Body {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let json = kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !json {
                let text = "The body has to be JSON: Content-Type: application/json";
                return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no-json", text).into());
            }
            let bytes = bytes.await.map_err(|e| Failure::BadForm(format!("the body did not arrive whole: {e}")))?;
            Self::read(&bytes)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str, read: impl FnOnce(&mut Body)) -> Vec<String> {
        let mut body = Body::read(text.as_bytes()).unwrap();
        read(&mut body);
        match body.end() {
            Ok(()) => vec![],
            Err(Failure::Api(problem)) => problem.faults.iter().filter_map(|f| f.pointer.clone()).collect(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn everything_that_is_wrong_in_a_body_is_told_at_once() {
        let read = |body: &mut Body| {
            body.text("version", 5);
            body.flag("prune", true);
            body.number("changed");
        };
        assert_eq!(faults(r#"{"version": "1.0", "prune": false, "changed": null}"#, read), Vec::<String>::new());
        assert_eq!(faults("{}", read), ["/version"]);
        assert_eq!(
            faults(r#"{"version": 1, "prune": "no", "changed": 1.5, "is_admin": 1}"#, read),
            ["/version", "/prune", "/changed", "/is_admin"]
        );
        assert_eq!(faults(r#"{"version": "1.0\u0000", "a/b": 1}"#, read), ["/version", "/a~1b"]);
        assert_eq!(faults(r#"{"version": "1", "version": "2"}"#, read), ["/version"]);
        for bad in ["", "[]", "{} {}", "{\"a\"", "null"] {
            assert!(Body::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
