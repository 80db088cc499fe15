//! The examples of docs/api.md, sent as they stand there.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{BOARD, Request, Site};

const TEXT: &str = include_str!("../../docs/api.md");

/// The commands in the blocks of the shell, each in its words.
fn commands(values: &BTreeMap<&str, String>) -> Vec<Vec<String>> {
    let blocks = TEXT.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    let lines = blocks.flat_map(|block| block.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|line| !line.starts_with('#')).map(|line| words(&line, values)).collect()
}

/// A line in words, as a shell sees it: double quotes, backslashes within, variables.
fn words(line: &str, values: &BTreeMap<&str, String>) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (vec![], String::new(), false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => word.extend(rest.next()),
            '$' => {
                let mut name = String::new();
                while let Some(c) = rest.next_if(char::is_ascii_uppercase) {
                    name.push(c);
                }
                word.push_str(values.get(name.as_str()).unwrap_or_else(|| panic!("the documents do not say what {name} is")));
            }
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_documents_work() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.make_secrets(&ana, BOARD).await;
    let program = site.program(&ana, &["app.view", "app.deploy", "catalogue.view", "audit.export"]).await;
    let plan = program.json(&format!("/api/v1/apps/{BOARD}/plan")).await;
    let operation = site.store.operations(None, None, 1).await.unwrap()[0].id;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let version: String = serde_urlencoded::to_string([("", text(&plan["version"]))]).unwrap().split_off(1);
    let mut values = BTreeMap::from([
        ("TOKEN", program.token.clone()),
        ("CANTEEN", site.settings.public.origin.clone()),
        ("APP", BOARD.to_owned()),
        ("VERSION", version),
        ("HASH", text(&plan["hash"])),
        ("BUILD", "4711".to_owned()),
        ("OPERATION", operation.to_string()),
    ]);
    let mut sent = 0;
    for at in 0..commands(&values).len() {
        let command = commands(&values).swap_remove(at);
        assert_eq!(command[0], "curl");
        let (mut headers, mut body, mut path) = (vec![("origin".to_owned(), String::new())], vec![], String::new());
        let mut rest = command.into_iter().skip(1);
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-H" => {
                    let header = rest.next().unwrap();
                    let (name, value) = header.split_once(": ").unwrap();
                    headers.push((name.to_lowercase(), value.to_owned()));
                }
                "-d" => {
                    // In a body it stands as it is, in an address it is encoded.
                    body = rest.next().unwrap().replace(&values["VERSION"], plan["version"].as_str().unwrap()).into_bytes();
                }
                address => path = address.strip_prefix(&site.settings.public.origin).unwrap().to_owned(),
            }
        }
        let method = if body.is_empty() { "GET" } else { "POST" }.to_owned();
        let answer = site.stranger().send(Request { method: method.clone(), path: path.clone(), headers, body }).await;
        let deploys = path.ends_with("/deployments");
        assert_eq!(answer.status, if deploys { 202 } else { 200 }, "{path}: {}", answer.body);
        if deploys {
            values.insert("OPERATION", answer.json()["id"].to_string());
        }
        sent += 1;
    }
    assert!(sent >= 9, "{sent}");
    site.idle().await;
}
