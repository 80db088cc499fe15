//! Markdown written by strangers (a recipe's README, a release note), made fit to stand in one of our pages.

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The longest text that is rendered; what comes after is left out, with a word about it.
pub const MARKDOWN_LIMIT_BYTES: usize = 256 << 10;

/// No `h1` and no `h2`: those are the page's own, and a demoted heading never needs them.
const TAGS: [&str; 34] = [
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dl",
    "dt",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
];
const TAGS_TOO: [&str; 2] = ["tr", "ul"];

/// Deeper quotes and lists lose their frame. A tree of any depth would take time that grows with its square.
const DEEPEST: usize = 64;
/// After so many `<` in raw HTML, the rest of it is shown as the text that it is.
const RAW_TAGS_LIMIT: usize = 1000;

/// HTML of `markdown` that loads nothing, runs nothing and styles nothing: an allow-list of elements, of attributes only
/// `href` and `start`, links only to `https`, `http` and `mailto`. Images become their description, headings go down two levels,
/// so that a README's first heading becomes an `h3`. Raw HTML is cleaned block by block, and inside a line only `<br>` is kept.
pub fn render(markdown: &str) -> String {
    let (shown, rest) = markdown.split_at(markdown.floor_char_boundary(MARKDOWN_LIMIT_BYTES));
    let cleaner = cleaner();
    let mut fitting = Fitting { cleaner: &cleaner, depth: 0, raw_tags: 0, block: None };
    let events = Parser::new_ext(shown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut raw = String::with_capacity(shown.len() * 3 / 2);
    html::push_html(&mut raw, events.filter_map(|event| fitting.fit(event)));
    let mut clean = cleaner.clean(&raw).to_string();
    if !rest.is_empty() {
        clean.push_str("<p><em>This text is too long; the rest is not shown.</em></p>\n");
    }
    clean
}

/// What is known while the events of one text go by.
struct Fitting<'c> {
    cleaner: &'c Builder<'static>,
    depth: usize,
    raw_tags: usize,
    /// The raw HTML block that is being gathered.
    block: Option<String>,
}

impl Fitting<'_> {
    fn fit<'e>(&mut self, event: Event<'e>) -> Option<Event<'e>> {
        match event {
            Event::Start(Tag::HtmlBlock) => {
                self.block = Some(String::new());
                None
            }
            Event::Html(html) => {
                self.block.get_or_insert_default().push_str(&html);
                None
            }
            Event::End(TagEnd::HtmlBlock) => self.block.take().map(|block| self.clean_block(block)),
            Event::InlineHtml(html) => matches!(&*html, "<br>" | "<br/>" | "<br />").then_some(Event::HardBreak),
            Event::Start(tag) => {
                self.depth += 1;
                (self.depth <= DEEPEST).then_some(tag).and_then(opened)
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                (self.depth < DEEPEST).then_some(tag).and_then(closed)
            }
            other => Some(other),
        }
    }

    /// Alone, so that an element left open here reaches nothing that follows.
    fn clean_block(&mut self, block: String) -> Event<'static> {
        self.raw_tags += block.matches('<').count();
        if self.raw_tags > RAW_TAGS_LIMIT {
            return Event::Text(block.into());
        }
        Event::Html(self.cleaner.clean(&block).to_string().into())
    }
}

