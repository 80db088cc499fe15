//! Paths of the node, and of the folder that holds the first file.

/// The path of a file that is read here. A relative one is cleaned, and continues `folder` where that is known.
pub(super) fn of_file(folder: Option<&str>, path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { below(folder, path) }
}

/// The path of a file or folder that the node mounts; the node may run Windows.
pub(super) fn of_node(folder: Option<&str>, path: &str) -> String {
    if path.starts_with('/') || is_absolute_on_windows(path) { path.to_owned() } else { below(folder, path) }
}

fn below(folder: Option<&str>, path: &str) -> String {
    folder.map_or_else(|| clean(path), |folder| clean(&format!("{folder}/{path}")))
}

/// Whether the path begins with a drive or a network share, and goes on below it.
fn is_absolute_on_windows(path: &str) -> bool {
    let slash = |c: char| matches!(c, '/' | '\\');
    let mut chars = path.chars();
    if chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':') {
        return chars.next().is_some_and(slash);
    }
    let Some(share) = path.strip_prefix(slash).and_then(|rest| rest.strip_prefix(slash)) else { return false };
    let mut parts = share.splitn(3, slash);
    let named = |part: Option<&str>| part.is_some_and(|name| !name.is_empty() && !name.starts_with('.'));
    named(parts.next()) && named(parts.next()) && parts.next().is_some()
}

/// Without `.`, empty parts and every `..` that can be followed; `.` when nothing is left.
fn clean(path: &str) -> String {
    let top = if path.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if !top.is_empty() => {}
            part => parts.push(part),
        }
    }
    if parts.is_empty() && top.is_empty() { ".".to_owned() } else { format!("{top}{}", parts.join("/")) }
}

#[cfg(test)]
mod tests {
    use super::{of_file, of_node};

    #[test]
    fn relative_paths_are_cleaned_and_absolute_ones_kept() {
        for (path, alone, below) in [
            ("./a//b/../c/", "a/c", "/w/d/a/c"),
            ("../x", "../x", "/w/x"),
            ("../../../x", "../../../x", "/x"),
            ("", ".", "/w/d"),
            ("a/../..", "..", "/w"),
            ("/a/../b", "/a/../b", "/a/../b"),
            (r"\\x", r"\\x", r"/w/d/\\x"),
        ] {
            assert_eq!(of_node(None, path), alone, "{path}");
            assert_eq!(of_node(Some("/w/d"), path), below, "{path}");
        }
    }

    #[test]
    fn paths_of_windows_are_absolute_for_the_node_alone() {
        for (path, absolute) in [
            (r"C:\x", true),
            ("c:/x", true),
            ("c:x", false),
            ("c:", false),
            (r"\\server\share\x", true),
            (r"\\server\share\", true),
            (r"\\server\share", false),
            (r"\\server\\x", false),
            (r"\\.\pipe\x", false),
            (r"\x", false),
        ] {
            assert_eq!(of_node(Some("/w"), path) == path, absolute, "{path}");
            assert_ne!(of_file(Some("/w"), path), path, "{path}");
        }
    }
}
