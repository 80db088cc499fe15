//! What a container of the Swarm in memory does: the few words of a shell that tests need.

/// What a task's command comes to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Script {
    /// Text, and whether it goes to stderr.
    pub(super) lines: Vec<(String, bool)>,
    /// The container ends with this code. Otherwise it runs on.
    pub(super) exit: Option<i64>,
}

impl Script {
    /// Reads `echo TEXT`, `echo TEXT >&2` and `exit CODE` out of the words after `-c`; other words do nothing.
    pub(super) fn read(command: &[String], args: &[String]) -> Self {
        let mut script = Self::default();
        let words: Vec<&String> = command.iter().chain(args).collect();
        let Some(at) = words.iter().position(|w| *w == "-c") else { return script };
        for part in words.get(at + 1).map(|s| s.as_str()).unwrap_or_default().split([';', '\n']) {
            let part = part.trim();
            if let Some(text) = part.strip_prefix("echo ") {
                let (text, stderr) = text.strip_suffix(">&2").map_or((text, false), |text| (text, true));
                script.lines.push((text.trim().trim_matches(['"', '\'']).to_owned(), stderr));
            } else if let Some(code) = part.strip_prefix("exit") {
                script.exit = Some(code.trim().parse().unwrap_or(0));
                break;
            }
        }
        script
    }
}

#[cfg(test)]
mod tests {
    use super::Script;

    #[test]
    fn a_script_writes_and_ends() {
        let words = |s: &str| s.split('|').map(str::to_owned).collect::<Vec<_>>();
        let script = Script::read(&words("sh|-c|echo 'one'; echo two >&2; exit 3; echo never"), &[]);
        assert_eq!(script, Script { lines: vec![("one".into(), false), ("two".into(), true)], exit: Some(3) });
        assert_eq!(Script::read(&words("sleep|1000"), &[]), Script::default());
    }
}
