/// Characters of the longest name.
const LONGEST: usize = 60;

/// A name that no member may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {LONGEST} characters, all of them visible")]
pub struct BadMemberName;

/// The name without blanks around it. Characters that can't be seen, or turn the text around them, are refused: a name stands in the
/// audit log and must not look like another one.
pub fn member_name(text: &str) -> Result<String, BadMemberName> {
    let name = text.trim();
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(hidden) {
        return Err(BadMemberName);
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_visible_and_not_too_long() {
        assert_eq!(member_name(" Zoë Ångström "), Ok("Zoë Ångström".to_owned()));
        for bad in ["", "  ", "a\u{202e}b", "a\u{200b}", "a\nb", &"x".repeat(61)] {
            assert_eq!(member_name(bad), Err(BadMemberName), "{bad:?}");
        }
    }
}
