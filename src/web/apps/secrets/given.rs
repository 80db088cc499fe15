//! The value of a secret as a form gives it: pasted, or a file.

use crate::secret::SecretValue;
use crate::web::failure::Failure;
use crate::web::visit::Visit;

/// Bytes of the largest secret that the Swarm keeps.
pub(super) const LARGEST: usize = 500 * 1024 - 1;

/// The field of a form; a field that came twice is refused.
pub(super) fn field<'v>(visit: &'v Visit, name: &str) -> Result<Option<&'v str>, Failure> {
    let mut found = visit.fields.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let first = found.next();
    if found.next().is_some() {
        return Err(Failure::BadForm(format!("the field {name} came twice; open the page again")));
    }
    Ok(first)
}

/// A form with other controls than these did not come from our page.
pub(super) fn nothing_but(visit: &Visit, known: &[&str]) -> Result<(), Failure> {
    let mut names = visit.fields.iter().map(|(n, _)| n).chain(visit.uploads.iter().map(|(n, _)| n));
    match names.find(|n| !known.contains(&n.as_str())) {
        Some(name) => Err(Failure::BadForm(format!("there is no field called {name}; open the page again"))),
        None => Ok(()),
    }
}

/// The value for `name` out of the controls `value` (with `exact`) and `file` (with `trim`). The error is for people.
pub(super) fn given(visit: &Visit, name: &str) -> Result<Result<SecretValue, String>, Failure> {
    let pasted = field(visit, "value")?.filter(|v| !v.is_empty());
    let mut files = visit.uploads.iter().filter(|(n, _)| n == "file").map(|(_, data)| data.expose());
    let file = files.next();
    Ok(match (pasted, file) {
        (Some(_), Some(_)) => Err(format!("Paste a value of {name} or choose a file, not both")),
        (Some(text), None) if field(visit, "exact")?.is_some() => checked(lines(text).as_bytes(), name),
        (Some(text), None) => pasted_value(text, name),
        (None, Some(data)) if field(visit, "trim")?.is_some() => checked(trimmed(data), name),
        (None, Some(data)) => checked(data, name),
        (None, None) => Err(format!("Paste the value of {name}, or choose a file with it")),
    })
}

/// A pasted value begins and ends with what can be seen: a line break at the end breaks passwords.
pub(super) fn pasted_value(text: &str, name: &str) -> Result<SecretValue, String> {
    checked(trimmed(lines(text).as_bytes()), name)
}

/// Browsers send each line break of a text as two characters.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Without white space around it, if it is text. In other bytes it means something.
fn trimmed(data: &[u8]) -> &[u8] {
    str::from_utf8(data).map_or(data, |text| text.trim().as_bytes())
}

fn checked(data: &[u8], name: &str) -> Result<SecretValue, String> {
    match data.len() {
        0 => Err(format!("The value of {name} is empty; a secret has at least one byte")),
        n if n > LARGEST => Err(format!("The value of {name} has {n} bytes; a secret has at most {LARGEST} (500 KB)")),
        _ => Ok(SecretValue::from(data.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_35_a_line_break_at_the_end_goes_and_binary_bytes_stay() {
        let bytes = |value: Result<SecretValue, String>| value.unwrap().expose().to_vec();
        assert_eq!(bytes(pasted_value(" kept\r\nfor us \r\n", "x")), b"kept\nfor us");
        assert_eq!(trimmed(b"password\n"), b"password");
        assert_eq!(trimmed(b"\xff\x00key\n"), b"\xff\x00key\n");
    }

    #[test]
    fn what_the_swarm_would_refuse_is_told_before() {
        for (data, says) in [(vec![], "is empty"), (vec![b'x'; LARGEST + 1], "at most 511999")] {
            assert!(checked(&data, "key").is_err_and(|text| text.contains(says)));
        }
        assert_eq!(checked(&vec![0; LARGEST], "key").unwrap().len(), LARGEST);
        assert!(pasted_value(" \r\n ", "key").is_err());
    }
}
