//! From `.env.sample` to the fields of a form: kinds, help texts and headings.
//!
//! Samples are written for people with an editor. Their conventions: a comment right above a line explains it, a decorated or
//! lonely comment is a heading, a commented-out assignment is an option.

use std::collections::BTreeMap;

use super::choices::choices;
use super::field::{Field, FieldKind, is_required, is_switch};
use crate::envfile::{EnvError, EnvFile, EnvLine, LineState, Modifiers};

/// What a recipe proposes for the `.env` of a new app. The `.env` of an existing app can be read as one, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The variables in file order, each once; overlays each with a field of its own.
    pub fields: Vec<Field>,
    /// What stands below a heading and above no line in particular, by the heading.
    pub notes: BTreeMap<String, String>,
}

/// A heading is short; what is longer explains.
const LONGEST_HEADING: usize = 60;

impl Sample {
    /// Reads a sample; fails where [`EnvFile::parse`] fails.
    pub fn parse(text: &str) -> Result<Self, EnvError> {
        let file = EnvFile::parse(text)?;
        let mut reader = Reader::default();
        for line in file.lines() {
            reader.line(&line);
        }
        Ok(Self { fields: reader.fields, notes: reader.notes })
    }

    /// The field of `key`; for `COMPOSE_FILE` the first one.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

#[derive(Default)]
struct Reader {
    fields: Vec<Field>,
    notes: BTreeMap<String, String>,
    /// The overlay line above in this paragraph, and whether it is in force.
    overlay: Option<(String, bool)>,
    /// Switches above in this paragraph, which may belong to an overlay line that comes yet.
    switches: Vec<String>,
    group: String,
    /// The comment lines right above.
    above: Vec<String>,
}

impl Reader {
    fn line(&mut self, line: &EnvLine<'_>) {
        match line {
            EnvLine::Blank => self.blank(),
            EnvLine::Comment(text) => self.comment(text),
            EnvLine::Setting { state, entry, raw, note } => {
                let optional = *state == LineState::Dormant;
                let kind = FieldKind::of(&entry.key, raw, &entry.value, optional);
                let mut help = std::mem::take(&mut self.above);
                // A comment of modifiers is for the generator, any other one explains.
                let note = note.filter(|note| Modifiers::parse(note).is_empty()).map(cleaned);
                help.extend(note.filter(|note| !note.is_empty()));
                let help = help.join("\n").trim().to_owned();
                let overlay = self.belongs_to(&entry.key, &kind, optional);
                self.add(Field {
                    key: entry.key.clone(),
                    default: entry.value.clone(),
                    required: is_required(&help),
                    kind: listed(kind, &help, &entry.value),
                    help,
                    optional,
                    group: self.group.clone(),
                    line: entry.line,
                    overlay,
                    suggestions: vec![],
                });
            }
        }
    }

    /// The overlay of this paragraph, for the lines that are switched on together with it.
    fn belongs_to(&mut self, key: &str, kind: &FieldKind, optional: bool) -> Option<String> {
        if let FieldKind::Overlay { file } = kind {
            for field in self.fields.iter_mut().filter(|f| self.switches.contains(&f.key) && f.optional == optional) {
                field.overlay = Some(file.clone());
            }
            self.switches.clear();
            self.overlay = Some((file.clone(), !optional));
            return None;
        }
        match &self.overlay {
            // What is in force while its overlay is not has a use of its own.
            Some((file, in_force)) if optional || *in_force => Some(file.clone()),
            _ => {
                if *kind == FieldKind::Bool && is_switch(key) {
                    self.switches.push(key.to_owned());
                }
                None
            }
        }
    }

    /// One field for a variable: the line in force wins over options, a later one over an earlier one.
    fn add(&mut self, mut field: Field) {
        let overlay = matches!(field.kind, FieldKind::Overlay { .. });
        let known = self.fields.iter_mut().find(|known| {
            known.key == field.key
                && if overlay { known.kind == field.kind } else { !matches!(known.kind, FieldKind::Overlay { .. }) }
        });
        match known {
            None => self.fields.push(field),
            Some(known) if !field.optional => {
                if field.help.is_empty() {
                    field.help = std::mem::take(&mut known.help);
                }
                field.suggestions = std::mem::take(&mut known.suggestions);
                field.suggest(known.default.clone());
                *known = field;
            }
            Some(known) => known.suggest(field.default),
        }
    }

    fn comment(&mut self, text: &str) {
        let words = cleaned(text);
        if !is_decorated(text) || words.chars().count() > LONGEST_HEADING {
            self.above.push(words);
        } else if words.is_empty() {
            // A drawn line closes what stands above it, as a blank line does.
            self.blank();
        } else {
            self.note();
            self.end_paragraph();
            self.group = words;
        }
    }

