//! `canteen backup run`, `list` and `check`: what a sysadmin types on the server.

#![expect(clippy::disallowed_methods, reason = "the command is a program of its own")]

use std::process::{Command, Output};

use crate::harness::{BOARD, Shelved, Site, restic};

fn canteen(site: &Site, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.arg("backup").args(arguments).env_clear().env("CANTEEN_DATA", site.data()).env("CANTEEN_RESTIC", restic());
    command.env("CANTEEN_PUBLIC_URL", &site.settings.public.origin);
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sysadmin_lists_backups_and_has_a_repository_checked() {
    let shelf = Shelved::new("first", "meet at noon").await;
    let site = &shelf.site;
    let (code, said, errors) = canteen(site, &["list", BOARD]);
    let line = format!("1970-01-01T00:00:00Z\tsucceeded\tmanual\t1\t1\tAttic\tnode-1\t{}\n", shelf.snapshot);
    assert_eq!((code, said.as_str(), errors.as_str()), (Some(0), line.as_str(), ""));
    let (code, _, errors) = canteen(site, &["list", "nobody.example.org"]);
    assert!(code == Some(1) && errors.contains("there is no app nobody.example.org"), "{errors}");

    for arguments in [&["check", "Attic"][..], &["check", "Attic", "--read-data"]] {
        let (code, said, errors) = canteen(site, arguments);
        assert_eq!((code, said.as_str()), (Some(0), "Attic: nothing is wrong\n"), "{errors}");
    }
    let (code, _, errors) = canteen(site, &["check", "Cellar"]);
    assert!(code == Some(1) && errors.contains("there is no repository Cellar; there are: Attic"), "{errors}");
    let data = shelf.repository.path().join("attic/data");
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    let (code, _, errors) = canteen(site, &["check", "Attic"]);
    assert!(code == Some(1) && errors.contains("Attic is damaged"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_makes_what_the_command_line_asks_for_and_its_end_is_told() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    let (code, _, errors) = canteen(&site, &["run", BOARD]);
    assert!(code == Some(1) && errors.contains("no repository takes backups yet"), "{errors}");
    site.repository("offsite").await;
    let (code, _, errors) = canteen(&site, &["run", BOARD, "--to", "attic"]);
    assert!(code == Some(1) && errors.contains("there are: offsite"), "{errors}");
    // No runner has an image here, so the backup fails, and that is told.
    let (code, said, errors) = canteen(&site, &["run", BOARD]);
    assert!(code == Some(1) && said.contains("Look at what is to be backed up\n"), "{said}{errors}");
    assert!(errors.contains("failed: "), "{errors}");
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.backup").unwrap();
    assert_eq!(entry.actor.name, "command line");
}
