//! A command line as the words that docker's client makes of it. Nothing is expanded.

/// The words of `line`; the error says which end is missing.
pub(super) fn split(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '#' if word.is_none() => {
                chars.by_ref().find(|c| *c == '\n');
            }
            '\\' => word.get_or_insert_default().push(chars.next().ok_or("nothing follows the last `\\`")?),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or("a `'` has no end")? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or("a `\"` has no end")? {
                        '"' => break,
                        '\\' => word.push(chars.next().ok_or("nothing follows the last `\\`")?),
                        c => word.push(c),
                    }
                }
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_split_as_dockers_client_splits_them() {
        let cases: [(&str, &[&str]); 6] = [
            ("", &[]),
            ("a  b\tc\n", &["a", "b", "c"]),
            (r#"sh -c "echo \"$X\" 'y'" ''"#, &["sh", "-c", "echo \"$X\" 'y'", ""]),
            (r"a\ b c\\d", &["a b", r"c\d"]),
            ("a#b #c d\ne", &["a#b", "e"]),
            (r"'a\b'", &[r"a\b"]),
        ];
        for (line, words) in cases {
            assert_eq!(split(line).unwrap(), words, "{line}");
        }
        for line in ["'a", "\"a", "a\\", "\"a\\"] {
            assert!(split(line).is_err(), "{line}");
        }
    }
}
