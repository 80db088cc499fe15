//! A secret on its way to the Swarm.

use crate::stack::spec::{Driver, Labels};

/// What a secret is made of. The bytes belong to the caller, who wipes them; nothing here shows them.
#[derive(Clone, Copy)]
pub struct NewSecret<'a> {
    pub name: &'a str,
    pub labels: &'a Labels,
    /// Empty for a secret that a driver provides.
    pub data: &'a [u8],
    /// Who provides the bytes, if the Swarm does not keep them itself.
    pub driver: Option<&'a Driver>,
    pub templating: Option<&'a Driver>,
}

impl<'a> NewSecret<'a> {
    /// Bytes that the Swarm keeps and hands out as they are.
    pub fn plain(name: &'a str, labels: &'a Labels, data: &'a [u8]) -> Self {
        Self { name, labels, data, driver: None, templating: None }
    }
}
