use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use reqwest::Url;

use super::super::catalogue_file::{self, CatalogueFileError};
use super::super::http::{Bounded, Failure, TransferLog};
use super::super::{Allow, Origin, ShelfError, catalogue_file::fetch_from};
use super::server::{Server, git_backend, response};
use super::{Scratch, app, change, fsck, git};

#[test]
fn a_recipe_is_cloned_and_then_fetched_over_http() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.write("compose.yml", b"first");
    source.write("large", &noise(200_000));
    let first = source.commit("first");
    source.git(&["tag", "-a", "1.0.0", "-m", "one"]);
    let sent = Arc::new(Mutex::new(Vec::new()));
    let (log, backend) = (Arc::clone(&sent), git_backend(scratch.0.clone()));
    let server = Server::start(move |asked| {
        let answer = backend(asked);
        log.lock().expect("log").push((asked.method.clone(), answer.len()));
        answer
    });
    let origin = server.origin("/source/.git");
    let refreshed = shelf.refresh(&app(), &origin).expect("clone");
    assert_eq!((refreshed.head, refreshed.new_tags), (first.clone(), vec!["1.0.0".to_owned()]));
    assert_eq!(shelf.resolve(&app(), "1.0.0").expect("tag"), first);

    let received = || sent.lock().expect("log").drain(..).map(|(_, bytes)| bytes).sum::<usize>();
    assert!(received() > 200_000, "the large file came");

    source.write("compose.yml", b"second");
    let second = source.commit("second");
    source.git(&["tag", "--force", "1.0.0", &second]);
    source.git(&["tag", "-a", "2.0.0", "-m", "two"]);
    source.git(&["branch", "other", &first]);
    let refreshed = shelf.refresh(&app(), &origin).expect("fetch");
    assert!(received() < 20_000, "and did not come again");
    assert_eq!((refreshed.head, refreshed.new_tags), (second.clone(), vec!["2.0.0".to_owned()]));
    assert_eq!(refreshed.moved_tags, [change("1.0.0", &first, Some(&second))]);
    assert_eq!(shelf.read(&app(), &second, "compose.yml").expect("read").as_deref(), Some(&b"second"[..]));
    assert_eq!(shelf.read(&app(), &first, "compose.yml").expect("read").as_deref(), Some(&b"first"[..]));
    fsck(&scratch.0);
    let packs = std::fs::read_dir(scratch.0.join("shelf/app.git/objects/pack")).expect("packs");
    let mut kinds: Vec<_> = packs.filter_map(|entry| Some(entry.ok()?.path().extension()?.to_owned())).collect();
    kinds.sort();
    assert_eq!(kinds, ["idx", "idx", "pack", "pack"], "one pack from each fetch, and nothing left over");

    let refreshed = shelf.refresh(&app(), &origin).expect("nothing new");
    assert!(refreshed.new_tags.is_empty() && refreshed.moved_tags.is_empty() && refreshed.vanished_tags.is_empty());
    assert_eq!(sent.lock().expect("log").len(), 2, "a hand-shake and a list of refs, but no pack");
}

/// Bytes that no compression makes fewer.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn what_a_server_may_answer_instead_becomes_a_clear_error() {
    let scratch = Scratch::new();
    let shelf = scratch.shelf();
    let smart = "Content-Type: application/x-git-upload-pack-advertisement\r\n";
    for (answer, wanted) in [
        (response("200 OK", "Content-Type: text/html\r\n", b"<html>hello</html>"), "not a usable git repository"),
        (response("200 OK", smart, b"this is no packet line at all"), "not a usable git repository"),
        (response("200 OK", smart, b""), "not a usable git repository"),
        (response("404 Not Found", "", b""), "the server does not know it"),
        (response("401 Unauthorized", "WWW-Authenticate: Basic realm=x\r\n", b""), "asks for a login"),
        (response("302 Found", "Location: http://localhost:1/info/refs\r\n", b""), "redirects to another host"),
        (response("503 Service Unavailable", "", b""), "cannot be reached: the server answered 503"),
        (b"\x00\x01\x02 garbage".to_vec(), "cannot be reached"),
        (Vec::new(), "cannot be reached"),
    ] {
        let server = Server::start(move |_| answer.clone());
        let error = shelf.refresh(&app(), &server.origin("/x")).expect_err(wanted).to_string();
        assert!(error.contains(wanted), "{error}");
        assert!(matches!(shelf.head(&app()), Err(ShelfError::NotMirrored { .. })));
    }
}

