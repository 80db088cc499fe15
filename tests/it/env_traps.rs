//! The traps of `.env` files, by the numbers of the list that the project keeps of them.

use std::collections::BTreeMap;

use canteen::compose::{self, Files, FilesError, Source};
use canteen::envfile::{EnvFile, Modifiers, is_secret_like};
use canteen::recipe::{Pin, abra_sh, environment, fill};
use canteen::stack::convert::convert;
use canteen::stack::desired::Desired;
use canteen::stack::labels::{Stamp, stamp};
use canteen::stack::names::StackName;

fn env(text: &str) -> EnvFile {
    EnvFile::parse(text).unwrap_or_else(|fault| panic!("{text:?}: {fault}"))
}

fn value(text: &str, key: &str) -> Option<String> {
    env(text).get(key)
}

/// The written line of `K` when it gets `value` behind `before`.
fn written(before: &str, value: &str) -> String {
    let mut file = env(before);
    file.set("K", value);
    assert_eq!(file.get("K").as_deref(), Some(value), "{}", file.text());
    file.text()
}

/// No files are beside the compose file.
struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        Err(FilesError { path: path.to_owned(), what: "is not there".to_owned() })
    }
}

fn loaded(compose: &str, variables: &BTreeMap<String, String>) -> compose::Loaded {
    let source = Source { name: "compose.yml".to_owned(), text: compose.to_owned() };
    compose::load(&[source], variables, &NoFiles).unwrap()
}

/// A stack as a deploy of the app `blog.coop` makes it.
fn deployed(compose: &str, file: &EnvFile, exports: &BTreeMap<String, String>) -> Desired {
    let stack = StackName::of_app("blog.coop").unwrap();
    let variables = environment(file, stack.as_str(), exports);
    let mut desired = convert(&stack, &loaded(compose, &variables).config, &NoFiles).unwrap();
    stamp(&mut desired, &Stamp { recipe: "blog", version: "1.0.0+1", chaos: false, chaos_version: None, env: &variables });
    desired
}

const ONE_SERVICE: &str = "version: '3.8'\nservices:\n  app:\n    image: x\n";

#[test]
fn trap_01_a_list_of_compose_files_that_depends_on_the_order_of_lines_is_checked() {
    let base = "COMPOSE_FILE=\"compose.yml\"\n";
    let mail = "COMPOSE_FILE=\"$COMPOSE_FILE:compose.mail.yml\"\n";
    for (text, line, says) in [
        (format!("A=1\n{mail}{base}"), 2, "loses it again in line 3"),
        (format!("A=1\n{mail}"), 2, "empty element"),
        (format!("{base}{mail}{mail}"), 3, "names compose.mail.yml twice"),
        (format!("{base}{mail}{mail}COMPOSE_FILE=$COMPOSE_FILE:x.yml\n"), 3, "names compose.mail.yml twice"),
        ("COMPOSE_FILE=compose.mail.yml:compose.yml\n".to_owned(), 1, "does not begin with compose.yml"),
        ("COMPOSE_FILE=compose.yml::x.yml\n".to_owned(), 1, "empty element"),
        ("COMPOSE_FILE=compose.yml:\n".to_owned(), 1, "empty element"),
        ("COMPOSE_FILE=\n".to_owned(), 1, "empty element"),
        (format!("{base}COMPOSE_FILE=\"$COMPOSE_FILE:../x.yml\"\n"), 2, "no file inside the recipe"),
        ("COMPOSE_FILE=compose.yml:/etc/passwd\n".to_owned(), 1, "no file inside the recipe"),
        ("COMPOSE_FILE=compose.yml:a/../../x\n".to_owned(), 1, "no file inside the recipe"),
        ("COMPOSE_FILE='compose.yml:a\\..\\x'\n".to_owned(), 1, "no file inside the recipe"),
    ] {
        let fault = env(&text).compose_files().unwrap_err();
        assert_eq!(fault.line, line, "{text}");
        assert!(fault.what.contains("COMPOSE_FILE") && fault.what.contains(says) && !fault.hint.is_empty(), "{text}{fault}");
    }
    // A page switches an overlay on below the base line, wherever the sample offers it.
    let mut file = env(&format!("#{mail}{base}"));
    file.append_compose_file("compose.mail.yml");
    assert_eq!(file.compose_files().unwrap(), ["compose.yml", "compose.mail.yml"]);
    assert_eq!(env("A=1\n").compose_files().unwrap(), ["compose.yml"]);
}

