//! The controls of a settings form: groups in the order of the recipe, what matters first, the rest folded.

use std::collections::{BTreeMap, BTreeSet};

use crate::envfile::is_secret_like;
use crate::recipe::{self, FieldKind as SampleKind, Question, Questions, Standing};
use crate::web::shell::Problems;

use super::mask::{HIDDEN, Mask};

/// The controls of the settings, as the new-app wizard and the settings page show them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsForm {
    pub groups: Vec<FieldGroup>,
    /// What the recipe sets itself.
    pub exported: Vec<ByRecipe>,
}

/// Settings that stand together in the sample.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldGroup {
    /// Where the jump links lead.
    pub id: String,
    /// Empty for the first group.
    pub title: String,
    pub help: String,
    pub fields: Vec<Field>,
    pub overlays: Vec<Overlay>,
    /// Options that are not set; folded.
    pub more: Vec<Field>,
    /// Whether the fold is open, because something in it was typed or is wrong.
    pub open: bool,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The key in the env file; also the name of the control.
    pub key: String,
    /// The recipe's comment beside the setting.
    pub help: String,
    pub required: bool,
    pub kind: FieldKind,
    pub value: String,
    /// The sample's value, when it differs from `value`.
    pub default: String,
    /// Other values that the sample offers.
    pub suggestions: Vec<String>,
    /// The version of the recipe brought it, and the app has not got it yet.
    pub is_new: bool,
    /// It looks like a secret that is kept in plain text.
    pub plain_secret: bool,
}

/// How a setting is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Number,
    Email,
    Multiline,
    /// Two radios, with the spelling that the recipe uses for each.
    YesNo {
        yes: String,
        no: String,
    },
    Choice(Vec<String>),
}

/// A further compose file of the recipe that may be switched on. Its control is named `overlay.` and the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    pub file: String,
    pub help: String,
    pub on: bool,
    /// The base list of the file names it, so a form can't switch it off.
    pub held: bool,
    /// Its settings.
    pub fields: Vec<Field>,
    pub open: bool,
}

/// A variable that `abra.sh` of the recipe sets, whatever the settings say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByRecipe {
    pub key: String,
    pub value: String,
    /// What the app's settings say, without effect; empty if they say nothing else.
    pub ignored: String,
}

/// The overlays of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::web::apps) struct Overlays {
    /// Those that are on.
    pub(super) on: Vec<String>,
    /// Those of them that a form can't switch off.
    pub(super) held: Vec<String>,
}

impl Overlays {
    /// The same with others on; what a form can't switch off stays.
    pub(super) fn with(self, on: Vec<String>) -> Self {
        let held = self.held.clone();
        let more: Vec<String> = self.held.into_iter().filter(|file| !on.contains(file)).collect();
        Self { on: on.into_iter().chain(more).collect(), held }
    }
}

/// Title of the group of what only the app's own file has.
const FOREIGN: &str = "Not in the recipe’s sample";
const FOREIGN_HELP: &str = "This version of the recipe does not name these. They are kept; to take one away, edit the text.";

/// The form of a file that is its own sample, with the values that were typed, or else the ones of the file.
pub(in crate::web::apps) fn form_of(fields: &[recipe::Field], typed: &BTreeMap<String, String>, on: &[String]) -> SettingsForm {
    let question = |field: &recipe::Field| Question {
        field: field.clone(),
        value: (!field.optional).then(|| field.default.clone()),
        standing: Standing::Known,
    };
    let questions = Questions { asked: fields.iter().map(question).collect(), ..Questions::default() };
    form_from(&questions, typed, &Overlays { on: on.to_vec(), held: vec![] })
}

/// The form of these questions, with the values that were typed, or else the ones of the app.
pub(super) fn form_from(questions: &Questions, typed: &BTreeMap<String, String>, overlays: &Overlays) -> SettingsForm {
    let mut form = SettingsForm::default();
    for question in &questions.asked {
        let field = &question.field;
        let foreign = question.standing == Standing::Foreign;
        let Some(group) = form.group(if foreign { FOREIGN } else { &field.group }) else { continue };
        if group.help.is_empty() {
            let note = questions.notes.get(&field.group).map_or("", String::as_str);
            if foreign { FOREIGN_HELP } else { note }.clone_into(&mut group.help);
        }
        if let SampleKind::Overlay { file } = &field.kind {
            group.overlays.push(overlay(file, &field.help, overlays));
            continue;
        }
        let control = control(question, typed, &overlays.on);
        let set = question.value.is_some() || question.standing == Standing::New;
        let home = field.overlay.as_ref().and_then(|file| group.overlays.iter_mut().find(|overlay| overlay.file == *file));
        match home {
            // The overlay's own switch says the same, as long as the two agree.
            Some(overlay) if field.follows_overlay() && follows(question, overlay.on) => {}
            Some(overlay) => {
                overlay.open |= overlay.on || set;
                overlay.fields.push(control);
            }
            None if set || control.required => group.fields.push(control),
            None => {
                group.open |= !control.value.is_empty();
                group.more.push(control);
            }
        }
    }
    form.groups.retain(|group| !(group.fields.is_empty() && group.overlays.is_empty() && group.more.is_empty()));
    for (number, group) in form.groups.iter_mut().enumerate() {
        group.id = format!("g-{}", number + 1);
        group.fields.sort_by_key(|field| !field.required);
    }
    form.exported = questions.exported.iter().map(by_recipe).collect();
    form
}

