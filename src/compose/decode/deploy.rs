use super::Place;
use crate::compose::{
    error::ComposeError,
    types::{
        Deploy, DiscreteResource, GenericResource, Limits, Placement, PlacementPreference, Reservations, Resources, RestartPolicy,
        UpdateConfig,
    },
};

/// The section `deploy` of a service.
pub(super) fn decode(place: &Place<'_>) -> Result<Deploy, ComposeError> {
    Ok(Deploy {
        mode: place.text("mode"),
        replicas: place.count("replicas")?,
        labels: place.pairs("labels"),
        update_config: place.get("update_config").map(|place| update_config(&place)).transpose()?,
        rollback_config: place.get("rollback_config").map(|place| update_config(&place)).transpose()?,
        resources: place.get("resources").map(|place| resources(&place)).transpose()?.unwrap_or_default(),
        restart_policy: place.get("restart_policy").map(|place| restart_policy(&place)).transpose()?,
        placement: place.get("placement").map(|place| placement(&place)).transpose()?.unwrap_or_default(),
        endpoint_mode: place.text("endpoint_mode"),
    })
}

fn update_config(place: &Place<'_>) -> Result<UpdateConfig, ComposeError> {
    Ok(UpdateConfig {
        parallelism: place.count("parallelism")?,
        delay: place.duration("delay")?.unwrap_or_default(),
        failure_action: place.text("failure_action"),
        monitor: place.duration("monitor")?.unwrap_or_default(),
        max_failure_ratio: place.ratio("max_failure_ratio"),
        order: place.text("order"),
    })
}

fn resources(place: &Place<'_>) -> Result<Resources, ComposeError> {
    let limits = |place: Place<'_>| {
        Ok::<_, ComposeError>(Limits { cpus: place.text("cpus"), memory: place.size("memory")?, pids: place.whole("pids")? })
    };
    let reservations = |place: Place<'_>| {
        let generic = place.get("generic_resources");
        let generic_resources =
            generic.map(|list| list.items().map(|item| generic_resource(&item)).collect::<Result<_, _>>()).transpose()?;
        let (cpus, memory) = (place.text("cpus"), place.size("memory")?);
        Ok::<_, ComposeError>(Reservations { cpus, memory, generic_resources: generic_resources.unwrap_or_default() })
    };
    Ok(Resources {
        limits: place.get("limits").map(limits).transpose()?,
        reservations: place.get("reservations").map(reservations).transpose()?,
    })
}

fn generic_resource(place: &Place<'_>) -> Result<GenericResource, ComposeError> {
    let discrete = place.get("discrete_resource_spec");
    let discrete = discrete.map(|spec| Ok(DiscreteResource { kind: spec.text("kind"), value: spec.whole("value")? }));
    Ok(GenericResource { discrete_resource_spec: discrete.transpose()? })
}

fn restart_policy(place: &Place<'_>) -> Result<RestartPolicy, ComposeError> {
    Ok(RestartPolicy {
        condition: place.text("condition"),
        delay: place.duration("delay")?,
        max_attempts: place.count("max_attempts")?,
        window: place.duration("window")?,
    })
}

fn placement(place: &Place<'_>) -> Result<Placement, ComposeError> {
    let preferences = place.get("preferences");
    let preferences =
        preferences.map(|list| list.items().map(|item| PlacementPreference { spread: item.text("spread") }).collect());
    Ok(Placement {
        constraints: place.texts("constraints"),
        preferences: preferences.unwrap_or_default(),
        max_replicas: place.count("max_replicas_per_node")?.unwrap_or_default(),
    })
}
