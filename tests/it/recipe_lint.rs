//! The rules for recipes: a folder per case in tests/data/lint, the command, the page, and what errors do to a deploy.

#![expect(clippy::disallowed_methods, reason = "the real binary is run")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use canteen::lint::{Blobs, Facts, Tag, Verdict, all, lint};
use serde_json::Value;

use crate::harness::{BOARD, Browser, Site, operation_of, recipes, send_fields};

/// The cases; `good` keeps every rule, and each other one is `good` with changes.
fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lint")
}

/// The files of a case in memory.
struct Case {
    files: BTreeMap<String, Vec<u8>>,
    wanted: Value,
}

impl Case {
    fn read(name: &str) -> Self {
        let mut files = BTreeMap::new();
        take(&cases().join("good"), "", &mut files);
        let good: Value = serde_json::from_slice(&files["case.json"]).unwrap();
        take(&cases().join(name), "", &mut files);
        let mut wanted = good;
        let own: Value = serde_json::from_slice(&files.remove("case.json").unwrap()).unwrap();
        wanted.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        for edit in wanted["edits"].as_array().into_iter().flatten() {
            let [file, from, to] = ["file", "from", "to"].map(|key| edit[key].as_str().unwrap());
            let text = String::from_utf8(files[file].clone()).unwrap();
            assert!(text.contains(from), "{name}: {file} does not hold {from:?}");
            files.insert(file.to_owned(), text.replace(from, to).into_bytes());
        }
        for gone in wanted["without"].as_array().into_iter().flatten() {
            files.remove(gone.as_str().unwrap()).unwrap();
        }
        Self { files, wanted }
    }

    fn facts(&self) -> Facts {
        let text = |key: &str| self.wanted[key].as_str().map(str::to_owned);
        let tags = self.wanted["tags"].as_object();
        let tag = |(name, kind): (&String, &Value)| Tag { name: name.clone(), annotated: kind == "annotated" };
        Facts {
            version: text("version"),
            tags: tags.map(|tags| tags.iter().map(tag).collect()),
            origin: text("origin"),
            published: self.wanted["published"].as_bool(),
            ..Facts::gather(self).unwrap()
        }
    }

    fn wants(&self, key: &str) -> BTreeSet<String> {
        self.wanted[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }
}

impl Blobs for Case {
    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&prefix));
        let name = |path: &str| path.split_once('/').map_or(path.to_owned(), |(folder, _)| format!("{folder}/"));
        Ok(below.map(name).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.files.get(path).cloned())
    }
}

