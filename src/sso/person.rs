use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Methods by which somebody signed in (`amr`, RFC 8176) that stand for more than a password.
const STRONG_METHODS: [&str; 5] = ["mfa", "otp", "hwk", "swk", "sc"];
/// Characters of the longest subject (OpenID Connect Core 1.0, section 2).
const LONGEST_SUBJECT: usize = 255;
/// Groups that are looked at, and characters of each.
const MOST_GROUPS: usize = 1000;
const LONGEST_GROUP: usize = 255;

/// Whom the provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// With the subject the key of the account. Names and addresses of mail change, and belong to others later.
    pub issuer: String,
    pub subject: String,
    /// What the provider calls them; decides nothing.
    pub name: String,
    /// Their groups; `None` where nobody asks for them. Who has no groups claim is in none.
    pub groups: Option<BTreeSet<String>>,
    /// Whether the provider says that they gave more than a password.
    pub strong: bool,
    /// When they signed in there, in milliseconds, if the provider says so.
    pub signed_in_at: Option<i64>,
}

/// A subject that can be kept. It is compared byte by byte.
pub(super) fn subject(text: &str) -> Option<String> {
    let fits = !text.is_empty() && text.len() <= LONGEST_SUBJECT && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// Whether these methods, or this class, stand for a second factor.
pub(super) fn strong<'a>(methods: impl IntoIterator<Item = &'a str>, class: Option<&str>, strong_classes: &str) -> bool {
    methods.into_iter().any(|method| STRONG_METHODS.contains(&method))
        || class.is_some_and(|class| strong_classes.split_whitespace().any(|known| known == class))
}

/// The groups in this claim: a list of texts, or one text.
pub(super) fn groups(claims: &Map<String, Value>, claim: &str) -> Option<BTreeSet<String>> {
    if claim.is_empty() {
        return None;
    }
    let list = match claims.get(claim) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one.as_str()],
        _ => vec![],
    };
    Some(list.into_iter().filter(|group| group.len() <= LONGEST_GROUP).take(MOST_GROUPS).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_for_more_than_a_password_is_strong() {
        assert!(strong(["pwd", "otp"], None, "") && strong(["hwk"], None, "") && strong([], Some("gold"), "silver gold"));
        assert!(!strong(["pwd"], Some("1"), "2 gold") && !strong([], Some(""), "") && !strong([], None, "gold"));
        assert!(!strong(["pwd"], Some("go"), "gold") && !strong(["mfa "], None, ""));
    }

    #[test]
    fn groups_are_texts_and_a_claim_that_is_not_there_means_none() {
        let claims = serde_json::json!({ "groups": ["board", 7, null, "members"], "one": "board", "odd": { "a": "b" } });
        let claims = claims.as_object().unwrap();
        let of = |claim| groups(claims, claim).map(|g| g.into_iter().collect::<Vec<_>>().join(" "));
        assert_eq!(of("groups").unwrap(), "board members");
        assert_eq!(of("one").unwrap(), "board");
        assert_eq!((of("odd").unwrap(), of("gone").unwrap(), of("")), (String::new(), String::new(), None));
    }

    #[test]
    fn a_subject_is_a_text_that_can_be_kept() {
        assert_eq!(subject("f3:ana"), Some("f3:ana".to_owned()));
        assert!(subject("").is_none() && subject(&"x".repeat(256)).is_none() && subject("a\nb").is_none());
    }
}
