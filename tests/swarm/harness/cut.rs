//! A wire to the engine that can be cut, so that one Canteen loses its engine while the other tests keep theirs.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::engine::Engine;

/// The wire. Whole at first.
pub(crate) struct Cut {
    /// `unix://…`, for a Canteen that shall go through it.
    pub(crate) host: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// A request with these words still reaches the engine; its answer and everything after it do not come through.
    at: Option<String>,
    away: bool,
    open: Vec<UnixStream>,
}

impl Cut {
    pub(crate) fn new(engine: &Engine, name: &str) -> Self {
        let path = engine.dir.join(name);
        let listener = UnixListener::bind(&path).expect("a socket can be made");
        let state = Arc::new(Mutex::new(State::default()));
        let (to, shared) = (engine.dir.join("docker.sock"), Arc::clone(&state));
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| carry(stream, &to, &shared)));
        Self { host: format!("unix://{}", path.display()), state }
    }

    /// Cuts the wire right behind the next request in which `words` stand.
    pub(crate) fn cut_at(&self, words: &str) {
        self.state.lock().unwrap().at = Some(words.to_owned());
    }

    /// Mends it.
    pub(crate) fn mend(&self) {
        self.state.lock().unwrap().away = false;
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.state.lock().unwrap().away
    }
}

fn carry(client: UnixStream, to: &PathBuf, shared: &Arc<Mutex<State>>) {
    let mut state = shared.lock().unwrap();
    if state.away || !fs::exists(to).unwrap_or(false) {
        return;
    }
    let Ok(engine) = UnixStream::connect(to) else { return };
    let twin = |stream: &UnixStream| stream.try_clone().expect("a socket has two ends");
    state.open.extend([twin(&client), twin(&engine)]);
    let (answers, asks) = ((twin(&engine), twin(&client)), (client, engine));
    let shared = Arc::clone(shared);
    std::thread::spawn(move || pump(answers.0, answers.1, |_| {}));
    std::thread::spawn(move || {
        pump(asks.0, asks.1, |bytes| {
            let mut state = shared.lock().unwrap();
            let text = String::from_utf8_lossy(bytes);
            if state.at.as_ref().is_some_and(|words| text.contains(words.as_str())) {
                (state.at, state.away) = (None, true);
                for stream in state.open.drain(..) {
                    let _closed = stream.shutdown(Shutdown::Both);
                }
            }
        });
    });
}

fn pump(mut from: UnixStream, mut to: UnixStream, after: impl Fn(&[u8])) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
        after(&buffer[..n]);
    }
    let _closed = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
