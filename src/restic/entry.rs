//! What lies in a folder of a snapshot.

/// A file, a folder or something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As restic gives it: a name that is no UTF-8 has replacement characters.
    pub name: String,
    /// From the root of the snapshot.
    pub path: String,
    pub kind: EntryKind,
    /// Bytes; 0 for what is no file.
    pub size: u64,
    /// Milliseconds since 1970 (UTC).
    pub changed: i64,
    /// As `ls -l` prints it, such as `drwxr-xr-x`.
    pub permissions: String,
    pub uid: u32,
    pub gid: u32,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Folder,
    Link,
    /// A device, a pipe, a socket.
    Other,
}
