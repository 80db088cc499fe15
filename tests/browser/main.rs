//! A real browser uses the whole product: pages, scripts, streams, forms, over a Swarm in memory; `life.rs` over a real one.
//!
//! `site.rs` runs the dashboard, `driver.rs` steers chromium by `WebDriver`, `journey.rs` walks from the set-up to the sign-out,
//! `scenery.rs`, `office.rs` and `council.rs` to the pages beside that way, and `inspect.rs` looks at single pages: accessibility by axe-core, width, refused content.
//! With `SCREENSHOTS=1` the pages are also photographed into `target/screenshots`.
//!
//! What runs on the real engine needs root and what `tests/swarm/main.rs` names.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected shall panic")]
#![expect(clippy::disallowed_methods, reason = "the tests start chromedriver, and the runner tells them its settings")]

#[path = "../it/harness/broad.rs"]
mod broad;
mod council;
mod desk;
mod driver;
mod front;
mod inspect;
mod journey;
mod office;
mod scenery;
mod site;
#[expect(dead_code, unused_imports, reason = "it also serves the tests that have no browser")]
#[path = "../swarm/harness/mod.rs"]
mod swarm;

mod accessibility;
mod content_policy;
mod keyboard;
mod kinds;
mod life;
mod screenshots;
mod sibling;
mod sign_in;
mod whole_way;
