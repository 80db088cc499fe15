//! Repositories on other machines: by REST with a password, and by SFTP with a key.

use std::fs;
use std::process::Command;

use canteen::restic::{BackupEngine as _, BackupError, Credentials, Place, PlaceFields};

use crate::harness::{Bench, RestServer, SshServer, noise, path, store};

#[tokio::test]
async fn a_rest_server_lets_in_who_has_its_password() {
    let bench = Bench::new();
    fs::create_dir(bench.at("served")).unwrap();
    // SHA-1 is what htpasswd files of its kind can hold without a further program.
    fs::write(bench.at("served/.htpasswd"), "ana:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=\n").unwrap();
    let server = RestServer::start(&bench.at("served"), &[]);
    let place = Place::Rest { url: format!("http://{}/coop/", server.address) };
    let open = |credentials| bench.restic_on(Bench::repository(place.clone(), credentials));
    let restic = open(Credentials::rest("ana", "test").unwrap());
    restic.init().await.unwrap();
    restic.config().await.unwrap();
    for wrong in [Credentials::None, Credentials::rest("ana", "tset").unwrap()] {
        let error = open(wrong).config().await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, BackupError::Failed(_)) && text.contains("401") && !text.contains("tset"), "{text}");
    }
}

#[tokio::test]
async fn a_server_by_sftp_keeps_backups_and_has_to_be_the_one_that_is_known() {
    let bench = Bench::new();
    let server = SshServer::start(&bench.at("ssh"));
    let fields = PlaceFields {
        kind: "sftp".to_owned(),
        user: "coop".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: server.port.to_string(),
        path: server.folder.join("repository").display().to_string(),
        ..PlaceFields::default()
    };
    let open = |known: &str| {
        let credentials = Credentials::sftp(&server.private_key, known).unwrap();
        bench.restic_on(Bench::repository(fields.place().unwrap(), credentials))
    };
    let restic = open(&server.host_key);
    restic.init().await.unwrap();
    let volume = bench.volume("pad_data");
    fs::write(volume.join("upload"), noise(1, 2)).unwrap();
    let made = store(&restic, "pad", &[&volume]).await;
    assert_eq!(restic.list(&made.snapshot, &path(&volume)).await.unwrap().len(), 1);
    let error = open(&server.other_key).config().await.unwrap_err();
    // Whether what ssh says still reaches restic before restic ends is a matter of luck.
    let told = |text: &str| text.contains("Host key verification failed") || text.contains("unable to start the sftp session");
    assert!(matches!(&error, BackupError::Failed(text) if told(text)), "{error:?}");
    open(&server.host_key).config().await.unwrap();
    assert!(bench.scratch_is_empty(), "the key was left in the scratch folder");
    assert!(Command::new("test").arg("-d").arg(server.folder.join("repository/data")).status().unwrap().success());
}
