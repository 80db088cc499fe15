//! What a role is made of: about forty permissions, in members' words.

/// Where a permission has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// On the dashboard as a whole: a grant for one app does not give it.
    Site,
    /// On an app: a grant for everything gives it on every app. What belongs to no app, as the recipes do, is open to whoever has it
    /// on some app.
    App,
}

macro_rules! permissions {
    ($( $name:ident $reach:ident $word:literal $text:literal; )*) => {
        /// A permission. Roles are sets of them, and the policy names the one that an action needs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Permission { $( #[doc = $text] $name, )* }

        impl Permission {
            /// Every permission, in the order in which pages list them.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// The stable word: stored, shown to those who ask, and the scope of a token.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $word, )* }
            }

            /// What it allows, in members' words.
            pub const fn text(self) -> &'static str {
                match self { $( Self::$name => $text, )* }
            }

            /// Where it has a meaning.
            pub const fn reach(self) -> Reach {
                match self { $( Self::$name => Reach::$reach, )* }
            }
        }
    };
}

permissions! {
    ViewApp App "app.view" "See an app, its state and what was done to it";
    ReadLogs App "app.logs" "Read what an app writes";
    ReadSettings App "app.config.read" "See an app’s settings, with secret-like values hidden";
    WriteSettings App "app.config.write" "Change an app’s settings and see all of their values";
    ListSecrets App "app.secrets.list" "See which secrets an app has, never their values";
    SetSecrets App "app.secrets.set" "Make, exchange and remove an app’s secrets";
    Deploy App "app.deploy" "Deploy, upgrade, roll back and restart an app";
    Undeploy App "app.undeploy" "Stop an app; its data stays";
    Scale App "app.scale" "Choose how many tasks an app’s services have";
    RunCommand App "app.exec" "Run the recipe’s commands inside an app";
    Automate App "app.updates" "Say how far an app is updated by itself, and when";
    DeployChaos App "app.deploy.chaos" "Deploy a branch or commit that is no release";
    RemoveApp App "app.remove" "Remove an app together with its data";
    NewApp Site "app.new" "Make an app of a recipe";
    ImportApp Site "app.import" "Take over what was deployed without Canteen";
    ViewBackups App "backup.view" "See backups and what is in them";
    RunBackup App "backup.run" "Back an app up";
    RestoreBackup App "backup.restore" "Put an app’s data back to a backup";
    DownloadBackup App "backup.download" "Take data out of a backup";
    ConfigureBackup Site "backup.configure" "Say where backups go, when, and how long they are kept";
    DrillBackup App "backup.drill" "Prove that a backup can be restored";
    ViewCatalogue App "catalogue.view" "See the recipes";
    SyncCatalogue Site "catalogue.sync" "Fetch recipes anew";
    EditCatalogue Site "catalogue.edit" "Add recipes and accept versions that changed after they were published";
    UsePower App "recipe.use.privileged" "Deploy what needs the powers that the server’s list names";
    ViewAudit App "audit.view" "Read who did what";
    ExportAudit Site "audit.export" "Take the audit log out as a file";
    ViewPeople Site "people.view" "See members, teams and who may do what";
    EditPeople Site "people.edit" "Invite, suspend and sign members out";
    EditGrants App "role.grant" "Give and take roles, as far as one’s own rights go";
    EditRoles Site "role.edit" "Make and change roles and teams";
    Approve App "approval.give" "Approve what waits for approval";
    ConfigureApprovals Site "approval.configure" "Say what needs approval";
    OwnTokens App "token.own" "Have API tokens of one’s own";
    ManageTokens Site "token.manage" "See and end the API tokens of others";
    ViewServer Site "server.view" "See the server’s nodes and state";
    ManageServer Site "server.manage" "Deploy what has powers over the machine, and override rules";
    EditSite Site "settings.edit" "Change the dashboard’s own settings";
}

impl Permission {
    /// The heading under which pages list it.
    pub fn area(self) -> &'static str {
        let mut parts = self.as_str().split('.');
        match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
            ("app", "view" | "logs") => "Looking at apps",
            ("app", "config" | "secrets") => "Settings and secrets of apps",
            ("app", _) => "Running apps",
            ("backup", _) => "Backups",
            ("catalogue" | "recipe", _) => "Recipes",
            ("audit", _) => "Audit log",
            ("people" | "role", _) => "Members and roles",
            ("approval", _) => "Approvals",
            ("token", _) => "API tokens",
            _ => "The server and this dashboard",
        }
    }

    /// Things about permissions, which come in the order of [`Self::ALL`], under the headings of their areas.
    pub fn by_area<T>(all: impl IntoIterator<Item = (Self, T)>) -> Vec<(&'static str, Vec<T>)> {
        let mut areas: Vec<(&'static str, Vec<T>)> = vec![];
        for (one, thing) in all {
            match areas.last_mut() {
                Some((area, things)) if *area == one.area() => things.push(thing),
                _ => areas.push((one.area(), vec![thing])),
            }
        }
        areas
    }
}

/// What has a meaning on an app.
const ON_APPS: Permissions = {
    let (mut bits, mut rest) = (0, Permission::ALL);
    while let Some((first, others)) = rest.split_first() {
        if matches!(first.reach(), Reach::App) {
            bits |= first.bit();
        }
        rest = others;
    }
    Permissions(bits)
};

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// No permission.
    pub const NONE: Self = Self(0);

    /// These.
    pub const fn of(list: &[Permission]) -> Self {
        let (mut bits, mut rest) = (0, list);
        while let Some((first, others)) = rest.split_first() {
            bits |= first.bit();
            rest = others;
        }
        Self(bits)
    }

    /// Every permission there is.
    pub const fn all() -> Self {
        Self::of(Permission::ALL)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that both have.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that the other set lacks.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those that have a meaning on an app.
    #[must_use]
    pub const fn on_apps(self) -> Self {
        self.common(ON_APPS)
    }

    /// Whether it is in the set.
    pub const fn has(self, one: Permission) -> bool {
        self.0 & one.bit() != 0
    }

    /// Whether there is none in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// In the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.has(*p))
    }
}

impl Permission {
    const fn bit(self) -> u64 {
        1 << self as u8
    }
}

/// The text names no permission.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no permission is called {0:?}")]
pub struct NoSuchPermission(pub String);

impl std::str::FromStr for Permission {
    type Err = NoSuchPermission;

    fn from_str(text: &str) -> Result<Self, NoSuchPermission> {
        Self::ALL.iter().copied().find(|p| p.as_str() == text).ok_or_else(|| NoSuchPermission(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_permission_has_a_word_and_a_bit_of_its_own() {
        for (at, one) in Permission::ALL.iter().enumerate() {
            assert_eq!(one.as_str().parse::<Permission>().ok(), Some(*one));
            assert_eq!(Permissions::of(&[*one]).iter().collect::<Vec<_>>(), [*one]);
            assert!(!Permissions::of(&Permission::ALL[..at]).has(*one));
        }
        assert_eq!(Permissions::all().iter().count(), Permission::ALL.len());
        assert!(Permissions::all().without(Permissions::all()).is_empty());
    }
}
