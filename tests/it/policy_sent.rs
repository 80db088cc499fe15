//! Nothing that somebody may not have reaches the Swarm, by whichever way it is sent: as a new stack, over one that runs, as an older
//! one, or as a single service.

use std::sync::Arc;

use async_trait::async_trait;
use canteen::engine::fake::FakeEngine;
use canteen::engine::{Mutate as _, NewSecret};
use canteen::ops::OpError;
use canteen::ops::apply::Leftovers;
use canteen::ops::journal::{Journal, Level};
use canteen::ops::pins::Resolve;
use canteen::ops::terminal::{Terminal, Wanted};
use canteen::stack::desired::Desired;
use canteen::stack::observed::NAMESPACE_LABEL;
use canteen::stack::policy::{Refused, Tier, Who, admit, verdict};
use canteen::stack::spec::{ConfigSpec, Labels, NetworkSpec, ServiceSpec};

use crate::policy_corpus::{Case, others};

struct Silent;

#[async_trait]
impl Journal for Silent {
    async fn line(&self, _step: &str, _level: Level, _text: &str) -> Result<(), OpError> {
        Ok(())
    }

    async fn touch(&self) -> Result<(), OpError> {
        Ok(())
    }
}

/// A Swarm with what the corpus calls [`others`]. All of it is deployed: no engine tells of anything else.
pub(crate) async fn swarm() -> FakeEngine {
    let engine = FakeEngine::new();
    let around = others();
    for network in &around.networks {
        let spec = NetworkSpec {
            name: network.name.clone(),
            driver: "overlay".into(),
            labels: network.labels.clone(),
            ..NetworkSpec::default()
        };
        engine.create_network(&spec).await.unwrap();
    }
    for secret in &around.secrets {
        engine.create_secret(NewSecret::plain(&secret.name, &secret.labels, b"x")).await.unwrap();
    }
    for config in &around.configs {
        let spec = ConfigSpec { name: config.name.clone(), labels: config.labels.clone(), data: b"x".to_vec(), templating: None };
        engine.create_config(&spec).await.unwrap();
    }
    for neighbour in &around.neighbours {
        let stack = neighbour.stack.clone();
        let recipe = (format!("coop-cloud.{stack}.recipe"), neighbour.recipe.clone());
        let mut labels = Labels::from([(NAMESPACE_LABEL.to_owned(), stack.clone()), recipe]);
        let rule = |host: &String| (format!("traefik.http.routers.{stack}.rule"), format!("Host(`{host}`) && PathPrefix(`/`)"));
        labels.extend(neighbour.domains.iter().map(rule));
        let mut spec = ServiceSpec { name: format!("{stack}_app"), labels, ..ServiceSpec::default() };
        "registry.example.org/other:1".clone_into(&mut spec.task_template.container_spec.image);
        engine.create_service(&spec, None).await.unwrap();
    }
    engine
}

pub(crate) async fn send(engine: &FakeEngine, tier: Tier, desired: &Desired) -> Result<(), OpError> {
    let terminal = Terminal::open(Arc::new(engine.clone()), Arc::new(Silent), None).trusted_as(tier);
    let wanted = Wanted { desired: desired.clone(), secrets: vec![], resolve: Resolve::Never, leftovers: Leftovers::Remove };
    terminal.apply(&terminal.prepare(wanted).await?).await.map(|_| ())
}

pub(crate) fn usual() -> Desired {
    let case = Case::all("benign").into_iter().find(|c| c.name == "image_by_digest").unwrap();
    case.read().unwrap().0
}

