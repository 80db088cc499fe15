//! Recovery keys: who holds them, which secrets they open, and what a server that was lost is rebuilt from.

#![expect(clippy::disallowed_methods, reason = "the command is a program of its own")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use canteen::store::escrow::KEPT_MS;

use crate::harness::{Answer, BOARD, Browser, MailServer, Site, operation_of, send_fields};
use crate::people_mail::{confirm, set_up};

const PAGE: &str = "/backups/recovery";
const PASTE: &str = "paste.example.org";

async fn add(ana: &Browser, name: &str, how: &str, recipient: &str) -> Answer {
    ana.submit(PAGE, PAGE, &[("name", name), ("how", how), ("recipient", recipient)]).await
}

/// A holder whose key is made by the dashboard.
async fn made(ana: &Browser, name: &str) -> Identity {
    let shown = add(ana, name, "make", "").await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    format!("AGE-SECRET-KEY-{}", shown.between("AGE-SECRET-KEY-", "<").unwrap()).parse().unwrap()
}

/// A holder who brings a key.
async fn brought(ana: &Browser, name: &str) -> Identity {
    let key = Identity::generate();
    assert_eq!(add(ana, name, "have", &format!(" {} ", key.to_public())).await.location(), "/backups/recovery?done=added");
    key
}

fn open(key: &Identity, text: &str) -> Option<String> {
    age::decrypt(key, text.as_bytes()).ok().map(|bytes| String::from_utf8(bytes).unwrap())
}

async fn reveal(ana: &Browser, operation: i32) -> String {
    let page = format!("/operations/{operation}");
    ana.submit(&page, &format!("{page}/reveal"), &[]).await.between("translate=\"no\">", "<").unwrap()
}

/// Pastes the secret of an app that waits for it.
async fn paste(site: &Site, ana: &Browser, app: &str, value: &str) {
    site.new_board(ana, app).await;
    let (page, insert) = (format!("/apps/{app}/secrets"), format!("/apps/{app}/secrets/admin_password"));
    let pasted = ana.submit(&page, &insert, &[("value", value)]).await;
    assert_eq!(site.operation_done(operation_of(&pasted)).await.outcome, "inserted");
    site.fresh().await;
}

