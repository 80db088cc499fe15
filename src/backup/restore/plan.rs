//! How the plan is made.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{Captured, Extent, Plan, Running, Step, Tasks, Warning, WarningKind, Wish};
use crate::backup::contents::{Share, Volume};
use crate::backup::hook::{Hook, Moment};

impl Plan {
    /// Makes the plan. Where there is doubt, less is stopped and less is removed.
    pub fn of(wish: &Wish<'_>) -> Self {
        let mut plan = Self::default();
        let volumes = plan.volumes(wish);
        plan.warn_of_versions(wish);
        if volumes.is_empty() {
            plan.warn(WarningKind::Nothing, "the snapshot holds no volume that the app has".to_owned());
            plan.warnings.sort();
            return plan;
        }
        let (before, after) = (plan.hooks(wish, Moment::BeforeRestore), plan.hooks(wish, Moment::AfterRestore));
        let stays: BTreeSet<&str> = wish.contents.hooks_at(Moment::AfterRestore).map(|hook| hook.service.as_str()).collect();
        plan.warn_of_live_files(&volumes, &stays);
        let stopped: Vec<&Running> = wish.services.iter().filter(|s| s.can_stop() && !stays.contains(s.name.as_str())).collect();
        for job in wish.services.iter().filter(|service| service.tasks == Tasks::Job && service.up > 0) {
            plan.warn(WarningKind::Job, format!("the job {} is at work and is not stopped; it may write meanwhile", job.name));
        }
        if !(wish.skip_safety && wish.services.iter().all(|service| service.up == 0)) {
            plan.steps.push(Step::Safety);
        }
        plan.steps.extend(before.into_iter().map(Step::Run));
        if !stopped.is_empty() {
            plan.steps.push(Step::Note(stopped.iter().map(|service| (service.name.clone(), service.tasks)).collect()));
        }
        plan.steps.extend(stopped.iter().map(|service| Step::Stop(service.name.clone())));
        plan.steps.extend(volumes.into_iter().map(|(volume, extent)| Step::Restore {
            volume: volume.name.clone(),
            full: volume.full.clone(),
            extent,
        }));
        // A hook may talk to a database of another service, which has its files back by now.
        let (first, last): (Vec<&Running>, Vec<&Running>) =
            stopped.into_iter().partition(|service| !after.is_empty() && is_database(wish, &service.name));
        let start = |service: &Running| Step::Start(service.name.clone(), service.tasks);
        plan.steps.extend(first.into_iter().map(start));
        plan.steps.extend(after.into_iter().map(Step::Run));
        plan.steps.extend(last.into_iter().map(start));
        plan.steps.push(Step::Wait);
        plan.warnings.sort();
        plan
    }

