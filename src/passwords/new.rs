//! What a new password may be.

use std::collections::BTreeSet;

/// Characters of the shortest and of the longest password.
const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// The 10 000 passwords of twelve characters and more that people use most, in small letters, one a line;
/// `scripts/common-passwords.sh` makes the file and says where they come from.
const COMMON: &str = include_str!("common.txt");

/// What anybody would try first here, whatever the dashboard's names are.
const TRIED_FIRST: [&str; 8] = ["canteen", "coopcloud", "password", "passwort", "123456", "qwerty", "letmein", "welcome"];

/// Different characters that a password has at least, blanks and signs aside.
const DIFFERENT: usize = 5;
/// Beside names, a password has so many letters, or so many letters and digits: more than a date.
const OWN_LETTERS: usize = 4;
const OWN_CHARACTERS: usize = 9;

/// Why a new password is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("use {SHORTEST} characters or more; a few words that you use nowhere else are good")]
    Short,
    #[error("use {LONGEST} characters at most")]
    Long,
    #[error("this has too few different characters; use a few words that you use nowhere else")]
    Repeats,
    #[error("many people use this password, so it is tried first; use a few words that you use nowhere else")]
    Common,
    /// The names, as they are compared.
    #[error("this is made of what anybody would try first here ({0}); use a few words that you use nowhere else")]
    Names(String),
}

/// Names of the place, which are no secret: of the member, of the dashboard's host, and others. The longest come first.
pub struct Names(Vec<String>);

impl Names {
    /// The member's name and the host, whole and in parts, and the others.
    pub fn of(member: &str, host: &str, others: &[String]) -> Self {
        let parts = [member, host].into_iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
        let whole = [member, host].into_iter().chain(others.iter().map(String::as_str)).chain(TRIED_FIRST);
        // A part of a letter or two, as of "J. R. Hartley", is in every other word.
        let all: BTreeSet<String> = parts.chain(whole).map(plain).filter(|name| name.chars().count() > 2).collect();
        let mut all: Vec<String> = all.into_iter().collect();
        all.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self(all)
    }
}

/// Whether a new password may be used where these names are known.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn check(password: &str, Names(names): &Names) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(WeakPassword::Short);
    }
    if length > LONGEST {
        return Err(WeakPassword::Long);
    }
    let (lower, plain) = (password.to_lowercase(), plain(password));
    // "Q1w2-e3r4-t5y6!" is as common as without the signs.
    if COMMON.lines().any(|common| common == lower || common == plain) {
        return Err(WeakPassword::Common);
    }
    // A password of signs alone has nothing that repeats.
    let told_apart = if plain.is_empty() { &lower } else { &plain };
    if told_apart.chars().collect::<BTreeSet<char>>().len() < DIFFERENT {
        return Err(WeakPassword::Repeats);
    }
    let mut own = plain;
    let mut found = vec![];
    for name in names {
        let without = own.replace(name, " ");
        if without != own {
            found.push(name.as_str());
        }
        own = without;
    }
    let letters = own.chars().filter(|c| c.is_alphabetic()).count();
    let characters = own.chars().filter(|c| c.is_alphanumeric()).count();
    if !found.is_empty() && letters < OWN_LETTERS && characters < OWN_CHARACTERS {
        return Err(WeakPassword::Names(found.join(", ")));
    }
    Ok(())
}

/// Letters and digits, in small letters.
fn plain(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), WeakPassword> {
        let others = ["notice-board".to_owned(), "Garden Co-op".to_owned()];
        check(password, &Names::of("Zoë Müller", "apps.teahouse.example:8443", &others))
    }

    #[test]
    fn short_and_guessable_passwords_are_not_taken() {
        assert_eq!(judged("short"), Err(WeakPassword::Short));
        assert_eq!(judged(&"x".repeat(129)), Err(WeakPassword::Long));
        assert_eq!(judged("aaaaaaaaaaaaa-a"), Err(WeakPassword::Common));
        assert_eq!(judged("ab ab ab ab ab ab"), Err(WeakPassword::Repeats));
        for good in ["seven quiet otters", "{*[%#]!?=+-~}", "ἑπτὰ ἥσυχες ἐνυδρίδες", &"long enough ".repeat(10)]
        {
            assert_eq!(judged(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_usual_passwords_are_not_taken() {
        let words: BTreeSet<&str> = COMMON.lines().collect();
        assert_eq!(words.len(), 10_000, "ASVS asks for the 3 000 that fit the rule for length");
        assert!(words.iter().all(|word| word.chars().count() >= SHORTEST));
        for usual in words.into_iter().step_by(499).chain(["Q1W2E3R4T5Y6", "q1w2-e3r4-t5y6!", "Administrator", "123456789 123"]) {
            assert_eq!(judged(usual), Err(WeakPassword::Common), "{usual}");
        }
    }

    #[test]
    fn words_of_the_place_make_no_password() {
        for (password, names) in [
            ("canteen-password-zoe-müller", "password, canteen, müller"),
            ("Zoë Müller 2026", "zoëmüller"),
            ("teahouse.example.2026", "teahouse, example"),
            ("notice-board-1234!", "noticeboard"),
            ("Garden Co-op 20261231", "gardencoop"),
        ] {
            assert_eq!(judged(password), Err(WeakPassword::Names(names.to_owned())), "{password}");
        }
        // Somebody's name among words of their own does no harm, and a number that nobody knows is as good as words.
        for good in ["zoë has seven quiet otters", "teahouse 849 302 174 659", "849302174659"] {
            assert_eq!(judged(good), Ok(()), "{good}");
        }
    }
}
