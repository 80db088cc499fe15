//! Whether a release note asks somebody to do something. Such a version is not deployed by itself.

/// What stands in such notes, as it looks after [`plain`]. A blank stands for the edge of a word: ` manual` also fits `manually`, and
/// ` set ` does not fit `setting`.
const MARKS: &[&str] = &[
    " abra ",
    " action required",
    " action is required",
    " after deploy",
    " after the upgrade",
    " after upgrad",
    " attention",
    " back up",
    " backup",
    " before deploy",
    " before the upgrade",
    " before upgrad",
    " before you",
    " breaking",
    " by hand ",
    " careful",
    " caution",
    " delete ",
    " downtime",
    " edit ",
    " execute ",
    " has to ",
    " have to ",
    " important ",
    " incompatib",
    " irreversib",
    " manual",
    " migrat",
    " must ",
    " need to ",
    " needs to ",
    " no longer ",
    " not compatible",
    " please ",
    " remove ",
    " rename",
    " rotate ",
    " run ",
    " set ",
    " should ",
    " undeploy",
    " update your ",
    " warning",
    " you need ",
];

/// The first line of a note that asks for somebody's hands. Words can be missed: it is a help for authors who write none of the numbers
/// that say so, not a proof.
pub fn wants_hands(note: &str) -> Option<&str> {
    note.lines().map(str::trim).find(|line| {
        let plain = plain(line);
        MARKS.iter().any(|mark| plain.contains(mark))
    })
}

/// Lower case, words parted by one blank, a blank at both ends.
fn plain(line: &str) -> String {
    let words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |text, word| text + &word.to_lowercase() + " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_asks_for_something_is_told_from_one_that_only_tells() {
        for (note, line) in [
            ("New icons.\nRun `abra app run x app migrate` afterwards.", Some("Run `abra app run x app migrate` afterwards.")),
            ("BREAKING: the database moves", Some("BREAKING: the database moves")),
            ("Manually: create the network first", Some("Manually: create the network first")),
            ("Set DEPTH.", Some("Set DEPTH.")),
            ("You must\nread this", Some("You must")),
            ("- please **back-up** first", Some("- please **back-up** first")),
            ("The settings page is faster now.", None),
            ("Fish arrive.", None),
            ("Fixes a crash at start", None),
            ("", None),
        ] {
            assert_eq!(wants_hands(note), line, "{note}");
        }
    }
}