    fn end_paragraph(&mut self) {
        self.overlay = None;
        self.switches.clear();
    }

    /// Keeps what stands above as an explanation of the group.
    fn note(&mut self) {
        let text = std::mem::take(&mut self.above).join("\n");
        if !text.trim().is_empty() {
            let note = self.notes.entry(self.group.clone()).or_default();
            note.push_str(if note.is_empty() { "" } else { "\n" });
            note.push_str(text.trim());
        }
    }

    /// A comment that stands alone explains no line: a single short one that is no sentence is a heading.
    fn blank(&mut self) {
        if let [only] = self.above.as_slice() {
            let title = only.trim_end_matches(':');
            if (1..=LONGEST_HEADING).contains(&title.chars().count()) && !title.ends_with(['.', '!', '?']) && !title.contains(": ")
            {
                self.group = title.to_owned();
                self.above.clear();
            }
        }
        self.note();
        self.end_paragraph();
    }
}

/// The kind, narrowed to the values that the comment lists.
fn listed(kind: FieldKind, help: &str, default: &str) -> FieldKind {
    if !matches!(kind, FieldKind::Text | FieldKind::Number | FieldKind::Bool) {
        return kind;
    }
    let choices = choices(help, default);
    let is_bool = |word: &String| matches!(word.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off");
    if choices.is_empty() || (choices.len() == 2 && choices.iter().all(is_bool)) { kind } else { FieldKind::Choice(choices) }
}

impl Field {
    fn suggest(&mut self, value: String) {
        if !value.is_empty() && value != self.default && !self.suggestions.contains(&value) {
            self.suggestions.push(value);
        }
    }
}

/// The comment without its marks. They are taken away only where they decorate: `-5 means never` keeps its sign.
fn cleaned(text: &str) -> String {
    let inner = text.trim_start_matches('#').trim();
    if is_decorated(text) { inner.trim_matches(|c: char| is_mark(c) || c.is_whitespace()).to_owned() } else { inner.to_owned() }
}

/// `## Title`, `# --- Title ---`, `# \u{2500}\u{2500} Title`, `########`.
fn is_decorated(text: &str) -> bool {
    let inner = text.trim_start_matches('#');
    let marks = inner.trim_start().chars().take_while(|c| is_mark(*c)).count();
    text.len() - inner.len() > 1 || marks > 2 || inner.trim_start().starts_with(is_drawn)
}

/// Marks that frame a heading or make a line.
fn is_mark(c: char) -> bool {
    matches!(c, '#' | '=' | '-' | '*' | '~' | '_' | '+' | '|') || is_drawn(c)
}

/// The box-drawing and block characters, and the long dash.
fn is_drawn(c: char) -> bool {
    ('\u{2500}'..='\u{259f}').contains(&c) || c == '\u{2014}'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One field, as the golden file spells it.
    fn line(field: &Field) -> String {
        let optional = if field.optional { "optional" } else { "set" };
        let help = field.help.replace('\n', " / ");
        let line = format!("{} {} = {:?} | {optional} {:?}", field.line, field.key, field.default, field.kind);
        format!("{line} | {} | {help}", field.group).trim_end().to_owned()
    }

    fn check(sample: &str, golden: &str) {
        let fields = Sample::parse(sample).unwrap().fields;
        let found: Vec<String> = fields.iter().map(line).collect();
        let golden: Vec<&str> = golden.lines().collect();
        assert_eq!(found, golden, "\n{}\n", found.join("\n"));
    }

    #[test]
    fn a_sample_becomes_the_fields_of_a_form() {
        check(include_str!("../../tests/data/recipe/bakery.env.sample"), include_str!("../../tests/data/recipe/bakery.fields"));
    }

    #[test]
    fn an_old_sample_with_whole_compose_lists_offers_its_overlays() {
        check(include_str!("../../tests/data/recipe/old.env.sample"), include_str!("../../tests/data/recipe/old.fields"));
    }

    #[test]
    fn a_switch_is_answered_in_the_spelling_of_the_sample() {
        let sample = Sample::parse("A_ENABLED=0\nB=no\nC=true\n").unwrap();
        let words: Vec<_> = sample.fields.iter().map(|field| (field.kind.clone(), field.on_off().0)).collect();
        assert_eq!(words, [(FieldKind::Bool, "1"), (FieldKind::Bool, "yes"), (FieldKind::Bool, "true")]);
    }
}