fn opened(tag: Tag<'_>) -> Option<Event<'_>> {
    match tag {
        Tag::Image { .. } => None,
        Tag::Heading { level, .. } => {
            Some(Event::Start(Tag::Heading { level: demoted(level), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        other => Some(Event::Start(other)),
    }
}

fn closed(tag: TagEnd) -> Option<Event<'static>> {
    match tag {
        TagEnd::Image => None,
        TagEnd::Heading(level) => Some(Event::End(TagEnd::Heading(demoted(level)))),
        other => Some(Event::End(other)),
    }
}

fn demoted(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

fn cleaner() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.into_iter().chain(TAGS_TOO).collect())
        .clean_content_tags(HashSet::from(["script", "style", "title", "textarea", "select", "template"]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        // Against our own pages a relative link would lead anywhere but where its author meant.
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener nofollow"));
    builder
}

#[cfg(test)]
mod tests {
    use super::{MARKDOWN_LIMIT_BYTES, render};

    #[test]
    fn ordinary_markdown_keeps_its_shape() {
        let html = render(
            "# App\n\n## Use\n\n1. `a` ~~b~~ **c**\n\n| x | y |\n|:-|-:|\n| 1 | 2 |\n\n[home](https://example.org)\n\n```yaml\nk: <v>\n```",
        );
        for wanted in [
            "<h3>App</h3>",
            "<h4>Use</h4>",
            "<code>a</code> <del>b</del> <strong>c</strong>",
            "<td>1</td>",
            r#"<a href="https://example.org" rel="noopener nofollow">home</a>"#,
            "<pre><code>k: &lt;v&gt;\n</code></pre>",
        ] {
            assert!(html.contains(wanted), "{wanted} is not in {html}");
        }
    }

    #[test]
    fn what_a_hostile_author_writes_loses_its_teeth() {
        for (text, wanted) in [
            ("<script>alert(1)</script>", ""),
            ("<style>*{}</style>x", "x"),
            ("<img src=x onerror=alert(1)>", ""),
            ("![a logo](https://evil.example/pixel.png)", "<p>a logo</p>\n"),
            ("<h1 id=top class=x>hi</h1>", "hi"),
            ("[x](javascript:alert(1))", "<p><a rel=\"noopener nofollow\">x</a></p>\n"),
            ("[x](JaVaScRiPt:alert(1))", "<p><a rel=\"noopener nofollow\">x</a></p>\n"),
            ("[x](data:text/html,1)", "<p><a rel=\"noopener nofollow\">x</a></p>\n"),
            ("[x](//evil.example)", "<p><a rel=\"noopener nofollow\">x</a></p>\n"),
            ("[x](/account/delete)", "<p><a rel=\"noopener nofollow\">x</a></p>\n"),
            ("<div><a href=\"jav&#x0A;ascript:alert(1)\" target=_top>x</a></div>", "<a rel=\"noopener nofollow\">x</a>"),
            ("a <b onclick=x>b</b><br><img src=x>", "<p>a b<br>\n</p>"),
            ("<b>\n\n# x\n", "<b>\n</b>\n<h3>x</h3>"),
            ("<p hx-get=/x hx-trigger=load data-a=1 style=color:red onclick=x id=a class=b>t</p>", "<p>t</p>"),
            ("<iframe src=//x></iframe><form action=/x><input name=a><button>go</button></form>", "go"),
            ("<svg><script>alert(1)</script><a xlink:href=javascript:x>y</a></svg>", "<p>alert(1)y</p>"),
            ("<base href=//x><meta http-equiv=refresh content=0><link rel=stylesheet href=//x>", ""),
            ("<!-- note --><details open><summary>s</summary>t</details>", "<details><summary>s</summary>t</details>"),
        ] {
            let html = render(text);
            assert_eq!(html.trim(), wanted.trim(), "{text}");
        }
    }

    #[test]
    fn long_and_deep_texts_are_cut_and_survived() {
        let html = render(&"ä".repeat(MARKDOWN_LIMIT_BYTES));
        assert!(html.len() < MARKDOWN_LIMIT_BYTES + 200 && html.contains("the rest is not shown"));
        let unclosed: String = (0..900).fold(String::new(), |text, number| text + &format!("<b x={number}>\n"));
        for deep in [
            ">".repeat(MARKDOWN_LIMIT_BYTES),
            "<div>\n".repeat(30_000),
            "[".repeat(MARKDOWN_LIMIT_BYTES),
            "- ".repeat(MARKDOWN_LIMIT_BYTES / 2),
            "*a _b ".repeat(30_000),
            format!("{unclosed}\n\n{}", "a\n\n".repeat(60_000)),
        ] {
            let html = render(&deep);
            assert!(html.len() < 16 * MARKDOWN_LIMIT_BYTES, "{} bytes", html.len());
        }
    }
}
