//! How grave it is to open a folder of the node.

use super::table::Kind;

/// Sockets of engines, by the last part of their path: whoever speaks to one is root.
const SOCKETS: &[&str] = &[
    "docker.sock",
    "docker-cli.sock",
    "containerd.sock",
    "podman.sock",
    "crio.sock",
    "buildkitd.sock",
    "swarmd.sock",
    "docker_engine",
];
/// Where engines keep their sockets.
const ENGINES: &[&str] = &["/run/docker.sock", "/run/docker", "/run/containerd", "/run/podman", "/run/crio"];
/// Folders that hold what runs the machine, or the data of all apps. One above is as grave as one below.
const SYSTEM: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/canteen",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/lib/kubelet",
    "/var/lib/systemd",
    "/var/log/journal",
    "/var/run",
    "/var/spool/cron",
];
/// Files of the system that say nothing but the time.
const CLOCKS: &[&str] = &["/etc/localtime", "/etc/timezone"];

/// The kind of power that opening this path is.
pub(super) fn kind(path: &str, read_only: bool) -> Kind {
    if path.contains("{{") {
        // What the node makes of it is not known here.
        return Kind::SystemFolder;
    }
    if is_windows(path) {
        return if is_socket(&path.replace('\\', "/")) { Kind::EngineSocket } else { Kind::Folder };
    }
    // Engines may shorten a path before the kernel sees it: the graver reading counts.
    of_clean(&clean(path), read_only).min(of_clean(&walked(path), read_only))
}

fn of_clean(clean: &str, read_only: bool) -> Kind {
    let near = |list: &[&str]| list.iter().any(|p| is_within(clean, p) || is_within(p, clean));
    if is_socket(clean) || (clean != "/" && near(ENGINES)) {
        Kind::EngineSocket
    } else if read_only && CLOCKS.contains(&clean) {
        Kind::Folder
    } else if near(SYSTEM) {
        Kind::SystemFolder
    } else {
        Kind::Folder
    }
}

/// The path as it reads, but for links: no empty parts, no `.`, no `..`, no `/` at the end; `/var/run` is `/run`.
pub(super) fn clean(path: &str) -> String {
    linked(&parts(path, |_| ()))
}

/// The path as the kernel walks it, for which `/var/run/..` is `/`.
fn walked(path: &str) -> String {
    linked(&parts(path, |parts| {
        if parts.as_slice() == ["var", "run"] {
            *parts = vec!["run"];
        }
    }))
}

fn parts(path: &str, after_each: fn(&mut Vec<&str>)) -> String {
    let mut parts: Vec<&str> = vec![];
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
        after_each(&mut parts);
    }
    format!("/{}", parts.join("/"))
}

fn linked(path: &str) -> String {
    match path.strip_prefix("/var/run") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
        _ => path.to_owned(),
    }
}

/// Whether `path` is `folder` or below it; both are clean.
fn is_within(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_socket(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| SOCKETS.contains(&name.to_lowercase().as_str()))
}

fn is_windows(path: &str) -> bool {
    path.starts_with('\\') || path.get(1..3).is_some_and(|rest| matches!(rest, ":\\" | ":/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_the_kernel_opens() {
        for (path, opened) in [
            ("/", "/"),
            ("//etc///", "/etc"),
            ("/srv/./x/../../etc/", "/etc"),
            ("/../../..", "/"),
            ("/var/run/docker.sock", "/run/docker.sock"),
            ("/var/runner", "/var/runner"),
            ("/srv/data", "/srv/data"),
        ] {
            assert_eq!(clean(path), opened, "{path}");
        }
    }

    #[test]
    fn the_clock_is_only_read() {
        assert_eq!(kind("/etc/localtime", true), Kind::Folder);
        assert_eq!(kind("/etc/localtime", false), Kind::SystemFolder);
        assert_eq!(kind("/etc/localtime/../shadow", true), Kind::SystemFolder);
    }

    #[test]
    fn what_holds_something_grave_is_as_grave() {
        for path in ["/", "/var", "/var/lib", "/var/lib/docker/volumes", "/usr/local", "/srv/{{.Node.Hostname}}"] {
            assert_eq!(kind(path, true), Kind::SystemFolder, "{path}");
        }
        assert_eq!(kind("/var/run/../etc/shadow", true), Kind::SystemFolder, "the kernel follows the link first");
        for path in ["/run", "/var/run", "/srv/my/docker.sock", r"\\.\pipe\docker_engine"] {
            assert_eq!(kind(path, true), Kind::EngineSocket, "{path}");
        }
        for path in ["/srv", "/home/ana", "/etcetera", "/var/www", r"C:\data", "D:/x"] {
            assert_eq!(kind(path, false), Kind::Folder, "{path}");
        }
    }
}
