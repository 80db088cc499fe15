//! Volumes, folders and memory file systems that a service mounts.

use super::{Context, Place, paths};
use crate::compose::{
    error::ComposeError,
    types::{BindOptions, TmpfsOptions, VolumeMount, VolumeOptions},
    value::Kind,
};

/// One mount in the short or the long form.
pub(super) fn decode(context: &Context<'_>, place: &Place<'_>) -> Result<VolumeMount, ComposeError> {
    let mut mount = match place.kind() {
        Kind::Text(spec) => {
            short(spec).map_err(|what| place.fault(format!("`{spec}`: {what}"), "write it as SOURCE:TARGET:OPTIONS"))?
        }
        _ => long(place)?,
    };
    if mount.kind == "bind" {
        if mount.source.is_empty() {
            return Err(place.fault("a bind mount needs a source", "name a folder in source"));
        }
        if let Some(rest) = mount.source.strip_prefix('~')
            && let Some(home) = context.beside.env.get("HOME")
        {
            mount.source = format!("{home}{rest}");
        }
        mount.source = paths::of_node(context.beside.folder, &mount.source);
    }
    Ok(mount)
}

fn long(place: &Place<'_>) -> Result<VolumeMount, ComposeError> {
    let tmpfs = match place.get("tmpfs") {
        Some(options) => Some(TmpfsOptions { size: options.whole("size")? }),
        None => None,
    };
    Ok(VolumeMount {
        kind: place.text("type"),
        source: place.text("source"),
        target: place.text("target"),
        read_only: place.flag("read_only"),
        consistency: place.text("consistency"),
        bind: place.get("bind").map(|options| BindOptions { propagation: options.text("propagation") }),
        volume: place.get("volume").map(|options| volume_options(&options)).transpose()?,
        tmpfs,
    })
}

fn volume_options(place: &Place<'_>) -> Result<VolumeOptions, ComposeError> {
    Ok(VolumeOptions { nocopy: place.flag("nocopy"), subpath: place.checked_text("subpath")? })
}

/// `[SOURCE:]TARGET[:OPTIONS]`. One letter before a colon is a Windows drive, also where a volume was meant.
fn short(spec: &str) -> Result<VolumeMount, &'static str> {
    let mut mount = VolumeMount { kind: "volume".to_owned(), ..VolumeMount::default() };
    if spec.len() < 3 {
        spec.clone_into(&mut mount.target);
        return if spec.is_empty() { Err("the text is empty") } else { Ok(mount) };
    }
    let fields = fields(spec);
    if fields.iter().any(String::is_empty) {
        return Err("a part between colons is empty");
    }
    let options = match fields.as_slice() {
        [target] => {
            mount.target.clone_from(target);
            ""
        }
        [source, target, options @ ..] if options.len() < 2 => {
            mount.source.clone_from(source);
            mount.target.clone_from(target);
            options.first().map_or("", String::as_str)
        }
        _ => return Err("there are too many colons"),
    };
    for option in options.split(',') {
        match option {
            "ro" => mount.read_only = true,
            "rw" => mount.read_only = false,
            "nocopy" => mount.volume = Some(VolumeOptions { nocopy: true, ..VolumeOptions::default() }),
            "private" | "rprivate" | "shared" | "rshared" | "slave" | "rslave" => {
                mount.bind = Some(BindOptions { propagation: option.to_owned() });
            }
            _ => {}
        }
    }
    if is_path(&mount.source) {
        "bind".clone_into(&mut mount.kind);
    }
    Ok(mount)
}

/// The parts between colons.
fn fields(spec: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    for c in spec.chars() {
        if let Some(field) = fields.last_mut() {
            if c == ':' && !is_drive(field) {
                fields.push(String::new());
            } else {
                field.push(c);
            }
        }
    }
    fields
}

fn is_drive(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
}

fn is_path(source: &str) -> bool {
    let mut chars = source.chars();
    let drive = chars.next().is_some_and(char::is_alphabetic) && chars.next() == Some(':');
    source.starts_with(['.', '/', '~']) || source.starts_with(r"\\") || drive
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn short_mounts_split_as_dockers_client_splits_them() {
        for (spec, expected) in [
            ("data:/d:ro,z", Some("volume data /d true")),
            ("./x:/y", Some("bind ./x /y false")),
            ("/anonymous", Some("volume  /anonymous false")),
            ("v:/b", Some("volume  v:/b false")),
            ("a:b:c:d", Some("bind a:b c:d false")),
            ("/a", Some("volume  /a false")),
            ("aa:/b:ro:x", None),
            ("aa::ro", None),
            ("aa:", None),
            (":aa", None),
            ("", None),
        ] {
            let mount = short(spec).ok();
            let shown = mount.map(|m| format!("{} {} {} {}", m.kind, m.source, m.target, m.read_only));
            assert_eq!(shown.as_deref(), expected, "{spec}");
        }
    }
}