async fn kept(site: &Site, app: &str) -> Vec<canteen::store::escrow::Escrowed> {
    site.store.escrowed(site.store.app(app).await.unwrap().unwrap().id).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_pasted_or_rotated_is_kept_for_each_holder() {
    let site = Site::start().await;
    let ana = site.admin().await;
    paste(&site, &ana, PASTE, "before anybody held a key").await;
    assert!(kept(&site, PASTE).await.is_empty());
    let page = ana.page(&format!("/apps/{PASTE}/secrets")).await.text();
    assert!(page.contains("If the server is lost, so are they"), "{page}");
    let (safe, ben) = (made(&ana, "Safe").await, brought(&ana, "Ben").await);
    let page = ana.page(&format!("/apps/{PASTE}/secrets")).await.text();
    assert!(page.contains("Not kept for recovery: admin_password."), "{page}");

    site.new_board(&ana, BOARD).await;
    let value = reveal(&ana, site.make_secrets(&ana, BOARD).await.id).await;
    site.fresh().await;
    let all = kept(&site, BOARD).await;
    assert_eq!((all.len(), all[0].source.as_str(), all[0].version.as_str()), (1, "generated", "v1"));
    assert!(!all[0].ciphertext.contains(&value));
    for key in [&safe, &ben] {
        assert_eq!(open(key, &all[0].ciphertext).unwrap(), value);
    }
    assert_eq!(open(&Identity::generate(), &all[0].ciphertext), None);
    let page = ana.page(&format!("/apps/{BOARD}/secrets")).await.text();
    assert!(!page.contains("Not kept"), "{page}");
    let entry = site.entries().await.into_iter().find(|e| e.action == "secret.escrow").unwrap();
    assert_eq!(entry.particulars["holders"], serde_json::json!(["Ben", "Safe"]));

    assert_eq!(site.deploy(&ana, BOARD).await.outcome, "converged");
    let rotation = format!("/apps/{BOARD}/secrets/admin_password/rotation");
    let form = ana.page(&rotation).await;
    let rotated = send_fields(&ana, &form, &rotation, &[("how", "paste"), ("value", "seven otters"), ("understood", "on")]).await;
    assert_eq!(site.operation_done(operation_of(&rotated)).await.outcome, "rotated");
    let turned = kept(&site, BOARD).await.into_iter().find(|kept| kept.version == "v2").unwrap();
    assert_eq!((open(&safe, &turned.ciphertext).as_deref(), turned.source.as_str()), (Some("seven otters"), "inserted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_counts_once_its_holder_has_read_a_word_with_it() {
    let site = Site::start().await;
    let ana = site.admin().await;
    assert!(ana.page(PAGE).await.text().contains("Nobody holds a recovery key"));
    let keys = [made(&ana, "Safe").await, brought(&ana, "Ben").await];
    let word = async |name: &str, key: &Identity| {
        let holder = site.store.holders().await.unwrap().into_iter().find(|holder| holder.name == name).unwrap();
        (format!("{PAGE}/{}/proof", holder.id), open(key, &holder.challenge).unwrap())
    };
    assert!(ana.page(PAGE).await.text().contains("Not shown to work yet: the key of Ben, Safe"));
    let (proof, said) = word("Safe", &keys[0]).await;
    let wrong = ana.submit(PAGE, &proof, &[("word", "otters")]).await;
    assert!(wrong.status == 422 && wrong.text().contains("This is not what the text for Safe says"), "{}", wrong.text());
    assert_eq!(ana.submit(PAGE, &proof, &[("word", &said)]).await.location(), "/backups/recovery?done=proven");
    assert_eq!(ana.submit(PAGE, &proof, &[("word", &said)]).await.status, 422, "the word is another one each time");
    assert!(ana.page(PAGE).await.text().contains("Not shown to work yet: the key of Ben"));
    let (proof, said) = word("Ben", &keys[1]).await;
    ana.submit(PAGE, &proof, &[("word", &format!(" {said} "))]).await.location();
    assert!(ana.page(PAGE).await.text().contains("Recovery is ready. 2 people hold a key"));
    let told = site.entries().await.into_iter().filter(|e| e.action == "backup.recovery.prove").count();
    assert_eq!(told, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_is_told_and_a_secret_half_is_not_given_back() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let ben = brought(&ana, "Ben").await;
    let secret = Identity::generate();
    let secret = secret.to_string().expose_secret().to_owned();
    let key = Identity::generate().to_public().to_string();
    let taken = ben.to_public().to_string();
    for (name, recipient, why) in [
        ("Cem", secret.as_str(), "This is the secret half of a key"),
        ("Cem", "ssh-ed25519 AAAA cem", "An SSH key can’t be used here"),
        ("Cem", "", "This is not the public half of a key of age"),
        ("Cem", "age1qqq", "A character of this key is wrong or missing"),
        ("Cem", &taken, "This is the key of Ben already"),
        ("ben", &key, "Ben holds a key already"),
        (" ", &key, "Write who holds the key"),
    ] {
        let answer = add(&ana, name, "have", recipient).await;
        let text = answer.text();
        assert!(answer.status == 422 && text.replace('\'', "’").contains(why), "{why}: {text}");
        assert!(!answer.body.contains("AGE-SECRET-KEY"));
        assert!(answer.body.contains("name=\"name\""));
    }
    assert_eq!(site.store.holders().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_held_a_key_reads_what_was_kept_and_nothing_new_and_admins_hear_of_it() {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let ana = site.admin().await;
    set_up(&ana, &server).await;
    confirm(&site, &ana, &server, "ana@example.org").await;
    let (safe, ben) = (made(&ana, "Safe").await, brought(&ana, "Ben").await);
    server.letter("ana@example.org", "a recovery key, which Ben holds").await;
    paste(&site, &ana, PASTE, "while Ben held a key").await;
    let removal = ana.page(PAGE).await.post_forms().into_iter().find(|form| form.ends_with("/2/removal")).unwrap();
    ana.submit(PAGE, &removal, &[]).await.location();
    let page = ana.page(PAGE).await.text();
    assert!(page.contains("One person holds a key") && page.contains("Held a key before"), "{page}");
    paste(&site, &ana, "later.example.org", "after that").await;
    let (old, new) = (kept(&site, PASTE).await, kept(&site, "later.example.org").await);
    assert_eq!(open(&ben, &old[0].ciphertext).unwrap(), "while Ben held a key");
    assert_eq!((open(&ben, &new[0].ciphertext), open(&safe, &new[0].ciphertext).as_deref()), (None, Some("after that")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_swarm_has_no_longer_is_kept_for_four_hundred_days() {
    let site = Site::start().await;
    let ana = site.admin().await;
    made(&ana, "Safe").await;
    paste(&site, &ana, PASTE, "for a while").await;
    let id = kept(&site, PASTE).await[0].swarm_id.clone();
    let now = canteen::clock::Clock::now(&*site.clock);
    let gone = async || kept(&site, PASTE).await.first().map(|kept| kept.gone_at);
    site.store.sweep_escrow(vec![], now).await.unwrap();
    assert_eq!(gone().await, Some(Some(now)));
    site.store.sweep_escrow(vec![id], now + 1).await.unwrap();
    assert_eq!(gone().await, Some(None), "it is there after all");
    site.store.sweep_escrow(vec![], now).await.unwrap();
    site.store.sweep_escrow(vec![], now + KEPT_MS - 1).await.unwrap();
    assert_eq!(gone().await, Some(Some(now)));
    site.store.sweep_escrow(vec![], now + KEPT_MS).await.unwrap();
    assert_eq!(gone().await, None);
}

fn state(site: &Site, folder: &Path) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.args(["backup", "state"]).arg(folder).env_clear().env("CANTEEN_DATA", site.data());
    let output = command.env("CANTEEN_PUBLIC_URL", &site.settings.public.origin).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// All files below a folder, with their paths in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut all, mut folders) = (vec![], vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            let open = path.metadata().unwrap().permissions().mode() & 0o077;
            assert_eq!(open, 0, "{} is for others to read", path.display());
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push((path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_a_tree_that_a_holder_can_rebuild_a_server_from() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let safe = made(&ana, "Safe").await;
    site.new_board(&ana, BOARD).await;
    let value = reveal(&ana, site.make_secrets(&ana, BOARD).await.id).await;
    assert_eq!(site.deploy(&ana, BOARD).await.outcome, "converged");
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let env = site.store.env_revision(app.id, app.env_number).await.unwrap().unwrap().text;

    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("state");
    let (code, said, errors) = state(&site, &folder);
    assert!(code == Some(0) && said.contains("1 apps, 1 encrypted secrets"), "{said}{errors}");
    let all = files(&folder);
    let text = |path: &str| {
        let found = all.iter().find(|(name, _)| name == path);
        String::from_utf8(found.unwrap_or_else(|| panic!("{path} is missing")).1.clone()).unwrap()
    };
    assert_eq!(text(&format!("servers/default/{BOARD}.env")), env);
    let name = kept(&site, BOARD).await[0].name.clone();
    assert_eq!(open(&safe, &text(&format!("secrets/{BOARD}/{name}.age"))).unwrap(), value);
    let pins: serde_json::Value = serde_json::from_str(&text("recipes.json")).unwrap();
    let deployed = site.store.last_converged(app.id).await.unwrap().unwrap();
    assert_eq!((&pins[0]["commit"], &pins[0]["stack"]), (&deployed.commit_id.into(), &app.stack.into()));
    assert!(text("RECOVERY.md").contains("- Safe (key "));
    for (path, bytes) in &all {
        let there = bytes.windows(value.len()).any(|window| window == value.as_bytes());
        assert!(!there, "{path} holds the secret as it is");
    }
    // The copy is a database that opens and whose history holds against the checkpoint.
    let mut verify = Command::new(env!("CARGO_BIN_EXE_canteen"));
    verify.args(["audit", "verify", "--database"]).arg(folder.join("canteen.sqlite"));
    let checked = verify.arg("--checkpoints").arg(folder.join("audit-checkpoint")).env_clear().output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));

    let (code, _, errors) = state(&site, &folder);
    assert!(code == Some(1) && errors.contains("holds something already"), "{errors}");
    assert_eq!(files(&folder).len(), all.len(), "nothing was written over");
}