    /// What is put back of which volume of the app.
    fn volumes<'a>(&mut self, wish: &Wish<'a>) -> Vec<(&'a Volume, Extent)> {
        let mut found = Vec::new();
        for captured in wish.captured {
            match wish.contents.volumes.iter().find(|volume| volume.name == captured.volume) {
                Some(volume) => found.push((volume, self.extent(wish, volume, captured))),
                None => self.warn(
                    WarningKind::Gone,
                    format!("the app has no volume {} any more, so what the snapshot holds of it is not put back", captured.volume),
                ),
            }
        }
        for volume in wish.contents.volumes.iter().filter(|volume| volume.is_taken()) {
            if !wish.captured.iter().any(|captured| captured.volume == volume.name) {
                self.warn(
                    WarningKind::Kept,
                    format!("the snapshot holds nothing of the volume {}, which stays as it is", volume.name),
                );
            }
        }
        found
    }

    /// How much is put back. Where labels name paths now, a volume that was captured whole comes back whole only if somebody wants that
    /// and no hook needs its services.
    fn extent(&mut self, wish: &Wish<'_>, volume: &Volume, captured: &Captured) -> Extent {
        let read = wish.contents.hooks_at(Moment::AfterRestore).any(|hook| volume.services.contains(&hook.service));
        let extent = match (&captured.extent, &volume.share) {
            (Extent::Whole, Share::Paths(_)) if !read && wish.whole.contains(&volume.name) => return Extent::Whole,
            (Extent::Whole, Share::Paths(paths)) => {
                if !read {
                    self.offers.push(volume.name.clone());
                }
                Extent::Paths(paths.clone())
            }
            (extent, _) => extent.clone(),
        };
        if let (Extent::Paths(paths), false) = (&extent, read) {
            let (paths, services, label) = (paths.join(", "), volume.services.join(" and "), Moment::AfterRestore.label());
            self.warn(
                WarningKind::Unread,
                format!("what comes back into {} is {paths}, and nothing reads it: {services} has no {label}", volume.name),
            );
        }
        extent
    }

    /// The hooks of a moment whose containers are there.
    fn hooks(&mut self, wish: &Wish<'_>, moment: Moment) -> Vec<Hook> {
        let up = |hook: &&Hook| wish.services.iter().any(|service| service.name == hook.service && service.up > 0);
        let (run, down): (Vec<&Hook>, Vec<&Hook>) = wish.contents.hooks_at(moment).partition(up);
        for hook in down {
            let text = format!("the hook {} of {} can’t be run: no task of the service is up", moment.label(), hook.service);
            self.warn(WarningKind::HookDown, text);
        }
        run.into_iter().cloned().collect()
    }

    /// `stays` are the services that are not stopped.
    fn warn_of_live_files(&mut self, volumes: &[(&Volume, Extent)], stays: &BTreeSet<&str>) {
        for (volume, _) in volumes.iter().filter(|(_, extent)| *extent == Extent::Whole) {
            let name = &volume.name;
            for service in volume.services.iter().filter(|service| stays.contains(service.as_str())) {
                match &volume.database {
                    Some((owner, kind)) if owner == service => self.warn(
                        WarningKind::LiveDatabase,
                        format!(
                            "the files of {} in {name} would be replaced while it runs, for {service} has a {}",
                            kind.name(),
                            Moment::AfterRestore.label()
                        ),
                    ),
                    _ => self.warn(
                        WarningKind::Live,
                        format!("the files of {name} are replaced while {service} runs, which its hook after the restore needs"),
                    ),
                }
            }
        }
    }

    fn warn_of_versions(&mut self, wish: &Wish<'_>) {
        let Some(versions) = wish.versions.as_ref().filter(|versions| versions.snapshot != versions.deployed) else { return };
        let (then, now) = (&versions.snapshot, &versions.deployed);
        let (kind, what) = match versions.order {
            Some(Ordering::Less) => (WarningKind::Older, "older data comes under a newer app"),
            Some(Ordering::Greater) => (WarningKind::Newer, "newer data comes under an older app"),
            _ => (WarningKind::OtherVersion, "they may not fit each other"),
        };
        self.warn(kind, format!("the snapshot was made with {then} and {now} is deployed: {what}; deploy {then} first if you can"));
    }

    fn warn(&mut self, kind: WarningKind, text: String) {
        self.warnings.push(Warning { kind, text });
    }
}

impl Running {
    /// Whether there is anything to stop that starts again by itself.
    const fn can_stop(&self) -> bool {
        !matches!(self.tasks, Tasks::Replicated(0) | Tasks::Job)
    }
}

