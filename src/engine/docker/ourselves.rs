//! Which container Canteen itself runs in, as the kernel tells it.

/// Where the kernel lists what is mounted for this process.
const MOUNTS: &str = "/proc/self/mountinfo";
/// What Docker mounts over these comes from the container's own folder, which is called like the container.
const FROM_ITS_FOLDER: [&str; 3] = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];

/// The id of our container; empty where we run in none, or in one that is not Docker's.
pub(super) fn container() -> String {
    std::fs::read_to_string(MOUNTS).ok().as_deref().and_then(read).unwrap_or_default()
}

fn read(mounts: &str) -> Option<String> {
    mounts.lines().find_map(|line| match line.split(' ').collect::<Vec<_>>().as_slice() {
        [_id, _parent, _device, origin, target, ..] if FROM_ITS_FOLDER.contains(target) => id(origin),
        _ => None,
    })
}

/// The folder's name, if it is one of a container.
fn id(origin: &str) -> Option<String> {
    let folder = origin.rsplit('/').nth(1)?;
    let is_id = folder.len() == 64 && folder.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_id.then(|| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_container_is_known_by_the_folder_that_its_files_come_from() {
        let id = "3f".repeat(32);
        let root = "1290 1100 0:120 / / ro,relatime master:300 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB";
        let usual = format!("1301 1290 8:1 /var/lib/docker/containers/{id}/hostname /etc/hostname ro,relatime - ext4 /dev/sda1 rw");
        let elsewhere = format!("1301 1290 8:17 /engine/containers/{id}/hosts /etc/hosts ro - btrfs /dev/sdb1 rw,subvol=/engine");
        for line in [&usual, &elsewhere] {
            assert_eq!(read(&format!("{root}\n{line}\n")), Some(id.clone()), "{line}");
        }
        let volume = format!("1302 1290 8:1 /var/lib/docker/containers/{id}/x /data rw - ext4 /dev/sda1 rw");
        let other = "1301 1290 8:1 /var/lib/containers/storage/abc/userdata/hostname /etc/hostname ro - ext4 /dev/sda1 rw";
        for line in ["", root, &volume, other, "garbage"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
