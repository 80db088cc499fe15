//! Compose files that ask for power, and such as don't: what the policy finds in each, and for whom it lets them through.
//!
//! A file of `tests/data/policy/` begins with comments. `asks` names a kind of power and the service (`-` for the stack), `for` the least
//! trusted who may deploy it, `env` a setting, `refused` a word of the reason why it does not even become a stack, `notice` one of a
//! notice. `### overlay` begins a second file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use canteen::compose::{self, Files, FilesError, Source};
use canteen::stack::convert::convert;
use canteen::stack::desired::Desired;
use canteen::stack::labels::{Stamp, stamp};
use canteen::stack::names::{StackName, descope};
use canteen::stack::observed::{Config, NAMESPACE_LABEL, Named, Neighbour, Network, Observed};
use canteen::stack::policy::{Kind, Tier, claimed, verdict};
use canteen::stack::spec::Labels;

pub(crate) const STACK: &str = "pad_example_org";
pub(crate) const APP: &str = "pad.example.org";

/// One file.
pub(crate) struct Case {
    pub(crate) name: String,
    text: String,
}

/// What a case becomes.
pub(crate) type Read = Result<(Desired, Vec<String>), String>;

impl Case {
    /// All files of a folder, sorted.
    pub(crate) fn all(folder: &str) -> Vec<Self> {
        let files = std::fs::read_dir(root().join(folder)).unwrap().map(|f| f.unwrap().path());
        let read = |path: PathBuf| Self {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        };
        let mut cases: Vec<Self> = files.map(read).collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    fn said<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.text.lines().filter_map(move |l| l.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(": "))
    }

    /// The least trusted who may.
    pub(crate) fn allowed_for(&self) -> Option<Tier> {
        self.said("for").next().map(|word| match word {
            "member" => Tier::Member,
            "maintainer" => Tier::Maintainer,
            "admin" => Tier::Admin,
            other => panic!("{}: nobody is called {other}", self.name),
        })
    }

    /// The stack that would be sent, and the notices.
    pub(crate) fn read(&self) -> Read {
        let mut settings = BTreeMap::from([("DOMAIN".to_owned(), APP.to_owned())]);
        settings.extend(self.said("env").map(|pair| pair.split_once('=').unwrap()).map(|(k, v)| (k.to_owned(), v.to_owned())));
        let mut variables = settings.clone();
        variables.insert("STACK_NAME".to_owned(), STACK.to_owned());
        let source = |(n, text): (usize, &str)| Source { name: format!("compose.{n}.yml"), text: text.to_owned() };
        let sources: Vec<Source> = self.text.split("### overlay\n").enumerate().map(source).collect();
        let loaded = compose::load(&sources, &variables, &Beside).map_err(|e| e.to_string())?;
        let mut desired = convert(&StackName::parse(STACK).unwrap(), &loaded.config, &Beside).map_err(|e| e.to_string())?;
        let with = Stamp { recipe: "pad", version: "1.0.0+1", chaos: false, chaos_version: None, env: &variables };
        stamp(&mut desired, &with);
        desired.domains = claimed(&settings);
        Ok((desired, loaded.notices.iter().map(|n| format!("{}: {}", n.path, n.text)).collect()))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/policy")
}

struct Beside;

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        std::fs::read(root().join("files").join(path)).map_err(|e| FilesError { path: path.to_owned(), what: e.to_string() })
    }
}

