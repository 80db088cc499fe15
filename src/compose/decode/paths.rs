//! Paths of the node and of the folder that holds the first file.

/// A path relative to the folder of the first file, cleaned, or an absolute one as it is.
pub(super) fn resolve(path: &str) -> String {
    if is_absolute(path) { path.to_owned() } else { clean(path) }
}

/// Whether the path is absolute on Unix or Windows.
pub(super) fn is_absolute(path: &str) -> bool {
    let mut chars = path.chars();
    let drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':');
    path.starts_with('/') || path.starts_with(r"\\") || (drive && matches!(chars.next(), Some('/' | '\\')))
}

/// Without `.`, empty parts and every `..` that has a part before it; `.` when nothing is left.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    #[test]
    fn relative_paths_are_cleaned_and_absolute_ones_kept() {
        for (path, expected) in
            [("./a//b/../c/", "a/c"), ("../x", "../x"), ("", "."), ("a/../..", ".."), ("/a/../b", "/a/../b"), (r"C:\x", r"C:\x")]
        {
            assert_eq!(super::resolve(path), expected, "{path}");
        }
    }
}
