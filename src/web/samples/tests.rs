//! What holds for every page: escaping, ids, headings, labels, tokens, and what the content security policy asks.

use super::*;

/// Every element of a page as its name and its attributes' text.
fn elements(html: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let mut quote = None;
        let end = after
            .find(|c| match (quote, c) {
                (None, '>') => true,
                (None, '"' | '\'') => {
                    quote = Some(c);
                    false
                }
                (Some(open), c) if open == c => {
                    quote = None;
                    false
                }
                _ => false,
            })
            .unwrap_or(after.len());
        let (tag, tail) = after.split_at(end);
        found.push(tag.split_once(char::is_whitespace).unwrap_or((tag, "")));
        rest = tail;
    }
    found
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let begins = format!("{name}=\"");
    let (before, value) = attributes.split_once(&begins)?;
    let whole = before.is_empty() || before.ends_with(char::is_whitespace);
    if whole { value.split('"').next() } else { attribute(value, name) }
}

fn for_each_page(mut check: impl FnMut(&str, &str, &[(&str, &str)])) {
    for (name, html) in all() {
        check(&name, &html, &elements(&html));
    }
}

#[test]
fn every_sample_is_rendered_whole() {
    for_each_page(|name, html, _| {
        assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"), "{name}: {html}");
    });
}

#[test]
fn what_members_and_recipes_wrote_is_escaped() {
    for_each_page(|name, html, _| {
        for raw in ["<b>no space", "<wiki>", "<wki>", "<Markdown>", "<starting>", "<pad>", "<script>alert", "\"\"Ana\"\""] {
            assert!(!html.contains(raw), "{name} carries {raw}");
        }
    });
}

#[test]
fn nothing_in_a_page_needs_more_than_the_content_security_policy_gives() {
    for_each_page(|name, html, elements| {
        for (element, attributes) in elements {
            let names = attributes.split_whitespace().filter_map(|word| word.split_once('=')).map(|(name, _)| name);
            for attribute in names {
                assert!(!attribute.starts_with("on"), "{name}: {attribute} on {element}");
                assert!(attribute != "style" && !attribute.starts_with("hx-on"), "{name}: {attribute} on {element}");
            }
            assert!(*element != "style", "{name}: a style element");
            // One whose address is empty fetches nothing, and nobody sees that it is missing.
            let source = attribute(attributes, "src").unwrap_or_default();
            assert!(
                *element != "script" || source.starts_with("/static/"),
                "{name}: a script without an address of ours: {source}"
            );
        }
        assert!(!html.contains("js:") && !html.contains("hx-confirm"), "{name}");
    });
}

#[test]
fn ids_are_unique_and_whatever_names_one_finds_it() {
    for_each_page(|name, html, elements| {
        let mut ids: Vec<&str> = elements.iter().filter_map(|(_, attributes)| attribute(attributes, "id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name} has an id twice: {html}");
        for (element, attributes) in elements {
            for reference in ["for", "aria-labelledby", "aria-describedby", "data-copy"] {
                for id in attribute(attributes, reference).unwrap_or_default().split_whitespace() {
                    assert!(ids.binary_search(&id).is_ok(), "{name}: {element} {reference}={id}");
                }
            }
            if let Some(id) = attribute(attributes, "href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.binary_search(&id).is_ok(), "{name}: link to #{id}");
            }
        }
    });
}

#[test]
fn headings_begin_with_one_h1_and_skip_no_level() {
    for_each_page(|name, _, elements| {
        let levels: Vec<u32> =
            elements.iter().filter_map(|(element, _)| element.strip_prefix('h').and_then(|level| level.parse().ok())).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}: {levels:?}");
        // The error summary stands before the form and after the page's heading.
        assert_eq!(levels.first(), Some(&1), "{name}: {levels:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    });
}

#[test]
fn every_form_that_posts_carries_the_token_and_every_control_a_label() {
    for_each_page(|name, html, elements| {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let posts = form.contains("method=\"post\"");
            assert_eq!(posts, form.contains("name=\"csrf\" value=\"sample-csrf-token\""), "{name}: {form}");
            // A form that was kept has all that it was sent with.
            let of_an_app = posts
                && !form.contains("name=\"kept-form\"")
                && form.split("action=\"/apps/").nth(1).is_some_and(|rest| !rest.starts_with(['n', 'i']));
            assert_eq!(of_an_app, form.contains("name=\"form-app\" value=\""), "{name}: {form}");
        }
        let labelled: Vec<&str> = elements.iter().filter_map(|(_, attributes)| attribute(attributes, "for")).collect();
        for (element, attributes) in elements {
            let control = matches!(*element, "input" | "select" | "textarea");
            let kind = attribute(attributes, "type").unwrap_or("text");
            // Radios and boxes stand inside their label.
            if control && !matches!(kind, "hidden" | "radio" | "checkbox") {
                let id = attribute(attributes, "id").unwrap_or_default();
                assert!(labelled.contains(&id), "{name}: {element} {attributes}");
                assert!(!attributes.contains("placeholder"), "{name}: {attributes}");
            }
        }
    });
}

#[test]
fn a_page_with_problems_says_so_in_its_title() {
    for_each_page(|name, html, _| {
        assert_eq!(html.contains("<title>Error: "), html.contains("id=\"summary-title\""), "{name}");
    });
}

#[test]
fn what_was_typed_comes_back_with_a_problem_but_no_password() {
    let pages = all();
    let html = |wanted: &str| pages.iter().find(|(name, _)| name == wanted).map(|(_, html)| html.as_str()).unwrap();
    for (page, typed) in [
        ("sign-in-1", "name=\"name\" type=\"text\" value=\"ana\""),
        ("setup-1", "name=\"code\" type=\"text\" value=\"K7QM\""),
        ("recipe-add-1", "value=\"git@example.org:wiki.git\""),
        ("new-settings-1", "name=\"SMTP_PORT\" value=\"99999\""),
    ] {
        assert!(html(page).contains(typed), "{page}: {}", html(page));
    }
    for_each_page(|name, _, elements| {
        for (_, attributes) in elements.iter().filter(|(_, attributes)| attributes.contains("type=\"password\"")) {
            assert!(attribute(attributes, "value").unwrap_or_default().is_empty(), "{name}: {attributes}");
        }
    });
}

#[test]
fn a_fragment_is_the_element_that_it_replaces() {
    let of = |template: &dyn askama::DynTemplate, id: &str| {
        let html = template.dyn_render().unwrap();
        assert!(html.trim_start().contains(&format!("id=\"{id}\"")) && !html.contains("<main"), "{id}: {html}");
        assert_eq!(html.matches("<section").count(), html.matches("</section>").count(), "{html}");
    };
    for view in apps::index::AppsView::samples() {
        of(&view.as_rows(), "rows");
    }
    for view in operations::OperationsView::samples() {
        of(&view.as_rows(), "rows");
    }
    for view in operations::OperationView::samples() {
        of(&view.as_live(), "operation");
    }
    for view in apps::show::AppView::samples() {
        of(&view.as_live(), "app");
    }
    for view in apps::new::CheckView::samples() {
        of(&view, "check");
    }
}
