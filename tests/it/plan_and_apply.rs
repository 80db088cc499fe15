//! Plan and apply agree, whatever the stack: once a stack was applied, a plan for it changes nothing.

use std::sync::Arc;

use canteen::engine::fake::FakeEngine;
use canteen::ops::apply::Leftovers;
use canteen::ops::pins::Resolve;
use canteen::ops::terminal::{Terminal, Wanted};
use canteen::stack::desired::Desired;
use canteen::stack::names::{StackName, scope};
use canteen::stack::observed::NAMESPACE_LABEL;
use canteen::stack::spec::{
    ConfigRef, ConfigSpec, ContainerSpec, Labels, Mount, NetworkAttachment, NetworkSpec, Placement, Port, RefFile, Replicated,
    ServiceMode, ServiceSpec, TaskSpec, UpdateConfig,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::harness::Silent;

fn stack() -> StackName {
    StackName::parse("s").unwrap()
}

fn labels(more: &[(String, String)]) -> Labels {
    let mut labels: Labels = more.iter().cloned().collect();
    labels.insert(NAMESPACE_LABEL.to_owned(), "s".to_owned());
    labels
}

prop_compose! {
    fn service()(
        name in "[a-d]",
        image in "img[12]:[12]",
        env in prop::collection::vec("[A-C]=[xy]", 0..3),
        more in prop::collection::vec(("k[ab]".prop_map(String::from), "v[ab]".prop_map(String::from)), 0..3),
        replicas in prop::option::of(0_u64..4),
        update in prop::option::of((0_u64..3, 0_i64..2, prop::sample::select(vec!["", "start-first", "stop-first"]))),
        constraint in prop::option::of("node.role == manager"),
        mount in prop::option::of("/[ab]"),
        port in prop::option::of(8000_u32..8002),
        network in any::<bool>(),
        config in any::<bool>(),
    ) -> ServiceSpec {
        let file = RefFile { name: "/c".into(), uid: "0".into(), gid: "0".into(), mode: 0o444 };
        let used = ConfigRef { file: Some(file), runtime: None, id: String::new(), name: "s_c_v1".into() };
        let volume = |target: String| Mount { kind: "volume".into(), source: "s_data".into(), target, ..Mount::default() };
        ServiceSpec {
            name: scope(&stack(), &name),
            labels: labels(&more),
            task_template: TaskSpec {
                container_spec: ContainerSpec {
                    image,
                    env,
                    labels: labels(&[]),
                    mounts: mount.into_iter().map(volume).collect(),
                    configs: config.then_some(used).into_iter().collect(),
                    ..ContainerSpec::default()
                },
                placement: Placement { constraints: constraint.into_iter().collect(), ..Placement::default() },
                networks: network
                    .then(|| NetworkAttachment { target: "s_default".into(), aliases: vec![name], ..NetworkAttachment::default() })
                    .into_iter()
                    .collect(),
                ..TaskSpec::default()
            },
            mode: ServiceMode { replicated: Some(Replicated { replicas }), ..ServiceMode::default() },
            update_config: update
                .map(|(parallelism, delay, order)| UpdateConfig { parallelism, delay, order: order.into(), ..UpdateConfig::default() }),
            endpoint_spec: canteen::stack::spec::EndpointSpec {
                ports: port.map(|p| Port { target_port: 80, published_port: p, ..Port::default() }).into_iter().collect(),
                ..Default::default()
            },
            ..ServiceSpec::default()
        }
    }
}

fn desired() -> impl Strategy<Value = Desired> {
    (prop::collection::vec(service(), 1..5), any::<bool>()).prop_map(|(mut services, relabelled)| {
        services.sort_by(|a, b| a.name.cmp(&b.name));
        services.dedup_by(|a, b| a.name == b.name);
        let more = if relabelled { vec![("more".to_owned(), "yes".to_owned())] } else { vec![] };
        Desired {
            services,
            networks: vec![NetworkSpec {
                name: "s_default".into(),
                driver: "overlay".into(),
                labels: labels(&[]),
                ..NetworkSpec::default()
            }],
            configs: vec![ConfigSpec { name: "s_c_v1".into(), labels: labels(&more), data: b"c".to_vec(), templating: None }],
            ..Desired::empty(stack())
        }
    })
}

fn wanted(desired: &Desired) -> Wanted {
    Wanted { desired: desired.clone(), secrets: vec![], resolve: Resolve::Always, leftovers: Leftovers::Remove }
}

#[test]
fn a_plan_for_what_was_applied_is_empty() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&(desired(), desired()), |(first, second)| {
        runtime.block_on(async {
            let fake = Arc::new(FakeEngine::new());
            let terminal = Terminal::open(fake, Arc::new(Silent), None);
            for stack in [&first, &second, &first] {
                let prepared = terminal.prepare(wanted(stack)).await.unwrap();
                prop_assert!(prepared.plan.blockers.is_empty(), "{:?}", prepared.plan.blockers);
                terminal.apply(&prepared).await.unwrap();
                let again = terminal.prepare(wanted(stack)).await.unwrap().plan;
                prop_assert!(again.is_empty(), "{:#?}", again.steps);
                prop_assert_eq!(again.hash(), terminal.prepare(wanted(stack)).await.unwrap().plan.hash());
            }
            Ok(())
        })
    });
    checked.unwrap();
}
