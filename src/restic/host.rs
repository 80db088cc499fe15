/// The name that this machine, or this container, calls itself by. restic writes it into its locks.
pub fn own_host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
