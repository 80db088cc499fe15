//! The dashboard does not work on the stack that it runs in: it would stop itself half-way, and whoever has a command run in its container
//! reads every app's settings past the policy.

use crate::stack::observed::Swarm;

/// Why nothing is done to this stack from here; `None` if it is not the dashboard's own.
pub fn refusal(swarm: &Swarm, stack: &str) -> Option<String> {
    (swarm.own_stack() == Some(stack)).then(|| {
        format!(
            "Canteen itself runs in the stack {stack} and does not change what it stands on; do that on the server’s command line, with \
             abra or `canteen stack deploy`"
        )
    })
}
