//! A recipe with more to set than any that is in use: 17 overlays, 60 variables.

use std::fmt::Write as _;

/// Its overlays: file, heading, what it is for.
pub(crate) const OVERLAYS: [(&str, &str, &str); 17] = [
    ("mail", "Mail", "Sends invitations and reminders."),
    ("s3", "Object storage", "Keeps uploads in a bucket instead of a volume."),
    ("oidc", "Single sign-on", "Lets people in with the accounts of another service."),
    ("ldap", "Directory", "Reads people and groups from a directory."),
    ("search", "Search", "Finds words in documents; needs a gigabyte of memory."),
    ("redis", "Cache", "Answers faster when many people are there."),
    ("postgres", "Database", "A database of its own instead of a file."),
    ("preview", "Previews", "Draws small pictures of documents."),
    ("office", "Office documents", "Edits text documents in the browser."),
    ("talk", "Calls", "Voice and video; opens a port of its own."),
    ("push", "Push messages", "Rings phones that have the app."),
    ("metrics", "Metrics", "Numbers for a monitoring."),
    ("antivirus", "Virus scanner", "Looks into uploads; slow at first."),
    ("feeds", "Feeds", "Fetches news from elsewhere."),
    ("captcha", "Puzzles for visitors", "Keeps robots off the form of registration."),
    ("maps", "Maps", "Draws maps with tiles of another service."),
    ("federation", "Federation", "Speaks with servers of other co-ops."),
];

const README: &str = "# Broad\n\n> Everything at once.\n\n<!-- metadata -->\n\n* **Category**: Apps\n* **Status**: 4, stable\n\
    * **Image**: `broad`, 4, upstream\n* **Healthcheck**: No\n* **Backups**: Yes\n* **Email**: Yes\n* **Tests**: 2\n* **SSO**: Yes\n\n\
    <!-- endmetadata -->\n";

/// The recipe's files, by path.
pub(crate) fn broad_recipe() -> Vec<(String, String)> {
    let mut sample = String::from(
        "TYPE=broad\n\n# The address under which members reach it.\nDOMAIN=broad.example.com\n#EXTRA_DOMAINS=', `www.broad.example.com`'\n\
         LETS_ENCRYPT_ENV=production\n#LETS_ENCRYPT_ENV=staging\n\nCOMPOSE_FILE=\"compose.yml\"\n\n\
         # The name on top of every page (required)\nTITLE=Broad\n\n# How much is told in the log, one of: debug, info, warn\nLOG_LEVEL=info\n\
         # Programs that answer at once\nWORKERS=2\nENABLE_BACKUPS=true\n# Seconds to wait for a deploy\nTIMEOUT=300\n#SUPPORT_ADDRESS=help@example.com\n",
    );
    let mut files = vec![
        ("abra.sh".to_owned(), "export ENTRYPOINT_VERSION=v4\n".to_owned()),
        ("README.md".to_owned(), README.to_owned()),
        (
            "compose.yml".to_owned(),
            "services:\n  app:\n    image: broad:1\n    environment: [TITLE, LOG_LEVEL, WORKERS]\n".to_owned(),
        ),
    ];
    for (name, heading, purpose) in OVERLAYS {
        let key = name.to_uppercase();
        writeln!(sample, "\n## {heading}\n\n# {purpose}\n#COMPOSE_FILE=\"$COMPOSE_FILE:compose.{name}.yml\"\n#{key}_ENABLED=1")
            .unwrap();
        writeln!(sample, "# Where it is found; a name or an address\n#{key}_HOST={name}.internal.example\n#{key}_LIMIT=25")
            .unwrap();
        let overlay = format!("services:\n  app:\n    environment: [{key}_ENABLED, {key}_HOST, {key}_LIMIT]\n");
        files.push((format!("compose.{name}.yml"), overlay));
    }
    files.push((".env.sample".to_owned(), sample + "\n## Secrets\nSECRET_SESSION_KEY_VERSION=v1 # length=64\n"));
    files
}
