//! What approval needs to know of an operation that is asked for.

use std::marker::PhantomData;

use sha2::{Digest, Sha256};

use crate::access::WriteAction;
use crate::access::approval::Kind;
use crate::store::Command;
use crate::store::approvals::{Asked, Request};

use super::order::{Order, Wanted};
use super::seen::Seen;

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

/// What comes with an operation for those who have to approve it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutUp {
    /// Why it is asked for; empty where nobody said.
    pub reason: String,
    /// What there is of the app now, which must be so still when it begins. Without it, only what is bound to a plan can begin.
    pub seen: Option<Seen>,
}

impl PutUp {
    /// Nothing.
    pub const fn none() -> Self {
        Self { reason: String::new(), seen: None }
    }
}

/// A command that asks for an operation.
pub trait Asks: Command<Output = Ordered> {
    /// What it asks for.
    fn order(&mut self) -> &mut Order<Self::Needs>;
}

impl<A: WriteAction> Asks for Order<A> {
    fn order(&mut self) -> &mut Self {
        self
    }
}

impl<A> Order<A> {
    /// The kind that rules about approval know it by.
    pub const fn kind(&self) -> Kind {
        self.wanted.approval()
    }

    /// Gives those who have to approve it something to read.
    pub fn put_up(&mut self, put_up: PutUp) {
        self.put_up = put_up;
    }

    /// Asks once more for what was approved.
    pub(super) fn approved(request: &Request, wanted: Wanted) -> Self {
        let (nonce, approved) = (request.nonce.clone(), Some(request.id));
        Self { app_id: request.app_id, wanted, nonce, approved, put_up: PutUp::none(), action: PhantomData }
    }

    /// What rules about approval look at. `stored` is what the operation's row would have.
    pub(super) fn asked<'a>(&'a self, stored: &'a str, seen: &'a str) -> Asked<'a> {
        Asked {
            app_id: self.app_id,
            kind: self.wanted.approval(),
            what: self.wanted.title(),
            wanted: stored,
            plan_hash: self.wanted.bound_to(stored),
            nonce: &self.nonce,
            reason: &self.put_up.reason,
            seen,
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
            Self::Backup(_) => Kind::Backup,
            Self::Restore(_) => Kind::Restore,
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
            Self::Restore(w) => w.plan.clone(),
            _ => crate::store::chain::hex(&Sha256::digest(stored.as_bytes())),
        }
    }

    /// Whether the stored wish is this one, sent a second time. Tickets of values differ each time.
    pub(super) fn is_again(&self, stored: &str) -> bool {
        let without_ticket = |mut wanted: Self| {
            match &mut wanted {
                Self::Secrets { nonce, .. } => nonce.clear(),
                Self::Rotate(wanted) => wanted.nonce.clear(),
                Self::Command(wanted) => wanted.nonce.clear(),
                _ => {}
            }
            wanted
        };
        serde_json::from_str(stored).is_ok_and(|stored| without_ticket(stored) == without_ticket(self.clone()))
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
