//! What an exit code and the words beside it mean.

use crate::restic::{BackupError, Credentials, Repository};

/// Bytes of restic's words that are kept.
const MOST: usize = 2000;

/// Why restic ended with this code. Codes of its manual (`doc/075_scripting.rst`); any other is a failure like 1.
pub(super) fn failure(code: Option<i32>, text: &str, repository: &Repository) -> BackupError {
    let place = || repository.place().to_string();
    let text = told(text, repository);
    match code {
        Some(10) => BackupError::NoRepository { place: place(), text },
        Some(11) => BackupError::Locked(text),
        Some(12) => BackupError::WrongPassword { place: place() },
        Some(130) => BackupError::Cancelled,
        _ if text.contains("no space left on device") || text.contains("disk quota exceeded") => BackupError::NoSpace(text),
        None => BackupError::Failed(format!("it was killed; {text}")),
        Some(code) if text.is_empty() => BackupError::Failed(format!("it ended with code {code} and said nothing")),
        Some(_) => BackupError::Failed(text),
    }
}

/// restic's words without anything secret, and short enough to be shown.
pub(super) fn told(text: &str, repository: &Repository) -> String {
    let mut text = text.trim().trim_start_matches("Fatal: ").to_owned();
    let secret = match repository.credentials() {
        Credentials::Rest { password, .. } => password.expose(),
        Credentials::S3 { secret, .. } => secret.expose(),
        Credentials::None | Credentials::Sftp { .. } => "",
    };
    for secret in [repository.password().expose(), secret] {
        if !secret.is_empty() {
            text = text.replace(secret, "…");
        }
    }
    if text.len() > MOST {
        let end = (0..=MOST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::restic::{Place, RepositoryPassword};

    fn repository() -> Repository {
        let rest = Credentials::rest("ana", "quiet").unwrap();
        Repository::new(Place::Rest { url: "https://b/".into() }, RepositoryPassword::new("otters").unwrap(), rest).unwrap()
    }

    #[test]
    fn each_code_has_its_meaning_and_unknown_ones_are_failures() {
        let of = |code, text| failure(code, text, &repository());
        assert!(matches!(of(Some(10), "Fatal: x"), BackupError::NoRepository { text, .. } if text == "x"));
        assert!(matches!(of(Some(11), "x"), BackupError::Locked(_)));
        assert!(matches!(of(Some(12), "x"), BackupError::WrongPassword { .. }));
        assert!(matches!(of(Some(130), ""), BackupError::Cancelled));
        assert!(matches!(of(Some(1), "write /x: no space left on device"), BackupError::NoSpace(_)));
        assert!([Some(1), Some(2), Some(99), None].iter().all(|code| matches!(of(*code, ""), BackupError::Failed(_))));
    }

    #[test]
    fn secrets_are_cut_out_and_long_words_cut_off() {
        assert_eq!(told("Fatal: https://ana:quiet@b/ otters", &repository()), "https://ana:…@b/ …");
        assert!(told(&"ä".repeat(5000), &repository()).len() <= MOST + "…".len());
    }
}
