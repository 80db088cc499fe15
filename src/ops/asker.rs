use crate::access::Actor;
use crate::access::actor::COMMAND_LINE;
use crate::store::operations::AskedBy;
use crate::store::{Store, StoreError};

/// The member who asked, with the rights that the member has now and what the token allows now, if one asked; the scheduler where it
/// was that. `way` says by which way they act now.
pub(super) async fn actor(store: &Store, asked: &AskedBy, way: String) -> Result<Actor, StoreError> {
    if asked.is_scheduler() {
        return Ok(Actor::Scheduler);
    }
    if asked.is_command_line() {
        return Ok(Actor::System(COMMAND_LINE));
    }
    let mut via = asked.via.clone();
    via.way = way;
    if let Some(by) = &mut via.token {
        // A token that was ended since does nothing more; one that has run out asked in time.
        by.limits = store.token(by.id).await?.filter(|t| t.ended_at.is_none()).map(|t| t.limits).unwrap_or_default();
    }
    let member = store.member(&asked.name).await?.filter(|m| Some(m.id) == asked.id);
    let Some(member) = member else { return Ok(Actor::Stranger { via }) };
    let rights = store.rights(member.id).await?;
    Ok(Actor::Member { id: member.id, name: member.name, rights, via })
}
