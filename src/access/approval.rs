//! What has to be approved before it is done: the rules of a co-op, and what they ask for.

use std::collections::BTreeSet;

use super::book::Scope;

/// Milliseconds since 1970 (UTC).
type Millis = i64;

const HOUR_MS: Millis = 60 * 60 * 1000;
const DAY_MS: Millis = 24 * HOUR_MS;

macro_rules! kinds {
    ($( $name:ident $word:literal $text:literal; )*) => {
        /// A kind of operation that may need approval. Every operation is of one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $( #[doc = $text] $name, )* }

        impl Kind {
            /// All there are, in the order in which pages list them.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// The stable word that is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $word, )* }
            }

            /// In members' words.
            pub const fn text(self) -> &'static str {
                match self { $( Self::$name => $text, )* }
            }
        }
    };
}

kinds! {
    Deploy "deploy" "Deploy or upgrade";
    Chaos "chaos" "Deploy a commit that is no release";
    Rollback "rollback" "Put back an earlier deploy";
    Adopt "adopt" "Keep what runs as the record";
    Restart "restart" "Restart services";
    Scale "scale" "Change how many tasks run";
    Undeploy "undeploy" "Undeploy";
    Remove "remove" "Remove an app with its data";
    Secrets "secrets" "Make or insert secrets";
    Rotate "rotate" "Rotate a secret";
    Unused "unused" "Remove unused secrets and configs";
    Command "command" "Run a command of the recipe";
    Backup "backup" "Back up";
    Restore "restore" "Put data back to a backup";
}

impl Kind {
    /// The kind of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// What a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// So many members who may approve, and who did not ask for it, say yes.
    Approvals(i32),
    /// Nobody who may approve objects within so many hours.
    Quiet(i32),
}

/// The most approvals that a rule may ask for.
pub const MOST_APPROVALS: i32 = 9;
/// The most hours that a rule may wait for an objection: two weeks.
pub const MOST_HOURS: i32 = 336;
/// The most days after which a request expires.
pub const MOST_DAYS: i32 = 30;
/// After so many days a request expires where nobody chose another number.
pub const USUAL_DAYS: i32 = 7;

/// A rule of the co-op: these kinds of operations, there, need this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub kinds: BTreeSet<Kind>,
    pub scope: Scope,
    pub needs: Needs,
    /// A request that is this old has expired.
    pub expires_days: i32,
}

impl Rule {
    /// Whether the rule is about this kind of operation on this app.
    pub fn covers(&self, kind: Kind, app: i32, tags: &BTreeSet<String>) -> bool {
        let there = match &self.scope {
            Scope::Everything => true,
            Scope::Tag(tag) => tags.contains(tag),
            Scope::App(id) => *id == app,
        };
        there && self.kinds.contains(&kind)
    }
}

/// What one request has to reach: all that the rules over it ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// 0: none.
    pub approvals: i32,
    /// 0: nobody has to be waited for.
    pub quiet_hours: i32,
    pub expires_days: i32,
}

impl Demand {
    /// What these rules ask for together; nothing where there are none.
    pub fn of<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Option<Self> {
        let one = |rule: &Rule| match rule.needs {
            Needs::Approvals(approvals) => Self { approvals, quiet_hours: 0, expires_days: rule.expires_days },
            Needs::Quiet(quiet_hours) => Self { approvals: 0, quiet_hours, expires_days: rule.expires_days },
        };
        rules.into_iter().map(one).reduce(Self::strictest)
    }

    /// Both of them.
    #[must_use]
    pub fn strictest(self, other: Self) -> Self {
        Self {
            approvals: self.approvals.max(other.approvals),
            quiet_hours: self.quiet_hours.max(other.quiet_hours),
            expires_days: self.expires_days.min(other.expires_days),
        }
    }

    /// When a request of this moment expires. It has a day at least after the time for objections.
    pub fn expires_at(self, asked_at: Millis) -> Millis {
        asked_at + (Millis::from(self.expires_days) * DAY_MS).max(Millis::from(self.quiet_hours) * HOUR_MS + DAY_MS)
    }

    /// Until when somebody may object before it starts; `None` where it does not wait for that.
    pub fn quiet_until(self, asked_at: Millis) -> Option<Millis> {
        (self.quiet_hours > 0).then(|| asked_at + Millis::from(self.quiet_hours) * HOUR_MS)
    }

    /// Whether a request that has so many approvals at `now` has all that it needs. An objection would have ended it.
    pub fn met(self, approvals: i32, asked_at: Millis, now: Millis) -> bool {
        approvals >= self.approvals && self.quiet_until(asked_at).is_none_or(|until| now >= until)
    }

    /// In words, such as `2 approvals`.
    pub fn told(self) -> String {
        let count = |n: i32, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
        let approvals = (self.approvals > 0).then(|| count(self.approvals, "approval"));
        let quiet = (self.quiet_hours > 0).then(|| format!("no objection within {}", count(self.quiet_hours, "hour")));
        approvals.into_iter().chain(quiet).collect::<Vec<_>>().join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(scope: Scope, needs: Needs, expires_days: i32) -> Rule {
        Rule { kinds: [Kind::Deploy].into(), scope, needs, expires_days }
    }

    #[test]
    fn each_kind_has_a_word_of_its_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(Kind::parse("everything"), None);
    }

    #[test]
    fn a_rule_is_about_its_kinds_in_its_scope() {
        let tags = BTreeSet::from(["web".to_owned()]);
        for (scope, there) in [
            (Scope::Everything, true),
            (Scope::Tag("web".into()), true),
            (Scope::Tag("mail".into()), false),
            (Scope::App(1), true),
            (Scope::App(2), false),
        ] {
            let rule = rule(scope.clone(), Needs::Approvals(1), 7);
            assert_eq!(rule.covers(Kind::Deploy, 1, &tags), there, "{scope:?}");
            assert!(!rule.covers(Kind::Remove, 1, &tags));
        }
    }

    #[test]
    fn all_rules_over_a_request_have_to_be_met() {
        assert_eq!(Demand::of(&[]), None);
        let rules = [rule(Scope::Everything, Needs::Approvals(2), 7), rule(Scope::App(1), Needs::Quiet(24), 1)];
        let both = Demand::of(&rules).unwrap();
        assert_eq!(both.told(), "2 approvals and no objection within 24 hours");
        assert_eq!(both.expires_at(0), 2 * DAY_MS, "a day is left after the time for objections");
        let day = 24 * HOUR_MS;
        for (approvals, now, met) in [(2, day, true), (1, day, false), (2, day - 1, false), (3, day + 1, true)] {
            assert_eq!(both.met(approvals, 0, now), met, "{approvals} {now}");
        }
    }
}
