//! What Canteen answered, and how the tests read it.

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Where a redirect leads; empty for anything else.
    pub(crate) location: String,
    pub(crate) html: String,
}

impl Page {
    /// The words of the page, without its marks.
    pub(crate) fn text(&self) -> String {
        words(&self.html)
    }

    /// The token of the page's forms.
    pub(crate) fn csrf(&self) -> String {
        self.value("csrf").unwrap_or_else(|| panic!("no form: {self:?}"))
    }

    /// The value of the first control with this name.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let wanted = format!("name=\"{name}\"");
        self.tags().find(|tag| tag.contains(&wanted)).and_then(|tag| attribute(tag, "value"))
    }

    /// The choices of a list.
    pub(crate) fn options(&self) -> Vec<String> {
        let after = self.html.split("<option").skip(1).filter_map(|o| o.split_once('>'));
        after.map(|(tag, rest)| choice(tag, rest.split('<').next().unwrap_or_default())).collect()
    }

    /// All controls as a browser would send them if nothing was touched.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let mut fields = vec![];
        let mut list: Option<String> = None;
        for piece in self.html.split('<').skip(1) {
            let (tag, rest) = piece.split_once('>').unwrap_or((piece, ""));
            let name = attribute(tag, "name").filter(|n| n != "csrf" && n != "form-app");
            if tag.starts_with("select") {
                list = name;
            } else if tag.starts_with("option") {
                let Some(list) = &list else { continue };
                let known = fields.iter().position(|(n, _)| n == list);
                match known {
                    Some(at) if tag.contains(" selected") => fields[at].1 = choice(tag, rest),
                    Some(_) => {}
                    None => fields.push((list.clone(), choice(tag, rest))),
                }
            } else if let Some(name) = name {
                let unchecked = (tag.contains("\"radio\"") || tag.contains("\"checkbox\"")) && !tag.contains(" checked");
                if tag.starts_with("input") && !unchecked {
                    fields.push((name, attribute(tag, "value").unwrap_or_default()));
                } else if tag.starts_with("textarea") {
                    fields.push((name, decoded(rest.trim_start_matches('\n'))));
                }
            }
        }
        fields
    }

    fn tags(&self) -> impl Iterator<Item = &str> {
        self.html.split('<').skip(1).map(|piece| piece.split('>').next().unwrap_or_default())
    }
}

/// What an option sends: its value, or else its text.
fn choice(tag: &str, text: &str) -> String {
    attribute(tag, "value").unwrap_or_else(|| decoded(text))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(decoded)
}

fn words(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push(' ');
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    decoded(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn decoded(text: &str) -> String {
    let numbers = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    let names = [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    numbers.iter().chain(&names).fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
