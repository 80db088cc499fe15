//! Bit rot, and what is left of a repository that has it.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};

use canteen::restic::{BackupEngine as _, BackupError, Captured, CheckDepth, RestoreWish, Surplus, Watch};

use crate::harness::{Bench, captured, noise, path, store};

#[tokio::test]
async fn bit_rot_is_found_by_reading_the_data_and_all_else_comes_back() {
    let (bench, restic) = Bench::with_repository().await;
    let volume = bench.volume("pad_data");
    // Stored one after the other, so that each has a pack of its own.
    fs::write(volume.join("bad"), noise(1, 2)).unwrap();
    store(&restic, "pad", &[&volume]).await;
    let rotten: Vec<_> = bench.stored("data").into_iter().filter(|path| fs::metadata(path).unwrap().len() > 1 << 20).collect();
    fs::write(volume.join("good"), noise(2, 2)).unwrap();
    let made = store(&restic, "pad", &[&volume]).await;
    let [rotten] = rotten.as_slice() else { panic!("{rotten:?}") };
    fs::set_permissions(rotten, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut pack = fs::OpenOptions::new().write(true).open(rotten).unwrap();
    pack.seek(SeekFrom::Start(1000)).unwrap();
    pack.write_all(&[0x55; 64]).unwrap();
    drop(pack);

    let check = |depth| {
        let restic = bench.restic();
        async move { restic.check(depth, &Watch::nobody()).await.unwrap() }
    };
    assert!(check(CheckDepth::Structure).await.is_sound(), "the length is right, and nothing was read");
    let found = check(CheckDepth::Data).await;
    assert_eq!(found.broken_packs, [rotten.file_name().unwrap().to_str().unwrap()]);
    assert!(!found.problems.is_empty());
    let mut parts = 0;
    for part in 1..=2 {
        parts += check(CheckDepth::Part { part, of: 2 }).await.broken_packs.len();
    }
    assert_eq!(parts, 1, "one of two halves has it");

    let Captured::Whole(whole) = captured(&restic, &made.snapshot, &volume).await else { panic!() };
    let target = bench.at("restored/_data");
    let wish = RestoreWish::whole(whole, Surplus::Keep, &path(&target)).unwrap();
    let Err(BackupError::Incomplete(faults)) = restic.restore(&wish, &Watch::nobody()).await else { panic!() };
    assert!(faults.iter().all(|fault| fault.path.ends_with("/bad")), "{faults:?}");
    assert_eq!(fs::read(target.join("good")).unwrap(), noise(2, 2));
}