#[test]
fn trap_02_of_two_whole_lists_the_last_one_wins_and_it_is_told() {
    let file =
        env("COMPOSE_FILE=\"compose.yml:compose.db.yml\"\n#COMPOSE_FILE=\"compose.yml:x.yml\"\nCOMPOSE_FILE=\"compose.yml\"\n");
    assert_eq!(file.compose_files().unwrap(), ["compose.yml"]);
    let notices = file.notices();
    assert_eq!((notices.len(), notices[0].line), (1, 1));
    assert_eq!(notices[0].what, "COMPOSE_FILE is set again in line 3, and only that one counts");
    let appended = env("COMPOSE_FILE=compose.yml\nCOMPOSE_FILE=\"${COMPOSE_FILE}:x.yml\"\n");
    assert_eq!(appended.notices(), []);
}

#[test]
fn trap_03_a_value_is_quoted_when_it_is_written_so_that_it_is_read_back() {
    for (value, line) in [
        ("$2y$05$abc", "K='$2y$05$abc'\n"),
        ("a # b", "K='a # b'\n"),
        ("#fff", "K='#fff'\n"),
        ("say \"hi\"", "K='say \"hi\"'\n"),
        ("`date`", "K='`date`'\n"),
        (" padded ", "K=' padded '\n"),
        ("one\ntwo", "K='one\ntwo'\n"),
        ("it's $5 \"or\" \\6", "K=\"it's \\$5 \\\"or\\\" \\\\6\"\n"),
        ("plain value", "K=plain value\n"),
        ("C:\\dir", "K=C:\\dir\n"),
    ] {
        assert_eq!(written("", value), line);
    }
    assert_eq!(env("A=${NO_SUCH}").notices()[0].what, "${NO_SUCH} is set nowhere above and becomes nothing");
    assert!(!env("DB_PASSWORD=x${PIECE}").notices()[0].what.contains("PIECE"), "it is a piece of the password");
    let notices = env("HASH=$2y$05$abc\n").notices();
    assert_eq!(notices[0].what, "a $ becomes nothing, with the capitals and digits behind it: no line above sets such a variable");
}

#[test]
fn trap_04_a_value_is_not_interpolated_a_second_time() {
    let file = env("A='x$$y ${B} $B'\nB=never\n");
    assert_eq!(file.get("A").as_deref(), Some("x$$y ${B} $B"));
    let compose = format!("{ONE_SERVICE}    command: [\"$A\", \"${{A}}\", \"a$$b\"]\n");
    let command = &loaded(&compose, &file.values()).config.services["app"].command;
    assert_eq!(format!("{command:?}").matches("x$$y ${B} $B").count(), 2, "{command:?}");
    assert!(format!("{command:?}").contains("\"a$b\""), "{command:?}");
}

