//! Which versions of the format are read.

use super::{
    error::ComposeError,
    value::{Kind, Node},
};

/// The minor version meant by a file that names none.
const LATEST: u8 = 13;

/// The full text and the minor number of the version that a file names, before variables are filled in.
pub(super) fn of(root: &Node) -> Result<(String, u8), ComposeError> {
    let text = match root.get("version").map(|node| &node.kind) {
        None => "",
        Some(Kind::Text(text)) => text,
        Some(_) => return Err(ComposeError::at("version", "must be a string", "put it in quotes")),
    };
    if matches!(text, "" | "3") {
        return Ok((format!("3.{LATEST}"), LATEST));
    }
    let minor = (0..=LATEST).find(|minor| text.strip_prefix("3.") == Some(&minor.to_string()));
    minor.map(|minor| (text.to_owned(), minor)).ok_or_else(|| {
        let hint = format!("Swarm takes the versions 3.0 to 3.{LATEST}");
        ComposeError::at("version", format!("the version `{text}` is not supported"), hint)
    })
}
