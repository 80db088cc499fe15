//! Sentences: what an entry says, for people. Rows hold facts; this is the only place that makes sentences of them.

use super::object;
use crate::commands::ran::Ran;
use crate::store::audit::Entry;
use crate::store::removals;

/// What this entry says. Whose deed it is stands before it.
pub fn sentence(entry: &Entry) -> String {
    let fact = |name: &str| match entry.particulars.get(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Array(list)) => list.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let app = match removals::had(&object(entry)) {
        Some(had) => format!("{had} (removed)"),
        None => object(entry),
    };
    let times = match entry.particulars.get("times").and_then(serde_json::Value::as_u64) {
        Some(n) if n > 1 => format!(" ({n} times)"),
        _ => String::new(),
    };
    let names = || Some(fact("names")).filter(|names| !names.is_empty()).unwrap_or_else(|| fact("name"));
    match (entry.action.as_str(), entry.outcome.as_str()) {
        (_, "waits") => {
            let asked = sentence(&Entry { outcome: "asked".to_owned(), ..entry.clone() });
            let why = Some(fact("reason")).filter(|why| !why.is_empty()).map(|why| format!(": {why}")).unwrap_or_default();
            format!("{asked}; it waits for {} (request {}){why}", fact("needs"), fact("approval"))
        }
        ("approval.give", _) => format!("approved what {} asked for on {app}: {}", fact("asked_by"), fact("what")),
        ("approval.object", _) => {
            format!("objected to what {} asked for on {app}: {} ({})", fact("asked_by"), fact("what"), fact("reason"))
        }
        ("approval.withdraw", _) => format!("took back what waited for approval on {app}: {}", fact("what")),
        ("approval.override", _) => {
            let (what, by) = (fact("what"), fact("asked_by"));
            format!("had {what} of {app} done, which {by} asked for, without {}: {}", fact("needed"), fact("reason"))
        }
        ("approval.end", _) => {
            format!("did not begin what {} asked for on {app}: {} ({})", fact("asked_by"), fact("what"), fact("why"))
        }
        ("approval.rules.edit", _) => match (fact("before"), fact("after")) {
            (before, after) if before.is_empty() => format!("made a rule about approval: {after}"),
            (before, after) if after.is_empty() => format!("removed a rule about approval: {before}"),
            (before, after) => format!("changed a rule about approval from {before} to {after}"),
        },
        ("backup.recovery.edit", _) if fact("change") == "removed" => format!("removed the recovery key of {}", fact("holder")),
        ("backup.recovery.edit", _) => format!("added a recovery key, held by {} ({})", fact("holder"), fact("fingerprint")),
        ("backup.recovery.prove", _) => format!("showed that {} can use their recovery key", fact("holder")),
        ("secret.escrow", _) => {
            format!("kept a copy of the secret {} of {app} that only the recovery keys of {} open", fact("secret"), fact("holders"))
        }
        ("site.setup", _) => "set this dashboard up and became its first admin".to_owned(),
        ("token.new", _) => format!("made the API token {}", fact("name")),
        ("token.end", _) => format!("ended the API token {}", fact("name")),
        ("token.others.end", _) => format!("ended the API token {} of {}", fact("name"), fact("member")),
        ("session.begin", _) if fact("waits_for") == "code" && !fact("provider").is_empty() => {
            format!("signed in with {}; the second factor is still missing", fact("provider"))
        }
        ("session.begin", _) if fact("waits_for") == "code" => "gave the right password; the code is still missing".to_owned(),
        ("session.begin", _) if fact("factor") == "passkey" => format!("signed in with the passkey {}", fact("passkey")),
        ("session.code", _) => {
            let first = Some(fact("provider")).filter(|p| !p.is_empty()).unwrap_or_else(|| "the password".to_owned());
            format!("signed in with {first} and a second factor: {}", fact("factor"))
        }
        ("session.confirm", _) if fact("factor") == "passkey" => "showed a passkey again".to_owned(),
        ("session.confirm", _) => "gave the password again".to_owned(),
        ("factor.add", _) if fact("factor") == "passkey" => format!("added the passkey {}", fact("name")),
        ("factor.remove", _) if fact("factor") == "passkey" => format!("removed the passkey {}", fact("name")),
        ("factor.add", _) => "added an authenticator app".to_owned(),
        ("factor.remove", _) => "removed the authenticator app".to_owned(),
        ("factor.codes", _) => "made new recovery codes".to_owned(),
        ("factor.review", _) => "looked through the second factors after signing in with a recovery code".to_owned(),
        ("session.begin", _) if !fact("provider").is_empty() && fact("joined") == "true" => {
            format!("became a member by signing in with {}", fact("provider"))
        }
        ("session.begin", _) if !fact("provider").is_empty() => format!("signed in with {}", fact("provider")),
        ("session.begin", _) => "signed in with the password".to_owned(),
        ("identity.link", _) => format!("linked the account {} at {}", fact("account"), fact("provider")),
        ("identity.unlink", _) => format!("removed the link to the account {} at {}", fact("account"), fact("provider")),
        ("settings.sign_in.edit", _) if fact("change") == "off" => "turned single sign-on off".to_owned(),
        ("settings.sign_in.edit", _) => format!("set single sign-on up with {}", fact("provider")),
        ("settings.sign_in.test", _) => format!("asked the identity provider {} what it says of itself", fact("provider")),
        ("session.end", _) => "signed out".to_owned(),
        ("member.edit", _) if fact("change") == "added" => format!("added the member {} as {}", fact("member"), fact("role")),
        ("member.edit", _) if fact("change") == "factors" => format!("took all second factors from {}", fact("member")),
        ("member.edit", _) => format!("gave {} a new password", fact("member")),
        ("app.import", _) => format!("took over the app {} of {} {}", fact("app"), fact("recipe"), fact("version")),
        ("invitation.make", _) => format!("invited {} as {}", fact("person"), fact("role")),
        ("invitation.revoke", _) => format!("took the invitation of {} back", fact("person")),
        ("invitation.accept", _) => format!("took an invitation and became a member, as {}", fact("role")),
        ("password.link", _) => format!("made a link to a new password for {}", fact("member")),
        ("password.reset", _) => "chose a new password by a link".to_owned(),
        ("password.change", _) => "changed the password".to_owned(),
        ("account.mail.change", _) if fact("mail_to_confirm").is_empty() => "took the own address away".to_owned(),
        ("account.mail.change", _) => format!("asked for letters to {}", fact("mail_to_confirm")),
        ("account.edit", _) => "changed the own profile".to_owned(),
        ("session.revoke", _) => format!("ended {} of the own sessions", fact("sessions")),
        ("password.ask", _) => format!("asked for a link to a new password of {}", fact("name")),
        ("account.mail.confirm", _) => format!("showed that {} is their address", fact("mail")),
        ("settings.mail.edit", _) if fact("mail") == "off" => "turned mail off".to_owned(),
        ("settings.mail.edit", _) => format!("set the mail server {}", fact("host")),
        ("settings.mail.test", _) => format!("had a letter sent to {} to try the mail settings", fact("to")),
        ("people.suspend", _) => format!("suspended {}", fact("member")),
        ("people.unsuspend", _) => format!("let {} in again", fact("member")),
        ("people.sign_out", _) => format!("signed {} out everywhere", fact("member")),
        ("grant.give", _) => format!("gave {} the role {} over {}", fact("to"), fact("role"), fact("scope")),
        ("grant.take", _) => format!("took the role {} over {} from {}", fact("role"), fact("scope"), fact("to")),
        ("team.edit", _) => format!("changed the team {}: {} {}{}", fact("team"), fact("change"), fact("member"), fact("name")),
        ("role.edit", _) => format!("changed the role {}: {}", fact("role"), fact("change")),
        ("app.tags.set", _) => format!("gave {app} the tags: {}", fact("after")),
        ("app.new", _) => format!("made the app {} of {} {}", fact("app"), fact("recipe"), fact("version")),
        ("app.settings.edit", _) => format!("changed settings of {app}: {}", fact("changed")),
        ("app.secret.set", _) => format!("asked for secrets of {app}: {}", [fact("generate"), fact("insert")].join(" ").trim()),
        ("app.secret.rotate", "asked") => format!("asked to rotate secrets of {app}: {}", fact("rotate")),
        ("app.secret.rotate", _) => {
            format!("wrote {}={} into the settings of {app}: {}", fact("variable"), fact("version"), fact("reason"))
        }
        ("app.secret.remove", _) => format!("asked to remove secrets of {app}: {}", fact("remove")),
        ("app.config.remove", _) => format!("asked to remove configs of {app}: {}", fact("remove")),
        ("app.secret.reveal", _) => format!("looked at new secrets of {}", fact("app")),
        ("app.deploy", _) if !fact("before").is_empty() && fact("before") == fact("version") => {
            format!("asked to deploy {} {} to {app} again", fact("recipe"), fact("version"))
        }
        ("app.deploy", _) => format!("asked to deploy {} {} to {app}", fact("recipe"), fact("version")),
        ("app.deploy.chaos", _) => {
            let branch = Some(fact("branch")).filter(|b| !b.is_empty()).map(|b| format!(" of the branch {b}")).unwrap_or_default();
            format!("asked to deploy {} {}{branch}, which is no release, to {app}", fact("recipe"), fact("version"))
        }
        ("app.rollback", _) => format!("asked to put {app} back to {} (deployment {})", fact("version"), fact("deployment")),
        ("app.reapply", _) => format!("asked to put back what was deployed of {app} ({})", fact("version")),
        ("app.adopt", _) => format!("asked to keep what runs of {app}: {}", fact("changes")),
        ("app.restart", _) => format!("asked to restart {} of {app}", fact("services")),
        ("app.scale", _) => format!("asked to scale {app}: {}", fact("services")),
        ("app.command.run", _) => {
            format!("asked to run {} {} in {} of {app}", fact("command"), fact("arguments"), fact("service"))
        }
        ("app.restore", _) => {
            format!("asked to put the data of {app} back to the snapshot {}", fact("snapshot").get(..8).unwrap_or_default())
        }
        ("app.backup", _) => format!("asked to back up {app}"),
        ("app.command.stop", _) => format!("stopped what operation {} runs in {app}", fact("operation")),
        ("app.remove", "ok") => format!("removed {app} with {}", destroyed(entry)),
        ("app.remove", _) => format!("asked to remove {app}"),
        ("app.undeploy", _) => format!("asked to undeploy {app}"),
        ("operation.conclude", "ok") => {
            format!("put {}={} back into the settings of {app}: {}", fact("variable"), fact("version"), fact("reason"))
        }
        ("app.backup.pin", _) if fact("stays") == "true" => {
            format!("had snapshot {} of {app} kept for good", short(&fact("snapshot")))
        }
        ("app.backup.pin", _) => format!("had snapshot {} of {app} kept for good no longer", short(&fact("snapshot"))),
        ("app.backup.download", "complete" | "broken off") => {
            format!(
                "{} {} of snapshot {} of {app}: {} bytes",
                if entry.outcome == "complete" { "took" } else { "took only a part of" },
                fact("path"),
                short(&fact("snapshot")),
                fact("bytes")
            )
        }
        ("app.backup.download", _) => {
            format!("asked for {} of snapshot {} of {app}, to take it away", fact("path"), short(&fact("snapshot")))
        }
        ("app.backups.schedule", _) => schedule(&format!("backups of {app}"), &fact("before"), &fact("after")),
        ("backup.schedule", _) => schedule("backups of all apps without one of their own", &fact("before"), &fact("after")),
        ("app.updates.set", _) => format!("set the update policy of {app}: {}, {}", fact("mode"), fact("window")),
        ("app.updates.hold", _) => format!("did not update {app} to {} by itself: {}", fact("version"), fact("why")),
        ("operation.conclude", outcome) => {
            let ran: Vec<String> = ran(entry).iter().map(|r| format!("; {} in {}: {r}", r.function, r.service)).collect();
            format!("{} of {app}: {outcome}{}", kind(&fact("kind")), ran.concat())
        }
        ("backup.repository.new", _) => format!("added the repository of backups {} at {}", fact("repository"), fact("place")),
        ("backup.repository.edit", _) => format!("changed the repository of backups {}: {}", fact("repository"), fact("changed")),
        ("backup.repository.test", _) => format!("asked the repository of backups {} whether it answers", fact("repository")),
        ("backup.repository.kit", _) => format!("took the recovery kit of {}, with its password", fact("repository")),
        ("backup.repository.activate", _) => format!("activated the repository of backups {}", fact("repository")),
        ("backup.repository.retire", _) => format!("retired the repository of backups {}", fact("repository")),
        ("backup.repository.check", _) => format!("asked to {} of the repository {}", work(&fact("work")), fact("repository")),
        ("backup.repository.keep", _) => match fact("change").as_str() {
            "started" => format!("runs on {}", fact("host")),
            "begun" => format!("began to {} of the repository {}", work(&fact("work")), fact("repository")),
            _ => format!("ended to {} of the repository {}: {}", work(&fact("work")), fact("repository"), fact("told")),
        },
        ("backup.repository.note", _) if fact("trouble").is_empty() => {
            format!("reached the repository of backups {}", fact("repository"))
        }
        ("backup.repository.note", _) => format!("had trouble with the repository {}: {}", fact("repository"), fact("trouble")),
        ("recipe.add", _) => format!("added the recipe {} from {}", fact("recipe"), fact("origin")),
        ("recipe.refresh", _) => format!("fetched {} anew", fact("recipe")),
        ("recipe.tags.accept", _) => format!("looked at changed versions of {}: {}", fact("recipe"), fact("versions")),
        ("audit.export", _) if fact("filter").is_empty() => format!("exported the whole audit log as {}", fact("format")),
        ("audit.export", _) => format!("exported entries of the audit log as {}: {}", fact("format"), fact("filter")),
        ("audit.seal", _) => format!("sealed entries {} to {} into the file {}", fact("from"), fact("upto"), fact("file")),
        ("csp.report", _) => "was told that a browser blocked something".to_owned(),
        ("", _) => "can’t be read: this entry was altered".to_owned(),
        ("audit.record", "refused") => format!("was refused {} at {}{times}", fact("action"), fact("path")),
        ("audit.record", _) if fact("action") == "token.use" => {
            format!("came with a token that can’t be used: {} {}{times}", fact("why"), fact("token"))
        }
        ("audit.record", _) if fact("action") == "session.code" => format!("gave a wrong code for {}{times}", fact("name")),
        ("audit.record", _) if fact("action") == "password.ask" => {
            format!("asked for a link to a new password of {}, where no letter goes{times}", names())
        }
        ("audit.record", _) if fact("action") == "session.begin" => {
            let names = names();
            let way =
                if fact("provider").is_empty() { String::new() } else { format!(" with {}: {}", fact("provider"), fact("why")) };
            if names.is_empty() {
                format!("failed to sign in{way}{times}")
            } else {
                format!("failed to sign in as {names}{way}{times}")
            }
        }
        ("audit.record", _) => format!("failed: {} ({}){times}", fact("action"), fact("why")),
        (action, _) => format!("{action} {app}").trim().to_owned(),
    }
}

