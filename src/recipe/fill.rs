//! Applies a settings form to the `.env` of an app.

use std::collections::BTreeMap;

use super::field::is_secret_version;
use crate::envfile::EnvFile;

/// What a form never changes: the recipe and its version, the stack, the list of compose files.
const NOT_FROM_A_FORM: [&str; 4] = ["TYPE", "RECIPE", "STACK_NAME", "COMPOSE_FILE"];

/// The file with the answers in it and exactly these `overlays` on.
///
/// An answer equal to the value of before changes nothing, so that `https://${DOMAIN}` goes on to follow its domain. An empty
/// answer empties a variable that is set and leaves a commented-out one alone. Overlays that the base line of `COMPOSE_FILE`
/// names stay on; versions of secrets and what we set ourselves are not taken from a form.
pub fn fill(env: &EnvFile, answers: &BTreeMap<String, String>, overlays: &[String]) -> EnvFile {
    let before = env.values();
    let mut filled = env.clone();
    for (key, answer) in answers {
        let known = before.get(key);
        let is_version = is_secret_version(key, known.unwrap_or(answer));
        if NOT_FROM_A_FORM.contains(&key.as_str()) || is_version || known == Some(answer) || (known.is_none() && answer.is_empty())
        {
            continue;
        }
        // Browsers end the lines of a text area with CR LF.
        filled.enable(key, &answer.replace("\r\n", "\n"));
    }
    for overlay in env.appended_compose_files() {
        if !overlays.contains(&overlay) {
            filled.remove_compose_file(&overlay);
        }
    }
    for overlay in overlays {
        filled.append_compose_file(overlay);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "TYPE=bakery:1.0.0+1\nDOMAIN=a.coop\nISSUER=https://${DOMAIN}\nMOTTO=old # on the door\n#SMTP_HOST=\n#SMTP_PORT=587\n\
        COMPOSE_FILE=\"compose.yml:compose.db.yml\"\nCOMPOSE_FILE=\"$COMPOSE_FILE:compose.shop.yml\"\n#COMPOSE_FILE=\"$COMPOSE_FILE:compose.smtp.yml\"\n\
        SECRET_DB_VERSION=v1 # length=32\nSECRET_OVH_KEY=v1\n";

    #[test]
    fn a_form_changes_what_was_answered_and_nothing_else() {
        let answers = [
            ("DOMAIN", "b.coop"),
            ("ISSUER", "https://a.coop"),
            ("MOTTO", "it's $5\r\na loaf"),
            ("SMTP_HOST", "mail.coop"),
            ("SMTP_PORT", ""),
            ("NEW", "x"),
            ("EMPTY", ""),
            ("TYPE", "other:2.0.0"),
            ("COMPOSE_FILE", "../x"),
            ("SECRET_DB_VERSION", "v7"),
            ("SECRET_OVH_KEY", "v7"),
            ("BAD KEY", "x"),
        ];
        let answers = answers.map(|(key, answer)| (key.to_owned(), answer.to_owned())).into();
        let filled = fill(&EnvFile::parse(BEFORE).unwrap(), &answers, &["compose.smtp.yml".to_owned()]);
        let expected = "TYPE=bakery:1.0.0+1\nDOMAIN=b.coop\nISSUER=https://${DOMAIN}\nMOTTO=\"it's \\$5\\na loaf\" # on the door\nSMTP_HOST=mail.coop\n#SMTP_PORT=587\n\
            COMPOSE_FILE=\"compose.yml:compose.db.yml\"\n#COMPOSE_FILE=\"$COMPOSE_FILE:compose.shop.yml\"\nCOMPOSE_FILE=\"$COMPOSE_FILE:compose.smtp.yml\"\n\
            SECRET_DB_VERSION=v1 # length=32\nSECRET_OVH_KEY=v1\nNEW=x\n";
        assert_eq!(filled.text(), expected);
        assert_eq!(filled.get("ISSUER").as_deref(), Some("https://b.coop"));
        assert_eq!(filled.compose_files().unwrap(), ["compose.yml", "compose.db.yml", "compose.smtp.yml"]);
    }

    #[test]
    fn an_unchanged_form_leaves_the_file_as_it_is() {
        let env = EnvFile::parse(BEFORE).unwrap();
        assert_eq!(fill(&env, &env.values(), &env.appended_compose_files()).text(), BEFORE);
    }
}
