//! The whole corpus on every way to the Swarm that an operation has: as a new app, over what runs, back to a record, as single services,
//! after an import, by the dashboard itself, and typed on the server. Nothing of a file reaches the engine for whoever may not have it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use canteen::access::Actor;
use canteen::ops::OpError;
use canteen::ops::adjust::Adjusted;
use canteen::ops::apply::Leftovers;
use canteen::ops::check::beside;
use canteen::ops::journal::{Journal, Level};
use canteen::ops::order::{self, DeployWanted, RollbackWanted, ScaleWanted};
use canteen::ops::pins::Resolve;
use canteen::ops::restart::restarted;
use canteen::ops::scale::{replicas, scaled};
use canteen::ops::terminal::{Terminal, Wanted};
use canteen::stack::desired::Desired;
use canteen::stack::observed::Observed;
use canteen::stack::policy::{Power, Tier, powers, verdict};
use canteen::stack::running::running;
use canteen::store::operations::Operation;

use crate::policy_bench::Bench;
use crate::policy_corpus::{Case, others};
use crate::policy_sent::{forbidden, send, swarm, usual};

/// Whom the ways are tried for: a member may have none of the files, an admin those that need no confirmation.
const TIERS: [Tier; 2] = [Tier::Member, Tier::Admin];
const TIMEOUT_S: u64 = 5;

/// An order that carries the file's stack, or leads to it.
#[derive(Clone, Copy, Debug)]
enum Way {
    Deploy,
    /// As the dashboard itself orders it, and as if all of it had been confirmed.
    Unattended,
    /// To the deployment that is on record.
    Rollback,
    Reapply,
    /// As a restart whose services are not those that run.
    Restart,
    /// The same with numbers of tasks.
    Scale,
}

impl Way {
    async fn ask(self, bench: &Bench, (app, record): (i32, i32), desired: &Desired) -> Operation {
        let observed = bench.observed().await;
        let plan_hash = beside(desired, observed, &[]).hash();
        let (desired, nonce) = (desired.clone(), bench.nonce());
        let deploy = |confirmed| DeployWanted {
            recipe: "pad".to_owned(),
            version: "1.0.0+1".to_owned(),
            commit: "0".repeat(40),
            env_number: 1,
            plan_hash: plan_hash.clone(),
            desired: desired.clone(),
            timeout_s: TIMEOUT_S,
            keep: vec![],
            confirmed,
            chaos: None,
            after: None,
            put_back: false,
            safety: None,
        };
        let back = |reapply| RollbackWanted {
            deployment: record,
            version: "1.0.0+1".to_owned(),
            env_number: 1,
            plan_hash: plan_hash.clone(),
            timeout_s: TIMEOUT_S,
            reapply,
            keep: vec![],
            confirmed: vec![],
            after: None,
        };
        let adjusted = || Adjusted { desired: desired.clone(), others: vec![], plan_hash: plan_hash.clone(), timeout_s: TIMEOUT_S };
        let ana = bench.ana();
        match self {
            Self::Deploy => bench.ask(ana, order::deploy(app, Box::new(deploy(vec![])), nonce)).await,
            Self::Unattended => {
                let all = powers(&desired, &others()).iter().map(Power::line).collect();
                bench.ask(Actor::Scheduler, order::deploy(app, Box::new(deploy(all)), nonce)).await
            }
            Self::Rollback => bench.ask(ana, order::rollback(app, back(false), nonce)).await,
            Self::Reapply => bench.ask(ana, order::reapply(app, back(true), nonce)).await,
            Self::Restart => bench.ask(ana, order::restart(app, Box::new(adjusted()), nonce)).await,
            Self::Scale => {
                let wanted = ScaleWanted { adjusted: adjusted(), services: vec![] };
                bench.ask(ana, order::scale(app, Box::new(wanted), nonce)).await
            }
        }
    }
}

/// What a tier may not have of the corpus.
fn not_for(tier: Tier) -> Vec<(String, Desired)> {
    let cases: Vec<_> = forbidden().into_iter().filter(|(_, t, _)| *t == tier).map(|(name, _, desired)| (name, desired)).collect();
    assert!(cases.len() >= if tier == Tier::Member { 60 } else { 20 }, "{tier:?}: {}", cases.len());
    cases
}

/// Notes what was not refused, or changed something.
struct Found {
    engine: canteen::engine::fake::FakeEngine,
    before: Vec<String>,
    wrong: Vec<String>,
}

impl Found {
    fn beside(bench: &Bench) -> Self {
        Self { engine: bench.engine.clone(), before: bench.engine.changes(), wrong: vec![] }
    }

    fn look(&mut self, what: &str, done: &Operation) {
        let now = self.engine.changes();
        if done.outcome != "refused" || done.touched || now != self.before {
            let new = now.iter().skip(self.before.len()).cloned().collect::<Vec<_>>().join(", ");
            self.wrong.push(format!("{what}: {} ({}); changes: {new}", done.outcome, done.cause));
            self.before = now;
        }
    }

