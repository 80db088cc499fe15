//! Plans with made-up contents.

use super::{Blocker, Change, Changes, DiffLine, ImageChange, NameChange, ObjectChange, Sign};
use crate::web::powers::Powers;
use crate::web::shell::Link;

impl Changes {
    /// Some of everything.
    pub fn sample() -> Self {
        let line = |sign, text: &str| DiffLine { sign, text: text.to_owned() };
        let object =
            |kind: &str, name: &str, change, lines| ObjectChange { kind: kind.to_owned(), name: name.to_owned(), change, lines };
        Self {
            blockers: Vec::new(),
            warnings: vec!["The service app is stopped before its new task starts: a short interruption".to_owned()],
            host_powers: Powers::sample(),
            objects: vec![
                object(
                    "Service",
                    "app",
                    Change::Changed,
                    vec![
                        line(Sign::Context, "image"),
                        line(Sign::Removed, "  dokuwiki/dokuwiki:2023-04-04"),
                        line(Sign::Added, "  dokuwiki/dokuwiki:2024-02-06a"),
                        line(Sign::Context, "environment"),
                        line(Sign::Added, "  SMTP_HOST=mail.example.org"),
                    ],
                ),
                object("Service", "cache", Change::Created, vec![line(Sign::Added, "image valkey:8")]),
                object("Service", "cron", Change::Removed, Vec::new()),
                object("Network", "internal", Change::None, Vec::new()),
            ],
            images: vec![
                ImageChange {
                    service: "app".to_owned(),
                    before: Some("dokuwiki:2023-04-04".to_owned()),
                    after: "dokuwiki:2024-02-06a".to_owned(),
                },
                ImageChange { service: "cache".to_owned(), before: None, after: "valkey:8".to_owned() },
            ],
            secrets: vec![NameChange { name: "db_password v1".to_owned(), change: Change::None }],
            configs: vec![NameChange { name: "nginx_conf v3".to_owned(), change: Change::Created }],
            hash: "9f2c61d0".to_owned(),
            differs: false,
        }
    }

    /// With reasons against it.
    pub fn sample_blocked() -> Self {
        let mend = Link { label: "To the secrets".to_owned(), href: "/apps/wiki.example.org/secrets".to_owned() };
        let privileged = "compose.yml: the service app asks for privileged, which Swarm does not know";
        Self {
            blockers: vec![
                Blocker { text: "The secret smtp_password is missing".to_owned(), mend: Some(mend) },
                Blocker { text: privileged.to_owned(), mend: None },
            ],
            ..Self::sample()
        }
    }

    /// What runs is what would be sent.
    pub fn sample_empty() -> Self {
        let app = ObjectChange { kind: "Service".to_owned(), name: "app".to_owned(), change: Change::None, lines: Vec::new() };
        Self { objects: vec![app], images: Vec::new(), warnings: Vec::new(), ..Self::sample() }
    }
}
