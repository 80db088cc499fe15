//! What secrets and configs have in common: the file that they come from and the file that they become.

use super::ConvertError;
use crate::compose::Files;
use crate::compose::types::{FileObject, FileReference};
use crate::stack::spec::{Driver, RefFile};

/// Readable for everybody in the container.
const MODE: u32 = 0o444;

/// The bytes of the file that `key` of the section `kind` names.
pub(super) fn content(kind: &str, key: &str, declared: &FileObject, files: &dyn Files) -> Result<Vec<u8>, ConvertError> {
    files.read(&declared.file).map_err(|error| {
        let hint = format!("add the file {}, or name another one under {kind}s", declared.file);
        ConvertError::new(format!("{kind} {key}: {error}"), &hint)
    })
}

pub(super) fn templating(declared: &FileObject) -> Option<Driver> {
    (!declared.template_driver.is_empty()).then(|| Driver { name: declared.template_driver.clone(), ..Driver::default() })
}

/// Where a secret or config appears in the container.
pub(super) fn target(reference: &FileReference) -> RefFile {
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    RefFile {
        name: or(&reference.target, &reference.source),
        uid: or(&reference.uid, "0"),
        gid: or(&reference.gid, "0"),
        mode: reference.mode.unwrap_or(MODE),
    }
}