/// A Swarm with other apps: some whose names go on where ours ends, one with objects, one with an address, and the dashboard.
pub(crate) fn others() -> Observed {
    let of = |label: &str, owner: &str| Labels::from([(label.to_owned(), owner.to_owned())]);
    let secret = |name: &str, labels| Named { id: format!("id-{name}"), name: name.to_owned(), labels, ..Named::default() };
    let network = |name: &str, labels| Network {
        id: format!("id-{name}"),
        name: name.to_owned(),
        scope: "swarm".to_owned(),
        driver: "overlay".to_owned(),
        labels,
    };
    let neighbour = |stack: &str, recipe: &str, domains: &[&str]| Neighbour {
        stack: stack.to_owned(),
        recipe: recipe.to_owned(),
        domains: domains.iter().map(|&host| host.to_owned()).collect(),
    };
    Observed {
        secrets: vec![
            secret("wiki_example_org_db_password_v1", of("coop-cloud.app", "wiki.example.org")),
            secret("pad_example_org_uk_db_password_v1", Labels::new()),
            secret("pad_example_org_token_v1", of("coop-cloud.app", APP)),
        ],
        networks: vec![
            network("proxy", Labels::new()),
            network("docker_gwbridge", Labels::new()),
            network("host", Labels::new()),
            network("wiki_example_org_internal", of(NAMESPACE_LABEL, "wiki_example_org")),
            network("pad_example_org_shared", of(NAMESPACE_LABEL, "wiki_example_org")),
            network("pad_example_org_uk_internal", Labels::new()),
            network("pad_example_org_internal", of(NAMESPACE_LABEL, STACK)),
        ],
        configs: vec![Config {
            name: "wiki_example_org_conf_v1".to_owned(),
            labels: of(NAMESPACE_LABEL, "wiki_example_org"),
            ..Config::default()
        }],
        neighbours: vec![
            neighbour("wiki_example_org", "dokuwiki", &["wiki.example.org"]),
            neighbour("pad_example_org_uk", "etherpad", &[]),
            neighbour("dash_example_org", "canteen", &[]),
            // These two are apps that are not deployed.
            neighbour("pad_example_org_eu", "etherpad", &[]),
            neighbour("files_example_org", "nextcloud", &["files.example.org"]),
        ],
        ..Observed::default()
    }
}

/// What is not as the file says.
fn judged(case: &Case) -> Result<(), String> {
    let mut refused = case.said("refused");
    let (desired, notices) = match (case.read(), refused.next()) {
        (Err(why), Some(word)) if why.contains(word) => return Ok(()),
        (Err(why), _) => return Err(format!("it does not become a stack: {why}")),
        (Ok(_), Some(word)) => return Err(format!("it becomes a stack, and should be refused for {word}")),
        (Ok(read), None) => read,
    };
    let verdict = verdict(&desired, &others());
    let short = |full: &str| if full.is_empty() { "-".to_owned() } else { descope(&desired.stack, full).unwrap().to_owned() };
    let mut found: Vec<String> = verdict.powers.iter().map(|p| format!("{} {}", p.kind.row().name, short(&p.service))).collect();
    let mut wanted: Vec<String> = case.said("asks").map(str::to_owned).collect();
    found.sort();
    wanted.sort();
    if found != wanted {
        return Err(format!("found {found:?} instead of {wanted:?}: {:#?}", verdict.powers));
    }
    if Some(verdict.allowed_for) != case.allowed_for() {
        return Err(format!("it is for {:?}", verdict.allowed_for));
    }
    match case.said("notice").find(|word| !notices.iter().any(|n| n.contains(word))) {
        Some(word) => Err(format!("no notice of {word}: {notices:?}")),
        None => Ok(()),
    }
}

#[test]
fn every_file_asks_for_what_it_says() {
    let cases: Vec<Case> = ["hostile", "benign"].into_iter().flat_map(Case::all).collect();
    let wrong: Vec<String> = cases.iter().filter_map(|c| judged(c).err().map(|why| format!("{}: {why}", c.name))).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn hostile_files_are_many_and_every_kind_has_one() {
    let cases = Case::all("hostile");
    assert!(cases.len() >= 60, "{}", cases.len());
    for case in &cases {
        assert_ne!(case.allowed_for(), Some(Tier::Member), "{} is not hostile", case.name);
    }
    // No compose file can say what is unknown to us, and `Image` is only a note.
    let sayable = Kind::ALL.iter().filter(|k| !matches!(k, Kind::Unknown | Kind::Image));
    for kind in sayable {
        let name = kind.row().name;
        assert!(cases.iter().any(|c| c.said("asks").any(|a| a.starts_with(&format!("{name} ")))), "no file asks for {name}");
    }
}
