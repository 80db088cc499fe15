//! `canteen env show` through the real binary.

#![expect(clippy::disallowed_methods, reason = "the real binary is run")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn show(arguments: &[&str], input: &[u8], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.args(["env", "show"]).args(arguments).env_clear().current_dir(folder);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may stop reading before all is written.
    let _closed = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Shows `text` from a file and from standard input, which has to answer the same but for the name.
fn shown(text: &[u8]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("blog.env"), text).unwrap();
    let told = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let [file, stdin] = ["blog.env", "-"].map(|name| {
        let output = show(&[name], text, folder.path());
        (output.status.code(), told(output.stdout), told(output.stderr))
    });
    let renamed = (stdin.0, stdin.1.replace("\"-\"", "\"blog.env\""), stdin.2.replace("standard input", "blog.env"));
    assert_eq!(file, renamed);
    file
}

#[test]
fn values_modifiers_and_lines_come_as_json() {
    let text = "TYPE=blog:1.0.0+2 # note\r\nCOMPOSE_FILE=\"compose.yml\"\r\nCOMPOSE_FILE=\"$COMPOSE_FILE:compose.mail.yml\"\r\n\
        #SMTP_HOST=mail.$NONE\r\nSECRET_DB_VERSION=v1 # length=64 charset=hex\r\nSECRET_KEY=v1 # generate=false\r\n\
        EMPTY=\r\nHASH=$2y$05$abc";
    let (code, out, complaints) = shown(text.as_bytes());
    assert_eq!((code, complaints.as_str()), (Some(0), ""));
    let line = |line: usize, key: &str, value: &str, state: &str, comment: Option<&str>, secret_like: bool| {
        let modifiers = match key {
            "SECRET_DB_VERSION" => json!({"length": 64, "charset": "hex", "generate": true}),
            "SECRET_KEY" => json!({"length": null, "charset": null, "generate": false}),
            _ => json!({"length": null, "charset": null, "generate": true}),
        };
        json!({"line": line, "key": key, "value": value, "state": state, "comment": comment, "modifiers": modifiers, "secret_like": secret_like})
    };
    let expected = json!({
        "file": "blog.env",
        "values": {
            "TYPE": "blog:1.0.0+2", "COMPOSE_FILE": "compose.yml:compose.mail.yml", "SECRET_DB_VERSION": "v1", "SECRET_KEY": "v1",
            "EMPTY": "", "HASH": "y$abc",
        },
        "compose_files": ["compose.yml", "compose.mail.yml"],
        "lines": [
            line(1, "TYPE", "blog:1.0.0+2", "set", Some("note"), false),
            line(2, "COMPOSE_FILE", "compose.yml", "replaced", None, false),
            line(3, "COMPOSE_FILE", "compose.yml:compose.mail.yml", "set", None, false),
            line(4, "SMTP_HOST", "mail.", "commented", None, false),
            line(5, "SECRET_DB_VERSION", "v1", "set", Some("length=64 charset=hex"), false),
            line(6, "SECRET_KEY", "v1", "set", Some("generate=false"), true),
            line(7, "EMPTY", "", "set", None, false),
            line(8, "HASH", "y$abc", "set", None, false),
        ],
        "notices": [{
            "line": 8, "key": "HASH", "what": "a $ becomes nothing, with the capitals and digits behind it: no line above sets such a variable",
            "hint": "if the $ is part of the value, write the value between single quotes",
        }],
    });
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_what_to_do() {
    for (text, says) in [
        (&b"A=1\nB='open\n"[..], "blog.env:2: the value of B opens with a quote that is never closed (close the quote"),
        (b"A=1\n\nB", "blog.env:3: there is no = in this line (write it as NAME=value"),
        (b"A=1\nB=\xff\n", "blog.env:2: this line is not text in UTF-8 (save the file as UTF-8"),
        (b"A=1\nB=\0\n", "blog.env:2: there is a NUL byte in this line (save the file as plain text"),
        (b"COMPOSE_FILE=compose.yml:../x", "blog.env:1: COMPOSE_FILE names \"../x\", which is no file inside the recipe (name"),
        (b"A=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", ""),
    ] {
        let (code, out, complaint) = shown(text);
        assert!(complaint.trim_end().lines().count() <= 1 && complaint.contains(says), "{complaint}");
        assert_eq!((code, out.is_empty()), if says.is_empty() { (Some(0), false) } else { (Some(1), true) }, "{complaint}");
    }
    let (code, _, complaint) = shown(&b"A=1\n".repeat(300_000));
    assert_eq!(code, Some(1));
    assert!(complaint.contains("blog.env:262145: here the file grows beyond 1 MiB"), "{complaint}");
}

#[test]
fn a_missing_file_fails_and_wrong_usage_is_something_else() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code, says) in [
        (&["gone.env"][..], 1, "gone.env can't be read"),
        (&["."], 1, ". can't be read"),
        (&[], 2, "Usage: canteen env show <FILE>"),
        (&["a", "b"], 2, "Usage: canteen env show <FILE>"),
    ] {
        let output = show(arguments, b"", folder.path());
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(code), true), "{arguments:?}");
        assert!(complaint.contains(says), "{complaint}");
    }
    let help = show(&["--help"], b"", folder.path());
    assert!(help.status.success() && String::from_utf8(help.stdout).unwrap().contains("compose_files"));
}
