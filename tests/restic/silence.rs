//! Places that do not answer.

use std::fs;
use std::time::Duration;

use canteen::restic::{BackupEngine as _, BackupError, Watch};
use tokio::net::TcpListener;

use crate::harness::{Bench, Dam, RestServer, noise, wish};

#[tokio::test]
async fn a_place_that_never_answers_is_given_up_after_our_own_time() {
    let bench = Bench::new();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut patience = Bench::patience();
    // What restic itself would go on with for a quarter of an hour.
    patience.answer = Duration::from_secs(4);
    let version = bench.restic_on(bench.local()).version().await;
    assert!(version.is_ok());
    for address in [silent.local_addr().unwrap(), closed] {
        let restic = bench.restic_on(Bench::rest(address)).with_patience(patience);
        // A machine that is very slow may need longer than that to start restic at all.
        restic.version().await.ok();
        let error = restic.config().await.unwrap_err();
        assert!(matches!(&error, BackupError::TimedOut { seconds: 4, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_backup_that_comes_no_further_is_ended() {
    let bench = Bench::new();
    let server = RestServer::start(&bench.at("served"), &["--no-auth"]);
    let dam = Dam::before(server.address, 200_000).await;
    let mut patience = Bench::patience();
    patience.stall = Duration::from_secs(5);
    let restic = bench.restic_on(Bench::rest(dam.address)).with_patience(patience);
    restic.init().await.unwrap();
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 60)).unwrap();
    dam.shut();
    let watch = Watch::nobody();
    let error = restic.backup(&wish("pad", &[&volume]), &watch).await.unwrap_err();
    assert!(matches!(error, BackupError::TimedOut { seconds: 5, .. }), "{error:?}");
    assert!(watch.progress().borrow().bytes_total > 0, "it had begun");
    dam.open();
    assert_eq!(restic.locks().await.unwrap(), []);
}
