//! What restic and ssh read from files: the password, a key, whom to trust.

use std::ffi::OsString;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::restic::{Credentials, HostKey, Place, Repository};

/// A folder that only we may look into, for one call. It goes away with everything in it.
pub(super) struct Papers {
    folder: PathBuf,
}

impl Papers {
    /// Writes what the repository needs into a new folder below `scratch`.
    pub(super) fn write(scratch: &Path, repository: &Repository) -> io::Result<Self> {
        if scratch.to_str().is_none_or(|path| path.contains(['\'', '"', ',', '\\'])) {
            return Err(io::Error::other("a quote, a comma or a backslash in its name would be something else to restic"));
        }
        DirBuilder::new().mode(0o700).recursive(true).create(scratch)?;
        let papers = Self { folder: scratch.join(format!("restic-{}", crate::random::letters_and_digits(16))) };
        DirBuilder::new().mode(0o700).create(&papers.folder)?;
        papers.file("password", repository.password().expose())?;
        if let (Place::Sftp { host, port, .. }, Credentials::Sftp { private_key, known_host }) =
            (repository.place(), repository.credentials())
        {
            papers.file("key", private_key.expose())?;
            papers.file("known_hosts", &known_hosts(host, *port, known_host))?;
        }
        Ok(papers)
    }

    fn file(&self, name: &str, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.folder.join(name))?;
        file.write_all(text.as_bytes())
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The whole environment of restic. Secrets that it takes no file for stand here, and nowhere else.
    pub(super) fn environment(&self, repository: &Repository) -> Vec<(&'static str, OsString)> {
        let mut all: Vec<(&'static str, OsString)> = vec![
            ("RESTIC_PASSWORD_FILE", self.folder.join("password").into()),
            ("TMPDIR", self.folder.clone().into()),
            ("HOME", self.folder.clone().into()),
            // Where ssh is found.
            ("PATH", "/usr/local/bin:/usr/bin:/bin".into()),
            // Lines of progress in a second.
            ("RESTIC_PROGRESS_FPS", "2".into()),
        ];
        match repository.credentials() {
            Credentials::Rest { user, password } => {
                all.push(("RESTIC_REST_USERNAME", user.into()));
                all.push(("RESTIC_REST_PASSWORD", password.expose().into()));
            }
            Credentials::S3 { key_id, secret } => {
                all.push(("AWS_ACCESS_KEY_ID", key_id.into()));
                all.push(("AWS_SECRET_ACCESS_KEY", secret.expose().into()));
            }
            Credentials::None | Credentials::Sftp { .. } => {}
        }
        all
    }
}

impl Drop for Papers {
    fn drop(&mut self) {
        // What can't be removed now is in a folder that nobody else may look into.
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// The format of sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT".
fn known_hosts(host: &str, port: u16, key: &HostKey) -> String {
    if port == 22 { format!("{host} {}\n", key.as_str()) } else { format!("[{host}]:{port} {}\n", key.as_str()) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::restic::{AbsPath, RepositoryPassword};

    #[test]
    fn papers_are_for_our_eyes_and_go_away() {
        let scratch = tempfile::tempdir().unwrap();
        let place = Place::Sftp { user: "coop".into(), host: "h".into(), port: 2222, path: AbsPath::new("/b").unwrap() };
        let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----";
        let credentials = Credentials::sftp(key, "ssh-ed25519 AAAA").unwrap();
        let repository = Repository::new(place, RepositoryPassword::new("seven otters").unwrap(), credentials).unwrap();
        let papers = Papers::write(&scratch.path().join("new"), &repository).unwrap();
        let read = |name: &str| std::fs::read_to_string(papers.folder().join(name)).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(read("password"), "seven otters");
        assert_eq!(read("known_hosts"), "[h]:2222 ssh-ed25519 AAAA\n");
        assert_eq!(mode(papers.folder()), 0o700);
        assert!(["password", "key", "known_hosts"].iter().all(|name| mode(&papers.folder().join(name)) == 0o600));
        let environment = format!("{:?}", papers.environment(&repository));
        assert!(!environment.contains("otters"), "{environment}");
        drop(papers);
        assert_eq!(std::fs::read_dir(scratch.path().join("new")).unwrap().count(), 0);
    }
}