/// Every hostile stack with somebody who may not have it sent: whoever is trusted too little, and admins who have not confirmed it.
pub(crate) fn forbidden() -> Vec<(String, Tier, Desired)> {
    let stacks = Case::all("hostile").into_iter().filter_map(|c| Some((c.name.clone(), c.read().ok()?.0)));
    let each = stacks.flat_map(|(name, desired)| {
        let verdict = verdict(&desired, &others());
        let tiers = [Tier::Member, Tier::Maintainer, Tier::Admin].into_iter();
        let not = tiers.filter(move |tier| verdict.refusal(&Who { tier: *tier, confirmed: &[] }).is_some());
        not.map(move |tier| (name.clone(), tier, desired.clone()))
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hostile_stack_reaches_an_empty_or_a_running_swarm() {
    let engine = swarm().await;
    let cases = forbidden();
    assert!(cases.len() > 150, "{}", cases.len());
    for running in [false, true] {
        if running {
            send(&engine, Tier::Member, &usual()).await.unwrap();
        }
        let before = engine.changes();
        for (name, tier, desired) in &cases {
            let refused = send(&engine, *tier, desired).await;
            assert!(
                matches!(&refused, Err(OpError::Stop { outcome: "refused", .. })),
                "{name} for {tier:?} over a running stack ({running}): {refused:?}"
            );
            assert_eq!(engine.changes(), before, "{name} for {tier:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_hostile_stack_does_not_come_back() {
    let engine = swarm().await;
    let bad = Case::all("hostile").into_iter().find(|c| c.name == "socket_short").unwrap().read().unwrap().0;
    send(&engine, Tier::Server, &bad).await.unwrap();
    send(&engine, Tier::Member, &usual()).await.unwrap();
    let before = engine.changes();
    for tier in [Tier::Member, Tier::Maintainer, Tier::Admin] {
        assert!(matches!(send(&engine, tier, &bad).await, Err(OpError::Stop { outcome: "refused", .. })), "{tier:?}");
    }
    assert_eq!(engine.changes(), before);
}

#[test]
fn a_single_service_is_judged_by_what_was_admitted() {
    let member = Who { tier: Tier::Member, confirmed: &[] };
    let pass = admit(&usual(), &others(), &member).unwrap();
    let mut again = usual().services.remove(0);
    again.task_template.force_update += 1;
    again.mode.replicated.as_mut().unwrap().replicas = Some(5);
    assert_eq!(pass.service(&again), Ok(()), "a restart and another number of tasks ask for nothing");
    for (name, _, desired) in forbidden().into_iter().filter(|(_, tier, _)| *tier == Tier::Member) {
        let services = desired.services.iter().map(|s| pass.service(s));
        let networks = desired.networks.iter().map(|n| pass.network(n));
        let configs = desired.configs.iter().map(|c| pass.config(c));
        let refused = services.chain(networks).chain(configs).any(|sent| matches!(sent, Err(Refused::Unseen { .. })));
        assert!(refused, "{name} goes through with the pass of another stack");
    }
}

#[test]
fn the_service_of_another_stack_is_not_sent_with_our_pass() {
    let pass = admit(&usual(), &others(), &Who { tier: Tier::Admin, confirmed: &[] }).unwrap();
    let mut theirs = usual().services.remove(0);
    theirs.name = "wiki_example_org_app".to_owned();
    theirs.labels = Labels::new();
    assert!(pass.service(&theirs).is_err());
}

#[test]
fn an_admin_confirms_each_grave_power_by_its_line() {
    let bad = Case::all("hostile").into_iter().find(|c| c.name == "socket_merge_of_merge").unwrap().read().unwrap().0;
    let lines = verdict(&bad, &others()).to_confirm(Tier::Admin);
    assert_eq!(lines, ["pad_example_org_app: mounts /var/run/docker.sock of the node"]);
    let other = ["pad_example_org_app: mounts / of the node".to_owned()];
    for (tier, confirmed, admitted) in [
        (Tier::Admin, &lines[..], true),
        (Tier::Admin, &[][..], false),
        (Tier::Admin, &other[..], false),
        (Tier::Maintainer, &lines[..], false),
        (Tier::Member, &lines[..], false),
        (Tier::Server, &[][..], true),
    ] {
        assert_eq!(admit(&bad, &others(), &Who { tier, confirmed }).is_ok(), admitted, "{tier:?} {confirmed:?}");
    }
}