fn take(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            take(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

fn names() -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What is wrong with the report on a case; `None` if it finds what it should and nothing else.
fn difference(name: &str) -> Option<String> {
    let case = Case::read(name);
    let report = lint(&case.facts());
    let mut found = BTreeSet::new();
    for outcome in &report.outcomes {
        for finding in outcome.findings() {
            let parts = [outcome.rule.id.to_owned(), finding.place(), finding.text.clone()];
            found.insert(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "));
        }
    }
    let wanted = case.wants("finds");
    let told = |line: &&String| wanted.iter().any(|begin| line.starts_with(begin.as_str()));
    let surprising: Vec<_> = found.iter().filter(|line| !told(line)).collect();
    let missing: Vec<_> = wanted.iter().filter(|begin| !found.iter().any(|line| line.starts_with(begin.as_str()))).collect();
    let skipped = report.outcomes.iter().filter(|o| matches!(o.verdict, Verdict::Skipped(_))).map(|o| o.rule.id.to_owned());
    let skipped: BTreeSet<String> = skipped.collect();
    let right = surprising.is_empty() && missing.is_empty() && skipped == case.wants("skips");
    (!right).then(|| format!("{name}\n  not expected: {surprising:#?}\n  missing: {missing:#?}\n  skipped: {skipped:?}"))
}

#[test]
fn every_case_finds_what_it_should_and_nothing_else() {
    let wrong: Vec<String> = names().iter().filter_map(|name| difference(name)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_recipe_made_to_cost_time_is_looked_at_in_part() {
    let mut case = Case::read("good");
    let overlay = case.files["compose.mail.yml"].clone();
    for number in 0..200 {
        case.files.insert(format!("compose.{number}.yml"), overlay.clone());
        case.files.insert(format!("{}/compose.deep.yml", "d/".repeat(number + 1)), overlay.clone());
        (0..10).for_each(|n| drop(case.files.insert(format!("wide/{number}/{n}/file"), vec![])));
    }
    case.files.insert("compose.large.yml".to_owned(), vec![b' '; 300 << 10]);
    let facts = case.facts();
    assert!(facts.texts.contains_key("compose.yml") && facts.texts.len() <= 60, "{}", facts.texts.len());
    assert!(facts.files.len() < 1000, "{}", facts.files.len());
    let report = lint(&facts);
    let told = report.outcomes.iter().find(|outcome| outcome.rule.id == "C002").unwrap().findings();
    assert!(told.iter().any(|found| found.text.contains("too many compose files")), "{told:?}");
    assert_eq!(report.errors(), Vec::<&str>::new());
}

macro_rules! traps {
    ($($name:ident: $($case:literal)+;)+) => {
        $(
            #[test]
            fn $name() {
                $(assert_eq!(difference($case), None);)+
            }
        )+
    };
}

traps! {
    trap_01_an_overlay_above_the_base_or_without_one: "C013-trap-1-not-begun" "C014-trap-1-above-the-base";
    trap_17_files_of_an_overlay_begin_at_the_top_folder: "C018-trap-17-overlay-of-a-folder";
    trap_18_variables_in_keys: "C016-trap-18-variable-in-a-key";
    trap_19_a_variable_makes_a_moving_tag: "R004-trap-19-by-a-variable";
    trap_20_a_default_within_a_default: "C011-trap-20-nested-default";
    trap_21_numbers_and_durations_as_variables: "C003-trap-21-variables-too-early";
    trap_22_ports_past_the_proxy: "C012-trap-22-ports";
    trap_23_the_visited_service_is_found_by_its_labels: "R010-trap-23-on-another-service";
    trap_24_the_version_label_on_another_service: "C008-trap-24-on-another-service";
    trap_25_an_external_secret_without_a_name: "C017-trap-25-without-a-name" "C017-shared";
    trap_28_depends_on_is_ignored: "C004-trap-28-depends-on";
    trap_29_start_first_with_volumes_and_host_ports: "C015-trap-29-start-first" "C015-trap-29-host-port" "C015-read-only";
    trap_32_a_health_check_that_asks_localhost: "C019-trap-32-localhost";
    trap_33_images_without_a_fixed_tag: "R003-no-tag" "R004-trap-33-latest" "R003-digest";
    trap_34_the_raw_name_holds_the_variable: "C017-trap-34-without-a-version";
    trap_40_full_names_of_64_characters: "C010-trap-40-too-long";
    trap_41_an_overlay_that_depends_on_another_apps_files: "C020-trap-41-file-of-the-proxy";
    trap_50_an_entrypoint_that_the_proxy_has_to_be_set_up_for: "C020-trap-50-entrypoint";
    trap_53_a_schedule_without_a_time_zone: "C021-trap-53-schedule" "C021-trap-53-with-a-zone";
    trap_42_tags_that_are_not_the_label_or_lightweight: "C008-trap-42-label-is-not-the-tag" "R014-lightweight";
}

#[test]
fn every_rule_has_a_case_that_breaks_it() {
    let broken: BTreeSet<String> = names()
        .iter()
        .flat_map(|name| Case::read(name).wants("finds"))
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect();
    let rules: BTreeSet<String> = all().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(broken, rules);
    assert!(!rules.contains("R016"), "nobody knows what it checks");
}

#[test]
fn the_manual_lists_every_rule_with_its_level() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lint.md")).unwrap();
    let told: Vec<&str> = text.lines().filter(|line| line.starts_with("| R") || line.starts_with("| C")).collect();
    let real: Vec<String> =
        all().map(|rule| format!("| {} | {} | {} | {} |", rule.id, rule.level.as_str(), rule.checks, rule.fix)).collect();
    assert_eq!(told, real);
}

fn canteen(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_canteen")).args(["recipe", "lint"]).args(arguments).output().unwrap()
}

/// The files of a case in a folder of this machine.
fn laid_out(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in Case::read(name).files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_command_tells_by_its_exit_code_whether_an_error_was_found() {
    let (good, bad) = (laid_out("good"), laid_out("R009-no-app"));
    let [good, bad] = [&good, &bad].map(|folder| folder.path().to_str().unwrap());
    let ran = canteen(&[good]);
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stdout));
    assert!(text(&ran.stdout).contains("R014  error  Versions are annotated tags: skipped: there is no repository"));
    let ran = canteen(&[bad]);
    assert_eq!(ran.status.code(), Some(1));
    let said = text(&ran.stdout);
    assert!(said.contains("R009  error") && said.contains("compose.yml: it has no service named app"), "{said}");
    assert!(said.ends_with("R016 of abra is left out, nobody told what it checks\n"), "{said}");
    for (arguments, code) in [(&["/nowhere"][..], 1), (&[good, "--version", "1.0.0+1"], 1), (&[][..], 2), (&[good, "--yaml"], 2)] {
        let ran = canteen(arguments);
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}");
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_command_reads_a_tag_of_a_repository_and_the_files_as_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<(String, String)> = Case::read("good").files.into_iter().map(|(path, bytes)| (path, text(&bytes))).collect();
    let flat: Vec<(&str, &str)> =
        files.iter().filter(|(path, _)| !path.contains('/')).map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let repo = recipes::repository(folder.path(), "bakery", Some("1.2.0+1.4.2"), &flat);
    fs::remove_file(repo.join(".env.sample")).unwrap();
    let repo = repo.to_str().unwrap();
    let report = |arguments: &[&str]| -> (Option<i32>, Value) {
        let ran = canteen(arguments);
        (ran.status.code(), serde_json::from_slice(&ran.stdout).unwrap())
    };
    let rule = |report: &Value, id: &str| {
        let rules = report["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["rule"] == id).unwrap().clone()
    };
    let (code, lying) = report(&[repo, "--json"]);
    assert_eq!((code, &lying["errors"]), (Some(1), &Value::from(1)));
    let missing = serde_json::json!([{"file": ".env.sample", "line": null, "text": "there is no such file"}]);
    assert_eq!(rule(&lying, "R008")["findings"], missing);
    assert_eq!(rule(&lying, "R010")["why_skipped"], "the sample has no DOMAIN, so nobody visits it");
    let (code, tagged) = report(&[repo, "--version", "1.2.0+1.4.2", "--json"]);
    assert_eq!((code, &tagged["errors"]), (Some(0), &Value::from(0)));
    assert_eq!((&rule(&tagged, "R014")["result"], &rule(&tagged, "C008")["result"]), (&"satisfied".into(), &"satisfied".into()));
    assert_eq!(tagged["left_out"], serde_json::json!(["R016"]));
    assert_eq!(canteen(&[repo, "--version", "9.9.9+9"]).status.code(), Some(1));
}

/// A recipe without the label that R010 asks for.
const UNTIDY: [(&str, &str); 2] = [
    ("compose.yml", "version: \"3.8\"\nservices:\n  app:\n    image: registry.example.org/untidy:1\n"),
    (".env.sample", "TYPE=untidy\nDOMAIN=untidy.example.com\n"),
];
const APP: &str = "untidy.example.org";

/// A site with an app of the recipe, not deployed.
async fn untidy(site: &Site, ana: &Browser) -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let url = recipes::repository(folder.path(), "untidy", Some("1.0.0+1"), &UNTIDY).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(ana, "untidy", "1.0.0+1", APP).await;
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_recipe_leads_to_the_report_on_each_version() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = untidy(&site, &ana).await;
    let vic = site.viewer().await;
    let link = vic.page("/recipes/untidy").await.between("<a href=\"/recipes/untidy/lint", "\"").unwrap();
    assert_eq!(link, "?version=1.0.0%2B1");
    let page = vic.page(&format!("/recipes/untidy/lint{link}")).await;
    page.says("R010 A service has the label traefik.enable=true").says("✕ Error compose.yml no service has traefik.enable=true");
    page.says("R006 A version is published in the catalogue ▲ Warning").says("R014 Versions are annotated tags Kept");
    page.says("R016 is left out");
    assert_eq!(vic.get("/recipes/untidy/lint?version=7.0.0%2B1").await.status, 404);
    assert_eq!(vic.get("/recipes/nothing/lint").await.status, 404);
    drop(folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_stops_a_deploy_until_an_admin_gives_a_reason() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = untidy(&site, &ana).await;
    let path = format!("/apps/{APP}/deployment");
    let page = ana.page(&path).await;
    page.says("This recipe breaks rules").says("R010").says("Deploy it although the recipe breaks rules");
    assert!(page.body.contains("/recipes/untidy/lint?version=1.0.0%2B1"));
    let before = (site.head().await, site.engine.changes());
    for (fields, why) in [
        (&[("override", ""), ("reason", "")][..], "tick the box"),
        (&[("override", "yes"), ("reason", " ")][..], "Say why it is to be deployed"),
        (&[("override", "no"), ("reason", "I know it \"well\"")][..], "tick the box"),
    ] {
        let refused = send_fields(&ana, &page, &path, fields).await;
        assert_eq!(refused.status, 422, "{fields:?}");
        refused.says("There is a problem").says(why);
        for (_, typed) in fields.iter().filter(|(name, typed)| *name == "reason" && *typed != " ") {
            assert_eq!(refused.fields().iter().find(|(name, _)| name == "reason").unwrap().1, *typed, "what was typed is kept");
        }
    }
    assert_eq!((site.head().await, site.engine.changes()), before, "nothing was asked for");
    let asked =
        send_fields(&ana, &page, &path, &[("override", "yes"), ("reason", " its label comes with the next version ")]).await;
    let done = site.operation_done(operation_of(&asked)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let entries = site.entries().await;
    let entry = entries.iter().find(|entry| entry.particulars.get("override_reason").is_some()).unwrap();
    assert_eq!(entry.action, "app.deploy");
    assert_eq!(entry.particulars["override_reason"], "its label comes with the next version");
    assert_eq!(entry.particulars["lint_errors"], serde_json::json!(["R010"]));
    drop(folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_without_errors_is_deployed_without_a_word() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let page = ana.page(&format!("/apps/{BOARD}/deployment")).await;
    assert!(!page.body.contains("name=\"override\""), "{}", page.text());
    ana.page("/recipes/notice-board/lint").await.says("C015 No service starts first that can't run twice ▲ Warning");
}
