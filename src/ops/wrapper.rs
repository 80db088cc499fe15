//! What a shell in a container is told, and how it comes to a function's arguments.

use std::fmt::Write as _;

use crate::engine::Input;

/// `abra.sh`, the function and how many arguments it has come as arguments of the shell, so nothing is put together from text and
/// nothing is written into the container. First the shell tells its number, which is also that of the group it leads.
///
/// The arguments themselves are read from the input, for everybody who may list processes or hears the engine's events sees what a
/// program is begun with. Each is the number of its lines, then these lines. `read -r` alone is what Bash, dash and `BusyBox` all have:
/// none of them can read up to a zero byte. The function then finds an empty input, as it would without arguments.
pub(super) const WRAPPER: &str = r#"
echo "$CANTEEN_MARK $$"
unset CANTEEN_MARK
canteen_script=$1 canteen_left=$3
set -- "$2"
while [ "$canteen_left" -gt 0 ]; do
  IFS= read -r canteen_lines && IFS= read -r canteen_text || { echo 'the arguments did not arrive' >&2; exit 125; }
  while [ "$canteen_lines" -gt 1 ]; do
    IFS= read -r canteen_more || { echo 'the arguments did not arrive' >&2; exit 125; }
    canteen_text=$canteen_text'
'$canteen_more
    canteen_lines=$((canteen_lines - 1))
  done
  set -- "$@" "$canteen_text"
  canteen_left=$((canteen_left - 1))
done
unset canteen_left canteen_lines canteen_text canteen_more
exec </dev/null
eval "$canteen_script"
unset canteen_script
"$@"
"#;

/// What the wrapper reads these arguments from; nothing if there are none.
pub(super) fn input(arguments: &[String]) -> Option<Input> {
    if arguments.is_empty() {
        return None;
    }
    // Room for all of it: what is moved while it grows leaves copies behind that nobody wipes.
    let mut text = String::with_capacity(arguments.iter().map(|a| a.len() + 24).sum());
    for argument in arguments {
        // Writing to a String can't fail.
        let _ok = writeln!(text, "{}\n{argument}", argument.split('\n').count());
    }
    Some(Input::from(text.into_bytes()))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Output, Stdio};

    use super::*;

    const FUNCTIONS: &str = "show() { echo $#; for one; do printf '[%s]' \"$one\"; done; cat; set | grep -c ^canteen_; tr '\\0' ' ' \
                             < /proc/$$/cmdline | grep -c hun''ter; }";

    /// Runs it in a shell of this machine, with these lines of the input; `None` where there is no such shell.
    #[expect(clippy::disallowed_methods, reason = "whether shells understand the wrapper is seen in shells")]
    fn ran(shell: &[&str], count: usize, input: &[u8]) -> Option<Output> {
        let [program, first @ ..] = shell else { return None };
        let mut command = Command::new(program);
        command.args(first).args(["-c", WRAPPER, "abra.sh", FUNCTIONS, "show", &count.to_string()]).env("CANTEEN_MARK", "mark");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let _closed = child.stdin.take().unwrap().write_all(input);
        Some(child.wait_with_output().unwrap())
    }

    #[test]
    fn every_shell_hands_over_each_argument_as_it_is_and_shows_none_to_others() {
        let long = "x".repeat(60_000);
        let arguments = [
            "plain",
            "",
            " two  words ",
            "back\\slash\\",
            "$(id) `id` ;id #",
            "quo'te\"s",
            "a\nb\n",
            "\n",
            "tab\t",
            "*",
            "-n",
            "ümläut ☃",
            "cr\r",
            "hunter2",
            &long,
        ];
        let arguments = arguments.map(str::to_owned);
        let shown: String = arguments.iter().flat_map(|a| ["[", a, "]"]).collect();
        let bytes = input(&arguments).unwrap();
        for shell in [&["sh"][..], &["bash"], &["dash"], &["busybox", "sh"]] {
            let Some(output) = ran(shell, arguments.len(), bytes.expose()) else {
                assert_ne!(shell, ["sh"], "every machine has one");
                continue;
            };
            let said = String::from_utf8(output.stdout).unwrap();
            let said = said.split_once('\n').filter(|(mark, _)| mark.starts_with("mark ")).unwrap().1;
            assert_eq!(said, format!("{}\n{shown}0\n0\n", arguments.len()), "{shell:?}");

            let short = ran(shell, arguments.len(), b"1\nplain\n").unwrap();
            assert_eq!((short.status.code(), String::from_utf8_lossy(&short.stdout).lines().count()), (Some(125), 1), "{shell:?}");
            let none = ran(shell, 0, b"").unwrap();
            assert!(String::from_utf8_lossy(&none.stdout).ends_with("\n0\n0\n0\n"), "{shell:?}: {none:?}");
        }
    }
}
