//! What a settings form asks about an app: the sample of the recipe held against the `.env` of the app.

use std::collections::BTreeMap;

use super::field::{Field, FieldKind};
use super::sample::Sample;
use crate::envfile::{EnvError, EnvFile};

/// The questions of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Questions {
    /// In the order of the sample; what only the app has comes last.
    pub asked: Vec<Question>,
    /// Variables that the recipe sets itself, so that no answer would count.
    pub exported: Vec<Exported>,
    /// What the sample explains below its headings, by the heading.
    pub notes: BTreeMap<String, String>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// How to ask; `default` is what the recipe proposes.
    pub field: Field,
    /// What the app has; `None` when it is not set, which differs from set to nothing.
    pub value: Option<String>,
    /// Who knows the variable.
    pub standing: Standing,
}

/// Which of the two files knows a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Both, or the sample offers it as an option.
    Known,
    /// The sample sets it, and the app's file does not speak of it: the version brought it.
    New,
    /// The app's file sets it, and the sample does not know it.
    Foreign,
}

/// A variable that `abra.sh` exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The variable.
    pub key: String,
    /// What the recipe sets it to.
    pub value: String,
    /// What the app's file says, without effect.
    pub in_env: Option<String>,
}

impl Questions {
    /// Holds the two files against each other. Versions of secrets and what we set ourselves are not asked for; nor is what
    /// `abra.sh` exports.
    ///
    /// # Errors
    /// When the app's file can't be read as a sample, which it can whenever it can be read at all.
    pub fn of(sample: &Sample, env: &EnvFile, exports: &BTreeMap<String, String>) -> Result<Self, EnvError> {
        let own = Sample::parse(&env.text())?.fields;
        let mut questions = Self { notes: sample.notes.clone(), ..Self::default() };
        for field in sample.fields.iter().filter(|field| is_asked(field)) {
            let mentioned = own.iter().any(|known| known.key == field.key);
            let standing = if field.optional || mentioned { Standing::Known } else { Standing::New };
            questions.add(field.clone(), env, exports, standing);
        }
        let is_foreign = |field: &&Field| match &field.kind {
            FieldKind::Overlay { .. } => sample.fields.iter().all(|known| known.kind != field.kind),
            _ => sample.field(&field.key).is_none(),
        };
        for field in own.iter().filter(|field| is_asked(field) && !field.optional).filter(is_foreign) {
            questions.add(Field { default: String::new(), ..field.clone() }, env, exports, Standing::Foreign);
        }
        Ok(questions)
    }

    fn add(&mut self, field: Field, env: &EnvFile, exports: &BTreeMap<String, String>, standing: Standing) {
        let in_env = env.get(&field.key);
        if let Some(value) = exports.get(&field.key) {
            self.exported.push(Exported { key: field.key, value: value.clone(), in_env });
            return;
        }
        let is_overlay = matches!(field.kind, FieldKind::Overlay { .. });
        let value = if is_overlay { None } else { in_env };
        let kind = fitting(field.kind.clone(), field.on_off(), value.as_deref().unwrap_or_default());
        self.asked.push(Question { field: Field { kind, ..field }, value, standing });
    }

    /// The fields alone.
    pub fn fields(&self) -> Vec<Field> {
        self.asked.iter().map(|question| question.field.clone()).collect()
    }

    /// Variables that the sample sets and the app's file does not speak of.
    pub fn new_keys(&self) -> Vec<String> {
        let new = self.asked.iter().filter(|question| question.standing == Standing::New);
        let own = |field: &Field| !matches!(field.kind, FieldKind::Overlay { .. }) && !field.follows_overlay();
        new.filter(|question| own(&question.field)).map(|question| question.field.key.clone()).collect()
    }
}

/// A control must be able to hold the value that is there: the recipe may have meant another kind.
fn fitting(kind: FieldKind, (on, off): (&str, &str), value: &str) -> FieldKind {
    match kind {
        kind if value.is_empty() => kind,
        FieldKind::Bool if !value.eq_ignore_ascii_case(on) && !value.eq_ignore_ascii_case(off) => FieldKind::Text,
        FieldKind::Number if value.trim().parse::<f64>().is_err() => FieldKind::Text,
        FieldKind::Choice(mut choices) => {
            if !choices.iter().any(|choice| choice == value) {
                choices.push(value.to_owned());
            }
            FieldKind::Choice(choices)
        }
        kind => kind,
    }
}

fn is_asked(field: &Field) -> bool {
    !matches!(field.kind, FieldKind::Fixed | FieldKind::Secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "TYPE=bakery\nDOMAIN=bakery.example.com\nOVENS=2\nNEW=x\n#OPTION=1\n#LATER=1\nNGINX_CONF_VERSION=v3\n\
        SECRET_DB_VERSION=v1\nCOMPOSE_FILE=compose.yml\n#COMPOSE_FILE=\"$COMPOSE_FILE:compose.smtp.yml\"\n";
    const ENV: &str = "TYPE=bakery:1.0.0+1\nDOMAIN=b.coop\n#OVENS=3\nOPTION=\nOWN=1\nNGINX_CONF_VERSION=v9\nSECRET_OLD_VERSION=v1\n\
        COMPOSE_FILE=compose.yml\nCOMPOSE_FILE=\"$COMPOSE_FILE:compose.own.yml\"\n";

    fn questions() -> Questions {
        let exports =
            BTreeMap::from([("NGINX_CONF_VERSION".to_owned(), "v4".to_owned()), ("OTHER_VERSION".to_owned(), "v1".to_owned())]);
        Questions::of(&Sample::parse(SAMPLE).unwrap(), &EnvFile::parse(ENV).unwrap(), &exports).unwrap()
    }

    #[test]
    fn the_sample_is_held_against_the_file_of_the_app() {
        let questions = questions();
        let told: Vec<(&str, Option<&str>, Standing)> =
            questions.asked.iter().map(|q| (q.field.key.as_str(), q.value.as_deref(), q.standing)).collect();
        let expected = [
            ("DOMAIN", Some("b.coop"), Standing::Known),
            ("OVENS", None, Standing::Known),
            ("NEW", None, Standing::New),
            ("OPTION", Some(""), Standing::Known),
            ("LATER", None, Standing::Known),
            ("COMPOSE_FILE", None, Standing::Known),
            ("OWN", Some("1"), Standing::Foreign),
            ("COMPOSE_FILE", None, Standing::Foreign),
        ];
        assert_eq!(told, expected);
        assert_eq!(questions.new_keys(), ["NEW"], "what is commented out was a decision");
    }

    #[test]
    fn trap_11_a_config_version_that_abra_sh_exports_is_not_asked_for() {
        let exported = Exported { key: "NGINX_CONF_VERSION".to_owned(), value: "v4".to_owned(), in_env: Some("v9".to_owned()) };
        assert_eq!(questions().exported, [exported]);
    }
}
