//! Databases whose files can't be copied while they run.

use super::service::Service;

/// A kind of database that must be asked for a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Postgres,
    /// `MariaDB` and Percona's as well: the files are of the same kind.
    Mysql,
    Mongo,
}

/// Last parts of the names of images. What only speaks to a database, such as an exporter, is not among them.
const IMAGES: [(&str, Database); 21] = [
    ("postgres", Database::Postgres),
    ("postgresql", Database::Postgres),
    ("postgis", Database::Postgres),
    ("pgvector", Database::Postgres),
    ("pgvecto-rs", Database::Postgres),
    ("vchord-postgres", Database::Postgres),
    ("pgautoupgrade", Database::Postgres),
    ("timescaledb", Database::Postgres),
    ("timescaledb-ha", Database::Postgres),
    ("alpine-postgres", Database::Postgres),
    ("postgresql-container", Database::Postgres),
    ("mysql", Database::Mysql),
    ("mysql-server", Database::Mysql),
    ("mariadb", Database::Mysql),
    ("alpine-mariadb", Database::Mysql),
    ("percona", Database::Mysql),
    ("percona-server", Database::Mysql),
    ("mongo", Database::Mongo),
    ("mongodb", Database::Mongo),
    ("mongodb-community-server", Database::Mongo),
    ("percona-server-mongodb", Database::Mongo),
];

/// Last parts of the names of images that keep what can be made again.
const CACHES: [&str; 6] = ["redis", "redis-stack", "valkey", "keydb", "memcached", "dragonfly"];

impl Database {
    /// The database that an image is, by its name.
    pub fn of_image(image: &str) -> Option<Self> {
        let name = last_part(image);
        IMAGES.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MariaDB or MySQL",
            Self::Mongo => "MongoDB",
        }
    }

    /// Where its images keep the data.
    const fn folders(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["/var/lib/postgresql", "/var/lib/pgsql", "/bitnami/postgresql", "/home/postgres/pgdata"],
            Self::Mysql => &["/var/lib/mysql", "/bitnami/mariadb", "/bitnami/mysql"],
            Self::Mongo => &["/data/db", "/bitnami/mongodb"],
        }
    }

    /// Whether a volume at this place of the container holds its files.
    fn keeps(self, target: &str) -> bool {
        let inside =
            |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let target = target.trim_end_matches('/');
        self.folders().iter().any(|folder| inside(target, folder) || inside(folder, target))
    }
}

/// The database that a service is, and the short names of the volumes that hold its files. A container of the same image that
/// only makes dumps has no such volume, and is none.
pub(super) fn database(service: &Service) -> Option<(Database, Vec<&str>)> {
    let kind = Database::of_image(&service.image)?;
    let holds: Vec<&str> = service.volumes().filter(|(_, target)| kind.keeps(target)).map(|(name, _)| name).collect();
    (!holds.is_empty()).then_some((kind, holds))
}

/// Whether a service keeps only what can be made again.
pub(super) fn is_cache(service: &Service) -> bool {
    CACHES.contains(&last_part(&service.image))
}

/// `mariadb` of `registry.example.org:5000/library/mariadb:11.4@sha256:…`.
fn last_part(image: &str) -> &str {
    let plain = image.split('@').next().unwrap_or(image);
    let last = plain.rsplit('/').next().unwrap_or(plain);
    last.split(':').next().unwrap_or(last)
}
