//! Examples of the pages.

use super::{Preview, PreviewRow, ScheduleForm, ScheduleRow, ScheduleView, SchedulesView};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::Mark;
use crate::web::when::When;

const OF_APP: &str = "/apps/wiki.example.org/backups/schedule";

fn header() -> AppHeader {
    AppHeader { primary: None, ..AppHeader::sample(Tab::Backups) }
}

fn rows() -> Vec<ScheduleRow> {
    let row = |id, repository: &str, tone, glyph, word, next: &str| ScheduleRow {
        id,
        when: "Every day at 03:30, Europe/Berlin".to_owned(),
        repository: repository.to_owned(),
        keeps: "7 days, 5 weeks and 12 months".to_owned(),
        mark: Mark { tone, glyph, word },
        next: next.to_owned(),
    };
    vec![
        row(1, "offsite", "ok", "●", "On", "2026-11-25 02:30 UTC on your clock"),
        row(2, "<shelf>", "bad", "✕", "Stuck", "The repository <shelf> is broken: the password is wrong"),
        row(3, "offsite", "idle", "‖", "Paused", "Not before somebody lets it go on"),
    ]
}

impl SchedulesView {
    pub fn samples() -> Vec<Self> {
        let own = Self {
            shell: Shell::sample("When wiki.example.org is backed up", Nav::Apps),
            app: Some(header()),
            base: OF_APP.to_owned(),
            rows: rows(),
            followed: vec![],
            exempt: None,
            may_edit: true,
            ready: true,
        };
        let follows = Self { rows: vec![], followed: rows(), ..own.clone() };
        let exempt = Self { rows: vec![], exempt: Some(("<Ana>".to_owned(), When::sample(90))), ..own.clone() };
        let none = Self { rows: vec![], may_edit: false, ready: false, ..own.clone() };
        let default = Self {
            shell: Shell::sample("When apps are backed up", Nav::Backups),
            app: None,
            base: "/backups/schedule".to_owned(),
            ..own.clone()
        };
        let empty = Self { rows: vec![], ready: false, ..default.clone() };
        vec![own, follows, exempt, none, default, empty]
    }
}

impl ScheduleView {
    pub fn samples() -> Vec<Self> {
        let row = |why, count, oldest: &str| PreviewRow { why, count, oldest: oldest.to_owned() };
        let new = Self {
            shell: Shell::sample("A schedule of wiki.example.org", Nav::Apps),
            app: Some(header()),
            base: OF_APP.to_owned(),
            id: None,
            form: ScheduleForm::new("Europe/Berlin".to_owned(), Some(1)),
            repositories: vec![
                (1, "offsite".to_owned(), true, String::new()),
                (2, "<shelf>".to_owned(), false, "the repository <shelf> is broken".to_owned()),
            ],
            zones: vec!["Europe/Berlin".to_owned(), "UTC".to_owned()],
            times: Some(("Every day at 03:30, Europe/Berlin".to_owned(), vec!["Wednesday, 25 November 2026, 03:30".to_owned()])),
            preview: Some(Preview {
                example: true,
                total: 731,
                kept: 21,
                rows: vec![row("One a day", 7, "2026-11-18"), row("One a month", 12, "2025-12-31")],
            }),
            problems: Problems::none(),
        };
        let default = Self {
            shell: Shell::sample("A schedule of backups", Nav::Backups),
            app: None,
            base: "/backups/schedule".to_owned(),
            id: Some(3),
            ..new.clone()
        };
        let mut wrong = Self { repositories: vec![], times: None, preview: None, ..new.clone() };
        "hand".clone_into(&mut wrong.form.when);
        "<61> 3 * * *".clone_into(&mut wrong.form.cron);
        "Europe/<Atlantis>".clone_into(&mut wrong.form.zone);
        for field in ["when", "cron", "zone", "repository", "keep_daily", "mode", "hook_minutes"] {
            wrong.problems.add(field, "This can’t be <that>");
        }
        vec![new, default, wrong]
    }
}
