//! The pepper: a key that goes into the hashes of passwords and lies beside the database, so that nobody can try passwords on a copy of
//! the database alone. There is one where somebody made a file for it. Its name stands in each hash that was made with it, so that it can
//! be exchanged: the one of before is kept until everybody has signed in once.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::key_file::{self, KeyBytes, KeyError};

const FILE: &str = "pepper.key";
const FILE_OF_BEFORE: &str = "pepper.old.key";
/// Bytes of a pepper's name. No more have room in a hash's text.
pub const ID_BYTES: usize = 8;

/// One key. It can be neither shown nor written anywhere, and is wiped from memory in the end.
pub struct Pepper {
    id: [u8; ID_BYTES],
    key: KeyBytes,
}

impl Pepper {
    fn of(key: KeyBytes) -> Self {
        let mut id = [0; ID_BYTES];
        let digest = Sha256::new().chain_update(b"canteen pepper").chain_update(key.as_slice()).finalize();
        id.iter_mut().zip(digest).for_each(|(to, byte)| *to = byte);
        Self { id, key }
    }

    /// Tells peppers apart, and tells nothing of the key.
    pub const fn id(&self) -> &[u8; ID_BYTES] {
        &self.id
    }

    /// The key, for the one who hashes.
    pub fn expose(&self) -> &[u8] {
        self.key.as_slice()
    }
}

/// The peppers that there are.
#[derive(Default)]
pub struct Peppers {
    /// The one of new hashes.
    pub now: Option<Pepper>,
    /// The one of hashes from before.
    pub before: Option<Pepper>,
}

impl Peppers {
    /// Those in this folder; none where there are no files.
    ///
    /// # Errors
    /// A file can't be read, holds no key, or others than its owner may read it.
    pub fn read(folder: &Path) -> Result<Self, KeyError> {
        let one = |name| key_file::read(folder, name).map(|key| key.map(Pepper::of));
        Ok(Self { now: one(FILE)?, before: one(FILE_OF_BEFORE)? })
    }

    /// The one of this name.
    pub fn named(&self, id: &[u8]) -> Option<&Pepper> {
        [&self.now, &self.before].into_iter().flatten().find(|pepper| pepper.id == id)
    }
}
