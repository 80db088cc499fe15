//! What approval needs to know of an operation that is asked for.

use std::marker::PhantomData;

use sha2::{Digest, Sha256};

use crate::access::approval::Kind;
use crate::store::approvals::{Asked, Request};

use super::order::{Order, Wanted};

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// The operation of this number is queued.
    Begun(i32),
    /// A rule asks for approval first: it waits, as the request of this number.
    Waits(i32),
}

impl Ordered {
    /// The operation, where one was begun.
    pub const fn begun(self) -> Option<i32> {
        match self {
            Self::Begun(id) => Some(id),
            Self::Waits(_) => None,
        }
    }
}

impl<A> Order<A> {
    /// Asks once more for what was approved.
    pub(super) fn approved(request: &Request, wanted: Wanted) -> Self {
        let (nonce, approved) = (request.nonce.clone(), Some(request.id));
        Self { app_id: request.app_id, wanted, nonce, approved, action: PhantomData }
    }

    /// What rules about approval look at. `stored` is what the operation's row would have.
    pub(super) fn asked<'a>(&'a self, stored: &'a str) -> Asked<'a> {
        Asked {
            app_id: self.app_id,
            kind: self.wanted.approval(),
            what: self.wanted.title(),
            wanted: stored,
            plan_hash: self.wanted.bound_to(stored),
            nonce: &self.nonce,
            in_memory: self.wanted.ticket().is_some(),
        }
    }
}

impl Wanted {
    /// The kind that rules about approval know it by.
    pub const fn approval(&self) -> Kind {
        match self {
            Self::Deploy(w) if w.chaos.is_some() => Kind::Chaos,
            Self::Deploy(_) => Kind::Deploy,
            Self::Rollback(_) => Kind::Rollback,
            Self::Adopt(_) | Self::Import { .. } => Kind::Adopt,
            Self::Restart(_) => Kind::Restart,
            Self::Scale(_) => Kind::Scale,
            Self::Remove(_) => Kind::Remove,
            Self::Undeploy { .. } => Kind::Undeploy,
            Self::Secrets { .. } => Kind::Secrets,
            Self::Rotate(_) => Kind::Rotate,
            Self::Command(_) => Kind::Command,
            Self::RemoveSecrets { .. } | Self::RemoveConfigs { .. } => Kind::Unused,
        }
    }

    /// What an approval is bound to: the hash of the plan that was shown, or, where there is none, of all that was asked for.
    fn bound_to(&self, stored: &str) -> String {
        match self {
            Self::Deploy(w) => w.plan_hash.clone(),
            Self::Rollback(w) => w.plan_hash.clone(),
            Self::Restart(w) => w.plan_hash.clone(),
            Self::Scale(w) => w.adjusted.plan_hash.clone(),
            Self::Rotate(w) => w.deploy.plan_hash.clone(),
            _ => crate::store::chain::hex(&Sha256::digest(stored.as_bytes())),
        }
    }

    /// The ticket of values that wait for it in memory, if it takes some.
    pub fn ticket(&self) -> Option<&str> {
        match self {
            Self::Secrets { insert, nonce, .. } if !insert.is_empty() => Some(nonce),
            Self::Rotate(w) if w.turns.iter().any(|turn| turn.given) => Some(&w.nonce),
            Self::Command(w) if !w.shown.is_empty() => Some(&w.nonce),
            _ => None,
        }
    }
}
