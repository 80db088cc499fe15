//! The pages of repositories with made-up contents.

use super::index::RepositoryRow;
use super::{BackupsHomeView, KitView, NewRepositoryView, RepositoryForm, RepositoryView, UpkeepLine, mark};
use crate::store::repositories::RepositoryState;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::when::When;

impl BackupsHomeView {
    pub fn samples() -> Vec<Self> {
        let row = |id, name: &str, state| RepositoryRow {
            id,
            name: name.to_owned(),
            kind: "A REST server",
            place: "https://backups.example.org:8000/co-op/".to_owned(),
            mark: mark(state),
            answered: Some(When::sample(90)),
            trouble: String::new(),
        };
        let empty = Self { shell: Shell::sample("Backups", Nav::Backups), rows: vec![], may_configure: true };
        let mut rows: Vec<RepositoryRow> =
            RepositoryState::ALL.iter().zip(1..).map(|(state, id)| row(id, "<Attic>", *state)).collect();
        for row in rows.iter_mut().filter(|row| row.mark.tone == "bad") {
            "the password does not open the repository at <b>".clone_into(&mut row.trouble);
            row.answered = None;
        }
        let full = Self { rows, ..empty.clone() };
        vec![Self { may_configure: false, ..empty.clone() }, empty, full]
    }
}

fn rest() -> RepositoryForm {
    RepositoryForm {
        name: "<Attic>".to_owned(),
        kind: "rest".to_owned(),
        rest_url: "https://backups.example.org:8000/co-op/".to_owned(),
        rest_user: "co-op".to_owned(),
        append_only: "on".to_owned(),
        ..RepositoryForm::default()
    }
}

impl NewRepositoryView {
    pub fn samples() -> Vec<Self> {
        let empty = Self {
            shell: Shell::sample("A new repository", Nav::Backups),
            form: RepositoryForm { kind: "rest".to_owned(), ..RepositoryForm::default() },
            problems: Problems::none(),
            fresh: true,
        };
        let sftp = RepositoryForm { kind: "sftp".to_owned(), sftp_host: "<b>".to_owned(), ..rest() };
        let mut wrong = Self { form: sftp, ..empty.clone() };
        wrong.problems.add("sftp_host", "The host may have letters, digits and .- only, and no - at its beginning");
        wrong.problems.add("sftp_private_key", "This is no private key");
        let mut kind = Self { form: RepositoryForm { kind: String::new(), ..rest() }, ..empty.clone() };
        kind.problems.add("kind", "The kind has to be local, rest, s3 or sftp");
        vec![empty, wrong, kind]
    }
}

impl RepositoryView {
    pub fn samples() -> Vec<Self> {
        let active = Self {
            shell: Shell::sample("<Attic>", Nav::Backups),
            id: 1,
            name: "<Attic>".to_owned(),
            kind: "A REST server",
            place: "https://backups.example.org:8000/co-op/".to_owned(),
            local: false,
            state: RepositoryState::Active,
            mark: mark(RepositoryState::Active),
            append_only: true,
            upkeep: UpkeepLine::samples(),
            restic_id: "b1946ac924".to_owned(),
            answered: Some(When::sample(90)),
            trouble: None,
            kit: Some(When::sample(1000)),
            may_configure: true,
            form: rest(),
            problems: Problems::none(),
            kept: true,
            fresh: false,
        };
        let of = |state| Self { state, mark: mark(state), ..active.clone() };
        let trouble = Some(("there is no repository at <b>".to_owned(), When::sample(5)));
        let new = Self {
            restic_id: String::new(),
            answered: None,
            kit: None,
            kept: false,
            fresh: true,
            local: true,
            trouble: trouble.clone(),
            ..of(RepositoryState::New)
        };
        let mut code = Self { trouble: trouble.clone(), ..of(RepositoryState::Ready) };
        code.problems.add("code", "This is not the check code of the newest recovery kit");
        let broken = Self { trouble, append_only: false, ..of(RepositoryState::Broken) };
        let looks = Self { may_configure: false, ..active.clone() };
        vec![active.clone(), new, of(RepositoryState::Ready), code, broken, of(RepositoryState::Retired), looks]
    }
}

impl KitView {
    pub fn samples() -> Vec<Self> {
        let text = str::to_owned;
        let local = Self {
            name: text("<Attic>"),
            origin: text("https://canteen.example.org"),
            address: text("local:/srv/<backups>"),
            restic_id: text("b1946ac92492d2347c6235b4d2611184"),
            password: text("seven<quiet>otters"),
            code: text("K7QM-3FXR"),
            date: text("2026-11-24 02:00 UTC"),
            by: text("Ana"),
            variables: vec![],
            access: "It is a folder of the server’s own disk: bring the disk, or a copy of the folder.",
        };
        let variables = vec![("AWS_ACCESS_KEY_ID", text("<id>")), ("AWS_SECRET_ACCESS_KEY", text("the secret key"))];
        vec![Self { variables, ..local.clone() }, local]
    }
}