    fn nothing(self) {
        assert!(self.wrong.is_empty(), "{}:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

/// Tries every file in these ways, over the usual app if it runs. What is on record is the file's own stack.
async fn try_all(tier: Tier, runs: bool, ways: &[Way]) {
    let bench = Bench::trusting(tier).await;
    if runs {
        send(&bench.engine, Tier::Member, &usual()).await.unwrap();
    }
    let mut found = Found::beside(&bench);
    for (name, desired) in not_for(tier) {
        if runs && name == "mode_global" {
            // No Swarm makes it of a service that has a number of tasks, whoever asks.
            continue;
        }
        let app = bench.import(&desired).await;
        for way in ways {
            found.look(&format!("{name}, {way:?} for {tier:?}"), &way.ask(&bench, app, &desired).await);
        }
        bench.forget(app.0).await;
    }
    found.nothing();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_becomes_a_new_app() {
    for tier in TIERS {
        try_all(tier, false, &[Way::Deploy]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_takes_the_place_of_what_was_harmless() {
    for tier in TIERS {
        try_all(tier, true, &[Way::Deploy]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_gone_back_to() {
    for tier in TIERS {
        try_all(tier, true, &[Way::Rollback, Way::Reapply]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_comes_with_a_restart_or_another_number_of_tasks() {
    for tier in TIERS {
        try_all(tier, true, &[Way::Restart, Way::Scale]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_sent_while_nobody_looks() {
    for runs in [false, true] {
        try_all(Tier::Member, runs, &[Way::Unattended]).await;
    }
}

/// Somebody with more trust deployed it, with another tool. It becomes an app, and stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn an_imported_file_does_not_grow_by_whoever_may_not_have_it() {
    let bench = Bench::trusting(Tier::Member).await;
    let (mut found, mut own) = (Found::beside(&bench), vec![]);
    let theirs = |desired: &Desired, observed: &Observed| verdict(desired, observed).allowed_for != Tier::Member;
    for (name, desired) in not_for(Tier::Member) {
        bench.clear().await;
        send(&bench.engine, Tier::Server, &desired).await.unwrap_or_else(|why| panic!("{name} runs nowhere: {why}"));
        let (observed, stack) = (bench.observed().await, &desired.stack);
        let app = bench.import(&running(stack, &observed, Some(&desired))).await;
        found.before = bench.engine.changes();
        if theirs(&desired, &observed) {
            found.look(&format!("{name}, its next deploy"), &Way::Deploy.ask(&bench, app, &desired).await);
        }
        let names: Vec<String> = observed.services.iter().map(|s| s.spec.name.clone()).collect();
        let again = restarted(stack, &observed, &names, TIMEOUT_S);
        if theirs(&again.desired, &observed) {
            let order = order::restart(app.0, Box::new(again), bench.nonce());
            found.look(&format!("{name}, a restart"), &bench.ask(bench.ana(), order).await);
            let more = observed.services.iter().filter(|s| replicas(&s.spec).is_some()).map(|s| (s.spec.name.clone(), 3));
            let adjusted = scaled(stack, &observed, &more.collect::<Vec<_>>(), TIMEOUT_S);
            if !adjusted.desired.services.is_empty() {
                let order = order::scale(app.0, Box::new(ScaleWanted { adjusted, services: vec![] }), bench.nonce());
                found.look(&format!("{name}, more tasks"), &bench.ask(bench.ana(), order).await);
            }
            let specs = |observed: &Observed| observed.services.iter().map(|s| s.spec.clone()).collect::<Vec<_>>();
            assert_eq!(specs(&bench.observed().await), specs(&observed), "{name} runs on as it was");
        } else {
            own.push(name);
        }
        bench.forget(app.0).await;
    }
    found.nothing();
    // A network or a config that was there before, or that is the app's own since it has it: new tasks take nothing anew.
    assert!(own.iter().all(|name| name.starts_with("network_") || name.starts_with("config_made")), "{own:?}");
}

#[derive(Default)]
struct Told(Mutex<Vec<String>>);

#[async_trait]
impl Journal for Told {
    async fn line(&self, _step: &str, _level: Level, text: &str) -> Result<(), OpError> {
        self.0.lock().unwrap().push(text.to_owned());
        Ok(())
    }

    async fn touch(&self) -> Result<(), OpError> {
        Ok(())
    }
}

/// Root on the server could do all of it without us, and is told what it is.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_on_the_server_names_each_power() {
    for case in Case::all("hostile") {
        let Ok((desired, _)) = case.read() else { continue };
        let engine = swarm().await;
        let told = Arc::new(Told::default());
        let terminal = Terminal::open(Arc::new(engine), told.clone(), None);
        let wanted = Wanted { desired: desired.clone(), secrets: vec![], resolve: Resolve::Never, leftovers: Leftovers::Remove };
        let sent = terminal.apply(&terminal.prepare(wanted).await.unwrap()).await;
        sent.unwrap_or_else(|why| panic!("{}: {why}", case.name));
        let told = told.0.lock().unwrap().clone();
        for power in powers(&desired, &others()) {
            let line = format!("asks for power: {}", power.line());
            assert!(told.iter().any(|text| text.starts_with(&line)), "{}: {line} is not in {told:?}", case.name);
        }
    }
}