#[test]
fn trap_05_set_to_nothing_is_not_the_same_as_not_set() {
    let compose = format!(
        "{ONE_SERVICE}    environment:\n      - LETS_ENCRYPT_ENV\n      - OTHER\n      - A=${{LETS_ENCRYPT_ENV-unset}}\n      - B=${{LETS_ENCRYPT_ENV:-empty}}\n"
    );
    for (text, expected) in [
        ("LETS_ENCRYPT_ENV=\n", ["A=", "B=empty", "LETS_ENCRYPT_ENV="].as_slice()),
        ("", &["A=unset", "B=empty"]),
        ("LETS_ENCRYPT_ENV=staging", &["A=staging", "B=staging", "LETS_ENCRYPT_ENV=staging"]),
    ] {
        let service = deployed(&compose, &env(text), &BTreeMap::new()).services.remove(0);
        let pairs = service.task_template.container_spec.env;
        let found: Vec<_> = pairs.iter().filter(|pair| pair.contains('=') && !pair.starts_with("STACK_NAME=")).collect();
        assert_eq!(found, expected, "{text}");
    }
    let mut file = env("LETS_ENCRYPT_ENV=production\n");
    file.set("LETS_ENCRYPT_ENV", "");
    assert_eq!((file.text().as_str(), file.get("LETS_ENCRYPT_ENV").as_deref()), ("LETS_ENCRYPT_ENV=\n", Some("")));
    file.disable("LETS_ENCRYPT_ENV");
    assert_eq!((file.text().as_str(), file.get("LETS_ENCRYPT_ENV")), ("#LETS_ENCRYPT_ENV=\n", None));
}

#[test]
fn trap_06_a_hash_begins_a_comment_only_behind_a_blank() {
    assert_eq!(value("PASS=abc#def", "PASS").unwrap(), "abc#def");
    assert_eq!(value("PASS=abc #def", "PASS").unwrap(), "abc");
    assert_eq!(value("PASS='abc #def' # c", "PASS").unwrap(), "abc #def");
    assert_eq!(written("K=x # c\n", "abc #def"), "K='abc #def' # c\n");
}

#[test]
fn trap_07_the_comment_behind_a_secret_survives_every_edit() {
    let text = "SECRET_DB_VERSION=v1       # length=64 charset=hex\nA=1\n#SECRET_X_VERSION=v1  # generate=false\n";
    let mut file = env(text);
    file.set("SECRET_DB_VERSION", "v2");
    file.enable("SECRET_X_VERSION", "v3");
    let filled = fill(&file, &BTreeMap::from([("A".to_owned(), "2".to_owned())]), &[]);
    assert_eq!(filled.text(), "SECRET_DB_VERSION=v2       # length=64 charset=hex\nA=2\nSECRET_X_VERSION=v3  # generate=false\n");
    let rules = Modifiers { length: Some(64), charset: Some("hex".to_owned()), generate: true };
    assert_eq!(filled.modifiers("SECRET_DB_VERSION"), rules);
    assert!(!filled.modifiers("SECRET_X_VERSION").generate);
}

#[test]
fn trap_08_a_pin_is_split_at_its_last_colon_and_rewritten_in_its_place() {
    for (line, recipe, version, rewritten) in [
        ("TYPE=blog:1.2.3+4.5 # note\n", "blog", Some("1.2.3+4.5"), "TYPE=blog:2.0.0+5 # note\n"),
        ("TYPE='blog'\r\n", "blog", None, "TYPE='blog:2.0.0+5'\r\n"),
        (
            "RECIPE=git.coop:8443/our/blog\nTYPE=x\n",
            "git.coop:8443/our/blog",
            None,
            "RECIPE=git.coop:8443/our/blog:2.0.0+5\nTYPE=x\n",
        ),
        (
            "TYPE=git.coop:8443/our/blog:eb96de94+U",
            "git.coop:8443/our/blog",
            Some("eb96de94+U"),
            "TYPE=git.coop:8443/our/blog:2.0.0+5",
        ),
    ] {
        let mut file = env(line);
        let mut pin = Pin::of(&file).unwrap();
        assert_eq!((pin.recipe.as_str(), pin.version.as_deref()), (recipe, version));
        pin.version = Some("2.0.0+5".to_owned());
        file.set(Pin::key(&file), &pin.to_string());
        assert_eq!(file.text(), rewritten);
    }
    assert_eq!(Pin::of(&env("DOMAIN=blog.coop\n")), None);
}