fn overlay(file: &str, help: &str, overlays: &Overlays) -> Overlay {
    let has = |list: &[String]| list.iter().any(|known| known == file);
    Overlay { file: file.to_owned(), help: help.to_owned(), on: has(&overlays.on), held: has(&overlays.held), ..Overlay::default() }
}

/// Whether `X_ENABLED` says what the overlay's switch says.
fn follows(question: &Question, on: bool) -> bool {
    let says_on = question.value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case(question.field.on_off().0));
    says_on == on
}

fn by_recipe(exported: &recipe::questions::Exported) -> ByRecipe {
    let ignored = exported.in_env.clone().filter(|value| *value != exported.value).unwrap_or_default();
    ByRecipe { key: exported.key.clone(), value: exported.value.clone(), ignored }
}

fn control(question: &Question, typed: &BTreeMap<String, String>, on: &[String]) -> Field {
    let field = &question.field;
    let is_new = question.standing == Standing::New;
    // What belongs to an overlay that is off is proposed: switching the overlay on writes it.
    let proposed = is_new || field.overlay.as_ref().is_some_and(|overlay| !on.contains(overlay));
    let present = match &question.value {
        Some(value) => value.as_str(),
        None if proposed && !field.follows_overlay() => field.default.as_str(),
        None => "",
    };
    let value = typed.get(&field.key).map_or(present, String::as_str).to_owned();
    let shows_default = !matches!(field.kind, SampleKind::Domain) && field.default != value;
    Field {
        key: field.key.clone(),
        help: field.help.clone(),
        required: field.required,
        kind: kind(field, &value),
        default: if shows_default { field.default.clone() } else { String::new() },
        suggestions: field.suggestions.clone(),
        is_new,
        plain_secret: is_secret_like(&field.key) && question.value.as_ref().is_some_and(|value| !value.is_empty()),
        value,
    }
}

fn kind(field: &recipe::Field, value: &str) -> FieldKind {
    match &field.kind {
        SampleKind::Bool => {
            let (yes, no) = field.on_off();
            // A radio sends the spelling that stands in the file, so that looking at a form changes nothing.
            let spelt = |word: &str| if value.eq_ignore_ascii_case(word) { value } else { word }.to_owned();
            FieldKind::YesNo { yes: spelt(yes), no: spelt(no) }
        }
        SampleKind::Choice(choices) => FieldKind::Choice(choices.clone()),
        SampleKind::Number => FieldKind::Number,
        _ if value.contains('\n') => FieldKind::Multiline,
        _ => FieldKind::Text,
    }
}

impl SettingsForm {
    /// True when there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The group of this title, which begins if there is none.
    fn group(&mut self, title: &str) -> Option<&mut FieldGroup> {
        if self.groups.iter().all(|group| group.title != title) {
            self.groups.push(FieldGroup { title: title.to_owned(), ..FieldGroup::default() });
        }
        self.groups.iter_mut().find(|group| group.title == title)
    }

    /// Opens the folds that hold a control with something wrong in it.
    pub(super) fn open_wrong(&mut self, problems: &Problems) {
        let wrong: BTreeSet<&str> = problems.0.iter().map(|problem| problem.field.as_str()).collect();
        let has = |fields: &[Field]| fields.iter().any(|field| wrong.contains(field.key.as_str()));
        for group in &mut self.groups {
            group.open |= has(&group.more);
            group.overlays.iter_mut().for_each(|overlay| overlay.open |= has(&overlay.fields));
        }
    }

    /// Hides what looks like a secret.
    pub(super) fn hide(&mut self, mask: &Mask) {
        for field in self.fields_mut() {
            for text in [&mut field.value, &mut field.default] {
                if mask.hides(&field.key, text) {
                    HIDDEN.clone_into(text);
                }
            }
        }
    }

    fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.groups.iter_mut().flat_map(|group| {
            let of_overlays = group.overlays.iter_mut().flat_map(|overlay| &mut overlay.fields);
            group.fields.iter_mut().chain(of_overlays).chain(&mut group.more)
        })
    }
}
