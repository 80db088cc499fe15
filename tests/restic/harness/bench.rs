//! What each test works on.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use canteen::restic::{
    AbsPath, Backup, BackupEngine as _, BackupWish, Captured, Credentials, Kind, Patience, Place, Repository, RepositoryPassword,
    Restic, SnapshotId, Tags, Watch,
};
use tempfile::TempDir;

use super::{new_restic, old_restic};

/// The server whose apps are stored.
pub(crate) const HOST: &str = "pond.example.org";
pub(crate) const PASSWORD: &str = "seven quiet otters";

pub(crate) fn path(path: impl AsRef<Path>) -> AbsPath {
    AbsPath::new(path.as_ref().to_str().unwrap()).unwrap()
}

pub(crate) fn tags(app: &str) -> Tags {
    Tags { app: app.to_owned(), recipe: "etherpad".to_owned(), kind: Kind::Scheduled, partial: false }
}

/// A folder with room for a repository, volumes and what is put back.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A repository in this folder, made.
    pub(crate) async fn with_repository() -> (Self, Restic) {
        let bench = Self::new();
        let restic = bench.restic();
        restic.init().await.unwrap();
        (bench, restic)
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of a volume, made.
    pub(crate) fn volume(&self, name: &str) -> PathBuf {
        let folder = self.at("volumes").join(name).join("_data");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Short enough for tests where nobody answers, and long enough for a machine that is slow.
    pub(crate) fn patience() -> Patience {
        let minutes = Duration::from_mins(5);
        Patience { answer: minutes, read: minutes, lock: Duration::ZERO, stall: minutes, grace: minutes }
    }

    pub(crate) fn local(&self) -> Repository {
        Self::repository(Place::Local { path: path(self.at("repository")) }, Credentials::None)
    }

    pub(crate) fn rest(server: SocketAddr) -> Repository {
        Self::repository(Place::Rest { url: format!("http://{server}/coop/") }, Credentials::None)
    }

    pub(crate) fn repository(place: Place, credentials: Credentials) -> Repository {
        Repository::new(place, RepositoryPassword::new(PASSWORD).unwrap(), credentials).unwrap()
    }

    /// On the repository in this folder.
    pub(crate) fn restic(&self) -> Restic {
        self.restic_on(self.local())
    }

    pub(crate) fn restic_on(&self, repository: Repository) -> Restic {
        self.restic_by(&new_restic(), repository)
    }

    pub(crate) fn restic_by(&self, binary: &Path, repository: Repository) -> Restic {
        Restic::new(binary, repository, &self.at("scratch")).with_patience(Self::patience())
    }

    /// A program that does something before it becomes restic; `$1` and so on are restic's arguments.
    pub(crate) fn before_restic(&self, name: &str, script: &str) -> PathBuf {
        let program = self.at(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\nexec {} \"$@\"\n", new_restic().display())).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    /// A program that writes its number down before it becomes a backup or a dump of restic.
    pub(crate) fn numbered_restic(&self) -> PathBuf {
        let script = format!("case \" $* \" in *\" backup \"*|*\" dump \"*) echo $$ >{}; esac", self.at("number").display());
        self.before_restic("numbered", &script)
    }

    /// What [`numbered_restic`](Self::numbered_restic) wrote down.
    pub(crate) fn number(&self) -> u32 {
        fs::read_to_string(self.at("number")).unwrap().trim().parse().unwrap()
    }

    /// The old restic, on the repository in this folder.
    pub(crate) fn old(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(old_restic());
        command.arg("--repo").arg(self.at("repository")).arg("--no-cache").args(arguments).env("RESTIC_PASSWORD", PASSWORD);
        command.output().unwrap()
    }

    /// Files in the repository in this folder, below one of its parts.
    pub(crate) fn stored(&self, part: &str) -> Vec<PathBuf> {
        let mut found = vec![];
        let mut left = vec![self.at("repository").join(part)];
        while let Some(folder) = left.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { left.push(path) } else { found.push(path) }
            }
        }
        found
    }

    /// Whether nothing is left of what was written for restic to read.
    pub(crate) fn scratch_is_empty(&self) -> bool {
        fs::read_dir(self.at("scratch")).is_ok_and(|mut entries| entries.next().is_none())
    }
}

/// A wish to store these paths.
pub(crate) fn wish(app: &str, paths: &[&Path]) -> BackupWish {
    BackupWish { host: HOST.to_owned(), tags: tags(app), paths: paths.iter().map(path).collect(), parent: None }
}

/// Stores these paths, and nobody looks.
pub(crate) async fn store(restic: &Restic, app: &str, paths: &[&Path]) -> Backup {
    restic.backup(&wish(app, paths), &Watch::nobody()).await.unwrap()
}

/// What a snapshot holds of a folder.
pub(crate) async fn captured(restic: &Restic, id: &SnapshotId, folder: &Path) -> Captured {
    restic.snapshot(id).await.unwrap().unwrap().captured(&path(folder)).unwrap()
}