fn is_database(wish: &Wish<'_>, service: &str) -> bool {
    wish.contents.volumes.iter().any(|volume| volume.database.as_ref().is_some_and(|(owner, _)| owner == service))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Versions;
    use super::*;
    use crate::backup::{Contents, Database};

    fn volume(name: &str, services: &[&str], share: Share, database: Option<&str>) -> Volume {
        Volume {
            name: name.to_owned(),
            full: format!("shop_{name}"),
            services: services.iter().map(|s| (*s).to_owned()).collect(),
            share,
            database: database.map(|service| (service.to_owned(), Database::Postgres)),
            cache: false,
            hooked: false,
        }
    }

    fn hook(moment: Moment, service: &str) -> Hook {
        Hook { moment, service: service.to_owned(), command: "x".to_owned() }
    }

    fn running(name: &str, number: u64) -> Running {
        Running { name: name.to_owned(), tasks: Tasks::Replicated(number), up: number }
    }

    fn captured(volume: &str, paths: &[&str]) -> Captured {
        let extent = if paths.is_empty() { Extent::Whole } else { Extent::Paths(paths.iter().map(|p| (*p).to_owned()).collect()) };
        Captured { volume: volume.to_owned(), extent }
    }

    fn shop(hooks: Vec<Hook>) -> Contents {
        let dump = Share::Paths(vec!["dump.sql".to_owned()]);
        let volumes = vec![volume("files", &["app", "worker"], Share::Whole, None), volume("data", &["db"], dump, Some("db"))];
        Contents { asking: vec!["app".to_owned()], volumes, hooks, ..Contents::default() }
    }

    fn told(plan: &Plan) -> Vec<String> {
        let step = |step: &Step| match step {
            Step::Safety => "safety".to_owned(),
            Step::Run(hook) => format!("{:?} {}", hook.moment, hook.service),
            Step::Note(numbers) => format!("note {}", numbers.len()),
            Step::Stop(service) => format!("stop {service}"),
            Step::Restore { volume, extent: Extent::Whole, .. } => format!("{volume} with delete"),
            Step::Restore { volume, extent: Extent::Paths(paths), .. } => format!("{volume} only {}", paths.join(" ")),
            Step::Start(service, tasks) => format!("start {service} {tasks:?}"),
            Step::Wait => "wait".to_owned(),
        };
        plan.steps.iter().map(step).collect()
    }

    fn kinds(plan: &Plan) -> Vec<WarningKind> {
        plan.warnings.iter().map(|warning| warning.kind).collect()
    }

    fn wish<'a>(contents: &'a Contents, captured: &'a [Captured], services: &'a [Running]) -> Wish<'a> {
        Wish { contents, captured, services, whole: &[], skip_safety: false, versions: None }
    }

    #[test]
    fn a_database_with_hooks_stays_up_and_everything_else_is_stopped_meanwhile() {
        let contents = shop(vec![hook(Moment::BeforeRestore, "db"), hook(Moment::AfterRestore, "db")]);
        let mut services = vec![running("app", 2), running("db", 1), running("worker", 1), running("off", 0)];
        services.push(Running { name: "agent".to_owned(), tasks: Tasks::Global, up: 3 });
        let plan = Plan::of(&wish(&contents, &[captured("files", &[]), captured("data", &["dump.sql"])], &services));
        let wanted = [
            "safety",
            "BeforeRestore db",
            "note 3",
            "stop app",
            "stop worker",
            "stop agent",
            "files with delete",
            "data only dump.sql",
            "AfterRestore db",
            "start app Replicated(2)",
            "start worker Replicated(1)",
            "start agent Global",
            "wait",
        ];
        assert_eq!(told(&plan), wanted);
        assert_eq!(plan.warnings, []);
    }

    #[test]
    fn a_dump_that_nothing_reads_is_told_and_whole_files_are_offered_only_where_they_are() {
        let contents = shop(vec![]);
        let services = [running("app", 1), running("db", 1), running("worker", 1)];
        let dump = [captured("data", &["dump.sql"])];
        let plan = Plan::of(&wish(&contents, &dump, &services));
        assert_eq!((kinds(&plan), plan.offers.len()), (vec![WarningKind::Unread, WarningKind::Kept], 0));
        let files = [captured("data", &[])];
        let plan = Plan::of(&wish(&contents, &files, &services));
        assert!(told(&plan).contains(&"data only dump.sql".to_owned()));
        assert_eq!(plan.offers, ["data"]);
        let whole = ["data".to_owned()];
        let plan = Plan::of(&Wish { whole: &whole, ..wish(&contents, &files, &services) });
        assert!(told(&plan).contains(&"data with delete".to_owned()) && told(&plan).contains(&"stop db".to_owned()));
        assert_eq!(kinds(&plan), [WarningKind::Kept]);
    }

    #[test]
    fn a_hook_finds_the_database_of_another_service_up() {
        let mut contents = shop(vec![hook(Moment::AfterRestore, "app")]);
        contents.volumes[1].share = Share::Whole;
        let services = [running("app", 1), running("db", 1), running("worker", 1)];
        let plan = Plan::of(&wish(&contents, &[captured("files", &[]), captured("data", &[])], &services));
        let steps = told(&plan);
        let at = |step: &str| steps.iter().position(|s| s == step).unwrap();
        assert!(at("data with delete") < at("start db Replicated(1)") && at("start db Replicated(1)") < at("AfterRestore app"));
        assert!(at("AfterRestore app") < at("start worker Replicated(1)"));
        assert_eq!(kinds(&plan), [WarningKind::Live], "the files of app are replaced while it runs");
    }

    #[test]
    fn what_is_odd_is_told_the_gravest_first() {
        use WarningKind as K;
        let mut contents = shop(vec![hook(Moment::AfterRestore, "db")]);
        contents.volumes[1].share = Share::Whole;
        let services =
            [running("app", 1), Running { up: 0, ..running("db", 1) }, Running { tasks: Tasks::Job, ..running("job", 1) }];
        let versions = Versions { snapshot: "1.0.0".to_owned(), deployed: "2.0.0".to_owned(), order: Some(Ordering::Less) };
        let all = [captured("data", &[]), captured("old", &[])];
        let plan = Plan::of(&Wish { versions: Some(versions), skip_safety: true, ..wish(&contents, &all, &services) });
        assert_eq!(kinds(&plan), [K::LiveDatabase, K::HookDown, K::Older, K::Job, K::Gone, K::Kept]);
        assert_eq!(plan.steps[0], Step::Safety, "something is up, so the way back is not skipped");
        let down = services.map(|service| Running { up: 0, ..service });
        let plan = Plan::of(&Wish { skip_safety: true, ..wish(&contents, &all, &down) });
        assert!(!plan.steps.contains(&Step::Safety));
        let plan = Plan::of(&wish(&contents, &[captured("old", &[])], &down));
        assert_eq!((kinds(&plan)[0], plan.steps), (K::Nothing, vec![]));
    }

    proptest! {
        #[test]
        fn nothing_is_removed_or_stopped_that_must_stay(
            mounts in proptest::collection::vec((0usize..4, 0usize..4, any::<bool>(), 0u8..3, 0u8..3, any::<bool>()), 0..8),
            hooks in proptest::collection::vec((0usize..4, 0usize..4), 0..6),
            numbers in proptest::collection::vec((0u64..4, 0u64..4, 0u8..4), 4),
            skip_safety in any::<bool>(),
        ) {
            let service = |n: usize| ["app", "db", "worker", "web"][n].to_owned();
            let mut contents = Contents::default();
            let (mut held, mut whole) = (vec![], vec![]);
            for (n, (one, other, database, share, extent, want)) in mounts.iter().enumerate() {
                let paths = vec![format!("p{n}")];
                let share = match share { 0 => Share::Whole, 1 => Share::Paths(paths.clone()), _ => Share::LeftOut(crate::backup::LeftOut::NobodyAsks) };
                let mounted = [service(*one), service(*other)];
                contents.volumes.push(volume(&format!("v{n}"), &mounted.each_ref().map(String::as_str), share, database.then_some(mounted[0].as_str())));
                match extent { 0 => held.push(captured(&format!("v{n}"), &[])), 1 => held.push(captured(&format!("v{n}"), &[&paths[0]])), _ => {} }
                if *want { whole.push(format!("v{n}")); }
            }
            contents.hooks = hooks.iter().map(|(moment, at)| hook(Moment::ALL[*moment], &service(*at))).collect();
            contents.hooks.sort();
            let services: Vec<Running> = numbers.iter().enumerate().map(|(n, (count, up, kind))| Running {
                name: service(n),
                tasks: match kind { 0 => Tasks::Global, 1 => Tasks::Job, _ => Tasks::Replicated(*count) },
                up: *up,
            }).collect();
            let plan = Plan::of(&Wish { whole: &whole, skip_safety, ..wish(&contents, &held, &services) });
            let mut down: Vec<(String, Tasks)> = vec![];
            let (mut noted, mut restored) = (vec![], false);
            for step in &plan.steps {
                match step {
                    Step::Safety => prop_assert!(down.is_empty() && !restored),
                    Step::Note(numbers) => noted.clone_from(numbers),
                    Step::Stop(name) => {
                        prop_assert!(!contents.hooks_at(Moment::AfterRestore).any(|hook| hook.service == *name));
                        let tasks = services.iter().find(|s| s.name == *name).unwrap().tasks;
                        prop_assert!(noted.contains(&(name.clone(), tasks)), "what is stopped was noted before");
                        down.push((name.clone(), tasks));
                    }
                    Step::Restore { volume, extent, .. } => {
                        restored = true;
                        let limited = held.iter().any(|c| c.volume == *volume && c.extent != Extent::Whole);
                        prop_assert!(!(limited && *extent == Extent::Whole), "{volume}");
                        let share = &contents.volumes.iter().find(|v| v.name == *volume).unwrap().share;
                        prop_assert!(*extent != Extent::Whole || !matches!(share, Share::Paths(_)) || whole.contains(volume));
                    }
                    Step::Run(hook) => {
                        prop_assert_eq!(hook.moment == Moment::AfterRestore, restored);
                        prop_assert!(!down.iter().any(|(name, _)| *name == hook.service), "a hook needs its container");
                    }
                    Step::Start(name, tasks) => {
                        let at = down.iter().position(|one| *one == (name.clone(), *tasks));
                        prop_assert!(restored && at.is_some());
                        down.remove(at.unwrap());
                    }
                    Step::Wait => prop_assert!(down.is_empty(), "everything is back"),
                }
            }
            prop_assert!(down.is_empty() && plan.warnings.is_sorted());
            prop_assert!(plan.steps.is_empty() || plan.steps.last() == Some(&Step::Wait));
        }
    }
}
