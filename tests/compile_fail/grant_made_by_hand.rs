use std::marker::PhantomData;

use canteen::access::action::Deploy;
use canteen::access::{Actor, Grant, Target};

pub fn grant(actor: Actor) -> Grant<Deploy> {
    Grant { actor, target: Target::Site, action: PhantomData }
}
