//! A folder that one user made and root adds to: the dashboard and its runners.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::harness::{Bench, PASSWORD, new_restic, noise, store};

/// Somebody who is nobody else on this machine.
const SOMEBODY: u32 = 54_321;

fn everything_below(folder: &Path, each: &mut dyn FnMut(&Path)) {
    each(folder);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { everything_below(&path, each) } else { each(&path) }
    }
}

#[tokio::test]
async fn who_made_a_repository_reads_and_removes_what_root_adds_to_it() {
    let (bench, restic) = Bench::with_repository().await;
    let repository = bench.at("repository");
    everything_below(&repository, &mut |path| chown(path, Some(SOMEBODY), Some(SOMEBODY)).unwrap());
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(3, 2)).unwrap();
    store(&restic, "pad", &[&volume]).await;
    let (mut of_root, mut foreign) = (0, vec![]);
    everything_below(&repository, &mut |path| {
        let about = fs::metadata(path).unwrap();
        of_root += usize::from(about.uid() == 0);
        if about.gid() != SOMEBODY {
            foreign.push(path.to_owned());
        }
    });
    assert!(of_root > 0 && foreign.is_empty(), "{of_root}, {foreign:?}");

    // The program and the folder lie where only root may look.
    let program = bench.at("restic");
    fs::copy(new_restic(), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(program.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    let as_somebody = |arguments: &[&str]| -> Output {
        let mut command = Command::new(&program);
        command.uid(SOMEBODY).gid(SOMEBODY).current_dir("/").env_clear().env("RESTIC_PASSWORD", PASSWORD);
        command.arg("--no-cache").arg("-r").arg(&repository).args(arguments).output().unwrap()
    };
    let sound = as_somebody(&["check", "--read-data"]);
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stderr));
    let gone = as_somebody(&["forget", "--tag", "app=pad", "--unsafe-allow-remove-all", "--prune"]);
    assert!(gone.status.success(), "{}", String::from_utf8_lossy(&gone.stderr));
    assert!(fs::read_dir(repository.join("snapshots")).unwrap().next().is_none(), "the snapshot of root is still there");
}