#[test]
fn an_unreachable_host_and_a_server_that_breaks_leave_the_mirror_usable() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let commit = source.commit("one");
    let backend = git_backend(scratch.0.clone());
    let server = Server::start(backend);
    shelf.refresh(&app(), &server.origin("/source/.git")).expect("clone");

    source.commit("two");
    let backend = git_backend(scratch.0.clone());
    let broken = Server::start(move |asked| {
        let whole = backend(asked);
        // The pack, which only the last answer holds, stops half way.
        if asked.method == "POST" && whole.windows(4).any(|window| window == b"PACK") {
            whole[..whole.len() - 40].to_vec()
        } else {
            whole
        }
    });
    shelf.refresh(&app(), &broken.origin("/source/.git")).expect_err("half a pack");

    // Enough of TLS to find that the other side does not speak it.
    let plain = Server::start(|_| response("200 OK", "", b""));
    let secure = Origin::parse(&plain.url("/x").replace("http:", "https:"), Allow::RemoteAndLoopback).expect("loopback");
    assert!(matches!(shelf.refresh(&app(), &secure), Err(ShelfError::Unreachable { .. })));

    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let nobody = Origin::parse(&format!("http://{closed}/x"), Allow::RemoteAndLoopback).expect("loopback");
    assert!(matches!(shelf.refresh(&app(), &nobody), Err(ShelfError::Unreachable { .. })));
    assert_eq!(shelf.head(&app()).expect("head"), commit);
    fsck(&scratch.0);
}

#[test]
fn trap_44_a_repository_that_moved_on_its_host_is_followed() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let commit = source.commit("one");
    let backend = git_backend(scratch.0.clone());
    let server = Server::start(move |asked| match asked.target.strip_prefix("/old") {
        Some(tail) => response("301 Moved Permanently", &format!("Location: /source/.git{tail}\r\n"), b""),
        None => backend(asked),
    });
    assert_eq!(shelf.refresh(&app(), &server.origin("/old")).expect("clone").head, commit);
}

#[test]
fn an_empty_repository_on_the_web_has_no_commits() {
    let scratch = Scratch::new();
    let shelf = scratch.shelf();
    scratch.repository("source");
    let server = Server::start(git_backend(scratch.0.clone()));
    assert!(matches!(shelf.refresh(&app(), &server.origin("/source/.git")), Err(ShelfError::NoCommits { .. })));
}

#[test]
fn a_transfer_ends_at_its_limit() {
    use gix::protocol::transport::client::blocking_io::http::Http as _;
    use std::io::Read as _;
    let server = Server::start(|_| response("200 OK", "", &[b'x'; 5000]));
    let base = server.url("/x");
    let log = TransferLog::new(4000);
    let mut http = Bounded::new(&Url::parse(&base).expect("url"), &log).expect("client");
    let mut answer = http.get(&format!("{base}/info/refs"), &base, ["A: b"]).expect("headers");
    answer.body.read_to_end(&mut Vec::new()).expect_err("beyond the limit");
    assert!(matches!(log.failure(), Some(Failure::TooLarge)));
}

#[test]
fn the_catalogue_comes_from_a_file_or_from_the_web_within_its_limit() {
    let scratch = Scratch::new();
    let file = scratch.0.join("recipes.json");
    std::fs::write(&file, "{}").expect("file");
    assert_eq!(catalogue_file::fetch(file.to_str().expect("UTF-8")).expect("file"), "{}");
    std::fs::write(&file, [0xff]).expect("file");
    assert!(matches!(catalogue_file::fetch(file.to_str().expect("UTF-8")), Err(CatalogueFileError::Unreadable { .. })));
    std::fs::File::options().write(true).open(&file).and_then(|file| file.set_len(20 << 20 | 1)).expect("a long file");
    assert!(matches!(catalogue_file::fetch(file.to_str().expect("UTF-8")), Err(CatalogueFileError::TooLarge { .. })));
    let server = Server::start(|asked| match asked.target.as_str() {
        "/recipes.json" => response("200 OK", "", b"{\"a\":1}"),
        _ => response("404 Not Found", "", b""),
    });
    assert_eq!(fetch_from(&server.url("/recipes.json"), Allow::RemoteAndLoopback).expect("web"), "{\"a\":1}");
    let error = fetch_from(&server.url("/other"), Allow::RemoteAndLoopback).expect_err("404").to_string();
    assert!(error.contains("404"), "{error}");
    for source in ["http://example.org/recipes.json", "ftp://me:secret@example.org/x", "https://me:secret@example.org/x"] {
        let error = catalogue_file::fetch(source).expect_err(source);
        assert!(matches!(error, CatalogueFileError::Source { .. }) && !error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn a_recipe_with_many_releases_is_cloned_whole() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let mut stream = Vec::new();
    for number in 1..=600 {
        let message = format!("release {number}");
        let person = "Test <test@example.org> 1700000000 +0000";
        stream.push(format!("commit refs/heads/main\ncommitter {person}\ndata {}\n{message}\n", message.len()));
        stream.push(format!("tag {number}.0.0\nfrom refs/heads/main\ntagger {person}\ndata {}\n{message}\n", message.len()));
    }
    source.write("stream", stream.concat().as_bytes());
    let input = std::fs::File::open(source.0.join("stream")).expect("stream");
    let imported = git().current_dir(&source.0).args(["fast-import", "--quiet"]).stdin(input).status().expect("git fast-import");
    assert!(imported.success());
    let server = Server::start(git_backend(scratch.0.clone()));
    let refreshed = shelf.refresh(&app(), &server.origin("/source/.git")).expect("clone");
    assert_eq!(refreshed.new_tags.len(), 600);
    assert_eq!(shelf.versions(&app()).expect("versions").len(), 600);
    fsck(&scratch.0);
}
