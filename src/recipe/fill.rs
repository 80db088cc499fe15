//! Applies a settings form to the `.env` of an app.

use std::collections::BTreeMap;

use super::field::{Field, FieldKind, is_secret_version};
use super::sample::Sample;
use crate::envfile::EnvFile;

/// What a form never changes: the recipe and its version, the stack, the list of compose files.
const NOT_FROM_A_FORM: [&str; 4] = ["TYPE", "RECIPE", "STACK_NAME", "COMPOSE_FILE"];

/// The file with the answers in it and exactly these `overlays` on.
///
/// An answer equal to the value of before changes nothing, so that `https://${DOMAIN}` goes on to follow its domain. An empty
/// answer empties a variable that is set and leaves a commented-out one alone. Overlays that the base line of `COMPOSE_FILE`
/// names stay on; versions of secrets and what we set ourselves are not taken from a form.
///
/// What belongs to an overlay is told by the file itself; see [`fill_by`].
pub fn fill(env: &EnvFile, answers: &BTreeMap<String, String>, overlays: &[String]) -> EnvFile {
    let fields = Sample::parse(&env.text()).map(|sample| sample.fields).unwrap_or_default();
    fill_by(&fields, env, answers, overlays)
}

/// Like [`fill`], with the fields of a sample.
///
/// An overlay that is switched on takes along what half of it would be without: its `X_ENABLED` and the versions of its
/// secrets; switched off, its `X_ENABLED` goes with it. What a form proposed for an overlay that stays off is not written.
pub fn fill_by(fields: &[Field], env: &EnvFile, answers: &BTreeMap<String, String>, overlays: &[String]) -> EnvFile {
    let before = env.values();
    let mut filled = env.clone();
    let appended = env.appended_compose_files();
    let files = env.compose_files().unwrap_or_default();
    let was_on =
        |overlay: &String| appended.contains(overlay) || overlay.split(':').all(|part| files.iter().any(|known| known == part));
    let off = |overlay: &String| !overlays.contains(overlay);
    for (key, answer) in answers {
        let known = before.get(key);
        let is_version = is_secret_version(key, known.unwrap_or(answer));
        if NOT_FROM_A_FORM.contains(&key.as_str()) || is_version || known == Some(answer) || (known.is_none() && answer.is_empty())
        {
            continue;
        }
        let proposed = |field: &Field| field.key == *key && field.default == *answer && field.overlay.as_ref().is_some_and(off);
        if known.is_none() && fields.iter().any(proposed) {
            continue;
        }
        // Browsers end the lines of a text area with CR LF.
        filled.enable(key, &answer.replace("\r\n", "\n"));
    }
    for overlay in appended.iter().filter(|overlay| off(overlay)) {
        filled.remove_compose_file(overlay);
        for field in fields.iter().filter(|field| field.overlay.as_ref() == Some(overlay) && field.follows_overlay()) {
            let lines: Vec<usize> = filled.entries().iter().filter(|e| e.key == field.key).map(|e| e.line).collect();
            for line in lines {
                filled.disable_line(line);
            }
        }
    }
    for overlay in overlays {
        filled.append_compose_file(overlay);
        if !was_on(overlay) {
            take_along(&mut filled, fields, overlay);
        }
    }
    filled
}

/// Switches on what an overlay can't do without.
fn take_along(filled: &mut EnvFile, fields: &[Field], overlay: &str) {
    for field in fields.iter().filter(|field| field.overlay.as_deref() == Some(overlay)) {
        if field.follows_overlay() {
            filled.enable(&field.key, field.on_off().0);
        } else if field.kind == FieldKind::Secret && filled.get(&field.key).is_none() {
            filled.enable(&field.key, &field.default);
        }
    }
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

    #[test]
    fn an_overlay_takes_its_switch_and_its_secrets_along() {
        let before = "COMPOSE_FILE=compose.yml\n\n## Gitea over SSH\n#COMPOSE_FILE=\"$COMPOSE_FILE:compose.gitea.yml\"\n#GITEA_SSH_ENABLED=1\n\
            #GITEA_PORT=2222\n#SECRET_GITEA_KEY_VERSION=v1 # length=32\n\n#OTHER_ENABLED=1\n";
        let env = EnvFile::parse(before).unwrap();
        // The form shows what the recipe proposes, so it comes back whether the overlay is on or off.
        let proposed = BTreeMap::from([("GITEA_PORT".to_owned(), "2222".to_owned())]);
        assert_eq!(fill(&env, &proposed, &[]).text(), before);
        let on = fill(&env, &proposed, &["compose.gitea.yml".to_owned()]);
        let expected = "COMPOSE_FILE=compose.yml\n\n## Gitea over SSH\nCOMPOSE_FILE=\"$COMPOSE_FILE:compose.gitea.yml\"\nGITEA_SSH_ENABLED=1\n\
            GITEA_PORT=2222\nSECRET_GITEA_KEY_VERSION=v1 # length=32\n\n#OTHER_ENABLED=1\n";
        assert_eq!(on.text(), expected);
        let off = fill(&on, &on.values(), &[]);
        assert!(off.get("GITEA_SSH_ENABLED").is_none() && off.get("GITEA_PORT").is_some(), "{}", off.text());
        assert_eq!(off.compose_files().unwrap(), ["compose.yml"]);
        let typed = BTreeMap::from([("GITEA_PORT".to_owned(), "22".to_owned())]);
        assert_eq!(fill(&env, &typed, &[]).get("GITEA_PORT").as_deref(), Some("22"), "what was typed is never lost");
    }
}
