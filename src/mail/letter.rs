use crate::store::mail::{Facts, Notice};

/// Characters of a fact that a letter tells.
const LONGEST: usize = 120;

/// A letter as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
}

/// The letter of a notice. `origin` is the dashboard's address, `link` what the letter leads to.
pub fn letter(notice: Notice, facts: &Facts, origin: &str, link: &str) -> Letter {
    let fact = |name: &str| facts.get(name).map(|text| one_line(text)).unwrap_or_default();
    let account = format!("If this was not you, change your password at once: {origin}/account/password");
    let (subject, body) = match notice {
        Notice::Invitation => (
            "You are invited to Canteen".to_owned(),
            format!(
                "{} invites you to {origin}, with the role {}.\n\nTo become a member, open this within three days. It works once:\n{link}",
                fact("by"),
                fact("role")
            ),
        ),
        Notice::PasswordLink => {
            let by = fact("by");
            let why = if by.is_empty() {
                "Somebody asked for a new password of yours".to_owned()
            } else {
                format!("{by} sends you a link to a new password")
            };
            (
                "A new password".to_owned(),
                format!(
                    "{why} at {origin}.\n\nTo choose one, open this within half an hour. It works once:\n{link}\n\nIf you did not ask for it, do nothing: your password stays as it is."
                ),
            )
        }
        Notice::ConfirmMail => (
            "Confirm your address".to_owned(),
            format!(
                "To get letters of {origin} at this address, open this within a day:\n{link}\n\nIf you do not know what this is about, do nothing."
            ),
        ),
        Notice::MailChanged => {
            ("Your address was changed".to_owned(), format!("Letters of {origin} go to {} from now on.\n\n{account}", fact("mail")))
        }
        Notice::NewDevice => (
            "Somebody signed in as you in a new browser".to_owned(),
            format!(
                "At {origin} somebody signed in as you from {}, in a browser that was not used before:\n{}\n\n{account}",
                fact("ip"),
                fact("agent")
            ),
        ),
        Notice::PasswordChanged => (
            "Your password was changed".to_owned(),
            format!(
                "Your password at {origin} was changed, and other browsers were signed out.\n\nIf this was not you, tell an admin at once."
            ),
        ),
        Notice::RoleRaised => ("You may do more".to_owned(), format!("At {origin} you now have the role {}.", fact("role"))),
        Notice::TokenMade => (
            "A new API token".to_owned(),
            format!("At {origin} the API token {} was made for your account.\n\n{account}", fact("name")),
        ),
        Notice::FactorChanged => (
            "Your second factor was changed".to_owned(),
            format!("At {origin} your second factor was changed: {}.\n\n{account}", fact("what")),
        ),
        Notice::ApprovalAsked => (
            "Something waits for your approval".to_owned(),
            format!(
                "{} asked for this, and it waits for approval: {}, of {}.{}\n\nLook at it, then approve it or object:\n{origin}/apps/{}/approvals/{}",
                fact("by"),
                fact("what"),
                fact("app"),
                Some(fact("reason")).filter(|why| !why.is_empty()).map(|why| format!("\n\nWhy: {why}")).unwrap_or_default(),
                fact("app"),
                fact("request")
            ),
        ),
        Notice::ApprovalEnded => (
            "What you asked for was not done".to_owned(),
            format!(
                "You asked for this, and it was not begun: {}, of {}.\n\nWhy: {}\n\n{origin}/apps/{}/approvals/{}",
                fact("what"),
                fact("app"),
                fact("why"),
                fact("app"),
                fact("request")
            ),
        ),
        Notice::HoldersChanged => (
            "The recovery keys were changed".to_owned(),
            format!(
                "At {origin} {} {} a recovery key, which {} holds. Secrets of apps are kept for the holders of these keys, and for nobody else.\n\nIf the co-op does not know of this, look at it at once:\n{origin}/backups/recovery",
                fact("by"),
                fact("what"),
                fact("holder")
            ),
        ),
        Notice::Test => ("Mail works".to_owned(), format!("This is a test of the mail settings of {origin}.")),
    };
    Letter { subject, text: format!("{body}\n\n-- \nCanteen at {origin}\n") }
}

/// What somebody wrote, as a part of a line: it begins no other one.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::mail::facts;

    #[test]
    fn each_letter_says_where_it_comes_from_and_leads_where_it_should() {
        let facts = facts([("by", "Ana"), ("role", "viewer"), ("ip", "192.0.2.1"), ("what", "an authenticator app was added")]);
        for notice in Notice::ALL {
            let letter = letter(notice, &facts, "https://canteen.example.org", "https://canteen.example.org/x/y");
            assert!(letter.text.contains("https://canteen.example.org"), "{notice:?}");
            let leads = matches!(notice, Notice::Invitation | Notice::PasswordLink | Notice::ConfirmMail);
            assert_eq!(letter.text.contains("/x/y"), leads, "{notice:?}");
        }
    }

    #[test]
    fn what_somebody_wrote_begins_no_line() {
        let facts = facts([("by", "Ana\r\n\r\nBcc: eve@example.net\u{2028}x"), ("role", "viewer")]);
        let letter = letter(Notice::Invitation, &facts, "https://c.example.org", "l");
        assert!(letter.text.starts_with("Ana    Bcc: eve@example.net x invites you"), "{}", letter.text);
    }
}
