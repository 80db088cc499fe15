//! Whether a password that somebody chose on a page may be used.

use super::Site;
use super::failure::Failure;
use super::setup::sentence;
use super::shell::Problems;
use crate::passwords::{self, Names};

/// Adds what is wrong with a new password of this member to the problems of its field.
pub(super) async fn check(site: &Site, problems: &mut Problems, password: &str, member: &str) -> Result<(), Failure> {
    let names = Names::of(member, &site.settings.public.host, &site.store.known_names().await?);
    if let Err(weak) = passwords::check(password, &names) {
        problems.add("password", sentence(&weak.to_string()));
    }
    Ok(())
}