/// The beginning of a snapshot's id, as restic shows it.
fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// What is done to a repository, in the infinitive.
fn work(word: &str) -> &'static str {
    match word {
        "data" => "read a part of the data",
        "prune" => "remove what no backup needs",
        _ => "check the parts",
    }
}

/// What was changed about when backups are made.
fn schedule(what: &str, before: &str, after: &str) -> String {
    match (before, after) {
        ("", after) => format!("made a schedule for {what}: {after}"),
        (before, "") => format!("removed a schedule for {what}: {before}"),
        (before, after) => format!("changed a schedule for {what} from {before} to {after}"),
    }
}

/// How much went with an app; the names stand in the details.
fn destroyed(entry: &Entry) -> String {
    let count = |name: &str| match entry.particulars.get(&format!("{name}s")).and_then(|v| v.as_array()).map_or(0, Vec::len) {
        1 => format!("1 {name}"),
        n => format!("{n} {name}s"),
    };
    let settings = if entry.particulars.get("settings") == Some(&true.into()) { ", and its settings" } else { "" };
    let list = |name: &str| {
        let list = entry.particulars.get(name).and_then(|v| v.as_array()).into_iter().flatten();
        list.filter_map(|v| v.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (absent, stayed) = (list("absent"), list("stayed"));
    let absent = if absent.is_empty() { absent } else { format!("; gone before: {absent}") };
    let stayed = if stayed.is_empty() { stayed } else { format!("; what stayed: {stayed}") };
    format!("{}, {}, {}{settings}{absent}{stayed}", count("volume"), count("secret"), count("config"))
}

/// Commands that the operation ran which this entry concludes.
pub(super) fn ran(entry: &Entry) -> Vec<Ran> {
    entry.particulars.get("ran").and_then(|v| v.as_array()).into_iter().flatten().filter_map(Ran::read).collect()
}

fn kind(kind: &str) -> &str {
    match kind {
        "deploy" => "deploy",
        "rollback" => "putting back",
        "undeploy" => "undeploy",
        "reapply" => "putting back of what was deployed",
        "adopt" => "keeping of what runs",
        "remove" => "removal",
        "secrets" => "secrets",
        "rotate" => "rotation",
        "command" => "command",
        "backup" => "backup",
        "restore" => "restore",
        "secrets_removal" => "removal of secrets",
        "configs_removal" => "removal of configs",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::access::ActionName;

    #[test]
    fn every_action_that_writes_has_a_sentence_of_its_own() {
        for action in ActionName::ALL.iter().filter(|a| a.writes()) {
            for outcome in ["ok", "asked", "waits", "refused", "failed", "converged"] {
                let entry = json!({
                    "seq": 1, "at": 1, "actor": {"kind": "member", "name": "ana"}, "action": action.as_str(),
                    "target": {"kind": "app", "name": "pad.example.org"}, "outcome": outcome,
                });
                let said = sentence(&serde_json::from_value(entry).unwrap());
                let none = format!("{} has no sentence for the audit log: add it in src/web/audit/sentence.rs", action.as_str());
                assert!(!said.contains(action.as_str()), "{none}");
            }
        }
    }
}
