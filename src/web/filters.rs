//! Filters of the templates. `markdown` is the only way by which HTML that no template wrote reaches a page.

#![expect(clippy::inline_always, reason = "askama's attribute writes it")]

use askama::filters::HtmlSafe;

use super::markdown::render;

/// Markdown as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Markdown(pub String);

/// HTML that went through the allow-list of [`render`]; made here only.
pub struct Sanitised(String);

impl std::fmt::Display for Sanitised {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for Sanitised {}

/// Shows Markdown as HTML that runs nothing and loads nothing.
#[askama::filter_fn]
pub fn markdown(source: &Markdown, _values: &dyn askama::Values) -> askama::Result<Sanitised> {
    Ok(Sanitised(render(&source.0)))
}
