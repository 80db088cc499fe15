//! Forms that were sent when the password had to be given again: kept in memory until that was done, so that nothing has to be typed
//! twice and no value travels to the browser again. A restart forgets them.

use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;
use crate::secret::{SecretValue, wipe};
use crate::web::visit::Visit;

/// The field that stands for the whole form. No setting of an app can have this name.
pub const FIELD: &str = "kept-form";
/// A form waits so long.
const WAIT_MS: Millis = 10 * 60 * 1000;
/// Forms of one session; the oldest makes room.
const PER_SESSION: usize = 3;
/// Bytes of all forms together.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// All that wait.
#[derive(Default)]
pub struct Kept(Mutex<Vec<Form>>);

/// One form. Has no `Debug`: it may hold the value of a secret.
pub struct Form {
    ticket: String,
    session: i32,
    /// Path and query that it was sent to.
    to: String,
    doing: &'static str,
    at: Millis,
    bytes: usize,
    /// The row of the app that it was made for.
    pub app: Option<i32>,
    pub fields: Vec<(String, String)>,
    pub uploads: Vec<(String, SecretValue)>,
    /// The token that it came with, which tells it from itself sent twice.
    pub token: String,
}

impl Drop for Form {
    fn drop(&mut self) {
        self.fields.iter_mut().for_each(|(_, value)| wipe(value));
    }
}

impl Kept {
    /// Keeps the form of this visit, and gives the ticket for it. `None` if there is no session, or no room.
    pub fn keep(&self, visit: &Visit, doing: &'static str, now: Millis) -> Option<String> {
        let session = visit.session.as_ref()?.id;
        let fields = visit.sent();
        let bytes = fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
            + visit.uploads.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let copy = |value: &SecretValue| SecretValue::from(value.expose().to_vec());
        let form = Form {
            ticket: crate::random::token(),
            session,
            to: visit.here.clone(),
            doing,
            at: now,
            bytes,
            app: visit.app,
            fields,
            uploads: visit.uploads.iter().map(|(name, value)| (name.clone(), copy(value))).collect(),
            token: visit.form.clone(),
        };
        self.put(form)
    }

    fn put(&self, form: Form) -> Option<String> {
        let mut forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|f| f.at + WAIT_MS > form.at);
        if forms.iter().filter(|f| f.session == form.session).count() >= PER_SESSION {
            let oldest = forms.iter().position(|f| f.session == form.session)?;
            forms.remove(oldest);
        }
        if forms.iter().map(|f| f.bytes).sum::<usize>() + form.bytes > MOST_BYTES {
            return None;
        }
        let ticket = form.ticket.clone();
        forms.push(form);
        Some(ticket)
    }

    /// Where the form was sent to, and what it is about to do, if it still waits.
    pub fn about(&self, ticket: &str, session: i32, now: Millis) -> Option<(String, &'static str)> {
        let forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forms.iter().find(|f| f.is(ticket, session, now)).map(|f| (f.to.clone(), f.doing))
    }

    /// The form, once, for the session that sent it and at the address that it was sent to.
    pub fn take(&self, ticket: &str, session: i32, to: &str, now: Millis) -> Option<Form> {
        let mut forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = forms.iter().position(|f| f.is(ticket, session, now) && f.to == to)?;
        Some(forms.remove(at))
    }
}

impl Form {
    fn is(&self, ticket: &str, session: i32, now: Millis) -> bool {
        self.ticket == ticket && self.session == session && self.at + WAIT_MS > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(ticket: &str, session: i32, at: Millis, bytes: usize) -> Form {
        let (to, fields) = ("/x".to_owned(), vec![("a".to_owned(), ticket.to_owned())]);
        Form {
            ticket: ticket.to_owned(),
            session,
            to,
            doing: "x",
            at,
            bytes,
            app: None,
            fields,
            uploads: vec![],
            token: String::new(),
        }
    }

    #[test]
    fn a_form_is_given_back_once_to_its_session_at_its_address_and_not_for_ever() {
        let kept = Kept::default();
        let ticket = kept.put(form("t", 1, 0, 1)).unwrap();
        assert!(kept.take(&ticket, 2, "/x", 1).is_none() && kept.take(&ticket, 1, "/y", 1).is_none());
        assert!(kept.about(&ticket, 1, WAIT_MS - 1).is_some() && kept.about(&ticket, 1, WAIT_MS).is_none());
        assert_eq!(kept.take(&ticket, 1, "/x", 1).unwrap().fields[0].1, "t");
        assert!(kept.take(&ticket, 1, "/x", 1).is_none());
    }

    #[test]
    fn nobody_fills_the_memory_with_forms() {
        let kept = Kept::default();
        for n in 0..5 {
            kept.put(form(&n.to_string(), 1, n, 1)).unwrap();
        }
        let left: Vec<bool> = (0..5).map(|n| kept.about(&n.to_string(), 1, 5).is_some()).collect();
        assert_eq!(left, [false, false, true, true, true]);
        assert!(kept.put(form("large", 2, 5, MOST_BYTES)).is_none());
        assert!(kept.put(form("large", 2, 5 + WAIT_MS, MOST_BYTES)).is_some(), "what waited too long makes room");
    }
}