#[test]
fn trap_09_files_of_other_systems_are_read_and_stay_as_they_are() {
    for (text, after) in [
        ("A=1\r\nK=2\r\n", "A=1\r\nK=x\r\n"),
        ("\u{feff}K=2", "\u{feff}K=x"),
        ("A=1\nK=2", "A=1\nK=x"),
        ("A=1\r\nB=2", "A=1\r\nB=2\r\nK=x\r\n"),
        ("\tK\t=\t2\t# c\n", "\tK\t=\tx\t# c\n"),
        ("# \u{2500}\u{2500} Läden \u{2500}\u{2500}\nK='ä'\n", "# \u{2500}\u{2500} Läden \u{2500}\u{2500}\nK='x'\n"),
    ] {
        assert_eq!(env(text).text(), text);
        assert_eq!(written(text, "x"), after);
    }
}

#[test]
fn trap_10_only_upper_case_names_are_replaced_and_defaults_are_not_known() {
    let text = "lower=x\nA=$lower\nB=${X:-y}\nC=${lower}\nE=https://${DOMAIN}\nDOMAIN=blog.coop\n";
    let file = env(text);
    let values: Vec<_> = file.entries().iter().map(|entry| entry.value.as_str()).collect();
    assert_eq!(values, ["x", "$lower", ":-y}", "${lower}", "https://", "blog.coop"]);
    let told: Vec<_> = file.notices().into_iter().map(|notice| (notice.line, notice.what)).collect();
    let expected = [
        (3, "only ${NAME} is understood here, without anything between the name and the }"),
        (4, "${…} with a name in lower case is not replaced and stays as it is written"),
        (5, "$DOMAIN is set below, in line 6, and is empty here"),
    ];
    assert_eq!(told, expected.map(|(line, what)| (line, what.to_owned())));
}

#[test]
fn trap_11_a_config_version_in_the_env_has_no_effect_when_abra_sh_exports_it() {
    let exports = abra_sh::exports("export NGINX_CONF_VERSION=v4\n");
    let variables = environment(&env("NGINX_CONF_VERSION=v9\nOTHER_VERSION=v2\n"), "blog_coop", &exports);
    assert_eq!((variables["NGINX_CONF_VERSION"].as_str(), variables["OTHER_VERSION"].as_str()), ("v4", "v2"));
}

#[test]
fn trap_12_every_variable_reaches_every_container_so_what_should_be_secret_is_known_by_its_name() {
    let compose = format!("{ONE_SERVICE}  db:\n    image: y\n");
    let file = env("SONIC_PASSWORD=hunter2\nSECRET=s\nTYPE=blog\nSECRET_DB_VERSION=v1\n");
    let desired = deployed(&compose, &file, &BTreeMap::new());
    assert_eq!(desired.services.len(), 2);
    for service in &desired.services {
        let pairs = &service.task_template.container_spec.env;
        assert!(pairs.iter().any(|pair| pair == "SONIC_PASSWORD=hunter2"), "{pairs:?}");
        assert!(pairs.iter().any(|pair| pair == "TYPE=blog:1.0.0+1"), "{pairs:?}");
    }
    let marked: Vec<_> = file.values().into_keys().filter(|key| is_secret_like(key)).collect();
    assert_eq!(marked, ["SECRET", "SONIC_PASSWORD"]);
    assert!(!format!("{file:?}").contains("hunter2"), "nothing prints values by accident");
}

#[test]
fn trap_13_another_domain_changes_nothing_but_what_names_it() {
    let compose = format!("{ONE_SERVICE}    volumes: [\"data:/data\"]\nvolumes:\n  data:\n");
    let before = deployed(&compose, &env("DOMAIN=old.coop\n"), &BTreeMap::new());
    let after = deployed(&compose, &env("DOMAIN=new.coop\n"), &BTreeMap::new());
    assert_eq!((after.stack.as_str(), &after.services[0].name), ("blog_coop", &before.services[0].name));
    let mounts = |desired: &Desired| format!("{:?}", desired.services[0].task_template.container_spec.mounts);
    assert!(mounts(&after).contains("blog_coop_data"), "{}", mounts(&after));
    assert_eq!(mounts(&before), mounts(&after));
}
