//! What whoever looks chose for every page: time zone and theme. The wall sets it around a request; times and frames ask here, so that no
//! handler has to hand it on.

use std::future::Future;

use jiff::tz::TimeZone;

use crate::store::accounts::Account;

tokio::task_local! {
    static MINE: Preferences;
}

/// What one member chose.
#[derive(Clone, Debug)]
pub struct Preferences {
    zone: TimeZone,
    theme: &'static str,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, theme: "" }
    }
}

impl Preferences {
    /// As the account says. A zone that is not known (any more) is UTC.
    pub fn of(account: &Account) -> Self {
        let theme = match account.theme.as_str() {
            "light" => "light",
            "dark" => "dark",
            _ => "",
        };
        Self { zone: zone_named(&account.time_zone).unwrap_or(TimeZone::UTC), theme }
    }

    /// Does some work for whoever chose this.
    pub async fn around<F: Future>(self, work: F) -> F::Output {
        MINE.scope(self, work).await
    }
}

/// The time zone of whoever looks.
pub fn zone() -> TimeZone {
    MINE.try_with(|mine| mine.zone.clone()).unwrap_or(TimeZone::UTC)
}

/// `light`, `dark`, or empty for what the browser prefers.
pub fn theme() -> &'static str {
    MINE.try_with(|mine| mine.theme).unwrap_or_default()
}

/// The zone of this name in the IANA database.
pub fn zone_named(name: &str) -> Option<TimeZone> {
    if name == "UTC" { Some(TimeZone::UTC) } else { TimeZone::get(name).ok() }
}

/// The names of zones that places have, such as `Europe/Berlin`.
pub fn zones() -> Vec<String> {
    const PARTS: [&str; 9] =
        ["Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"];
    let named = jiff::tz::db().available().map(|name| name.as_str().to_owned());
    let places = named.filter(|name| PARTS.iter().any(|part| name.starts_with(part)));
    let mut all: Vec<String> = ["UTC".to_owned()].into_iter().chain(places).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zones_are_in_the_program_itself() {
        let zones = zones();
        assert!(zones.len() > 300, "{}", zones.len());
        assert!(zones.iter().all(|name| zone_named(name).is_some()));
        assert!(zone_named("Nowhere/Land").is_none() && zone_named("../../etc/passwd").is_none());
    }

    #[tokio::test]
    async fn what_one_chose_is_for_their_own_request_only() {
        let account = Account { theme: "dark".to_owned(), time_zone: "Europe/Berlin".to_owned(), ..Account::new(1) };
        let inside = Preferences::of(&account).around(async { (theme(), zone().iana_name().map(str::to_owned)) }).await;
        assert_eq!(inside, ("dark", Some("Europe/Berlin".to_owned())));
        assert_eq!((theme(), zone()), ("", TimeZone::UTC));
        let odd = Account { theme: "x".to_owned(), time_zone: "x".to_owned(), ..Account::new(1) };
        assert_eq!(Preferences::of(&odd).around(async { (theme(), zone()) }).await, ("", TimeZone::UTC));
    }
}
