use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Who works in which repository: many at once for backups, one alone to remove something. restic has locks of its own, which wait, and
/// give up in the end; with these nobody who is known to us has to.
#[derive(Clone, Default)]
pub struct Doors(Arc<Mutex<BTreeMap<i32, Arc<RwLock<()>>>>>);

/// Others may be in as well, until it is dropped.
#[expect(dead_code, reason = "held for as long as the repository is used")]
pub struct Among(OwnedRwLockReadGuard<()>);

/// Nobody else is in until it is dropped.
#[expect(dead_code, reason = "held for as long as the repository is used")]
pub struct Alone(OwnedRwLockWriteGuard<()>);

impl Doors {
    /// In with others, once nobody wants to be alone.
    pub async fn among(&self, repository: i32) -> Among {
        Among(self.of(repository).read_owned().await)
    }

    /// In alone, once everybody has left. Whoever comes meanwhile waits.
    pub async fn alone(&self, repository: i32) -> Alone {
        Alone(self.of(repository).write_owned().await)
    }

    /// In alone, if nobody is in.
    pub fn try_alone(&self, repository: i32) -> Option<Alone> {
        self.of(repository).try_write_owned().ok().map(Alone)
    }

    fn of(&self, repository: i32) -> Arc<RwLock<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(repository).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_who_is_alone_waits_for_all_others_and_keeps_them_out() {
        let doors = Doors::default();
        let (first, second) = (doors.among(1).await, doors.among(1).await);
        assert!(doors.try_alone(1).is_none() && doors.try_alone(2).is_some());
        drop((first, second));
        let alone = doors.alone(1).await;
        let waits = tokio::spawn({
            let doors = doors.clone();
            async move { drop(doors.among(1).await) }
        });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        drop(alone);
        waits.await.unwrap();
    }
}
