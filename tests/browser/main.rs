//! A real browser uses the whole product: pages, scripts, streams, forms, over a Swarm in memory.
//!
//! `site.rs` runs the dashboard, `driver.rs` steers chromium by `WebDriver`, `journey.rs` walks from the set-up to the sign-out,
//! `scenery.rs` to the pages beside that way, and `inspect.rs` looks at single pages: accessibility by axe-core, width, refused content.
//! With `SCREENSHOTS=1` the pages are also photographed into `target/screenshots`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets the unexpected shall panic")]
#![expect(clippy::disallowed_methods, reason = "the tests start chromedriver, and the runner tells them its settings")]

#[path = "../it/harness/broad.rs"]
mod broad;
mod driver;
mod inspect;
mod journey;
mod scenery;
mod site;

mod accessibility;
mod content_policy;
mod keyboard;
mod screenshots;
mod whole_way;
