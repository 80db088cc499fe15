//! `canteen member …`: for whoever may use the server's command line, also when nobody can sign in any more.

use std::io::BufRead as _;
use std::str::FromStr as _;

use anyhow::Context as _;
use canteen::access::action::EditMember;
use canteen::access::{Actor, Grant, Role, Target, member_name};
use canteen::commands::factor_reset::ResetFactors;
use canteen::commands::member_add::AddMember;
use canteen::commands::member_password::SetPassword;
use canteen::key_file::FOLDER;
use canteen::passwords::{self, Names, Passwords};
use canteen::settings::Settings;
use canteen::store::Store;

use super::serve::open_store;
use super::{runtime, say};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Add a member; the password is read from standard input
    Add {
        name: String,
        /// Over everything: viewer, auditor, operator, maintainer or admin
        #[arg(long, default_value = "viewer")]
        role: String,
    },
    /// Give a member a new password, read from standard input, and end the member's sessions
    ResetPassword { name: String },
    /// Take all second factors from a member who lost them, and end the member's sessions
    ResetFactors { name: String },
    /// List members and roles, tab-separated
    List,
}

/// Runs one of them.
pub(super) fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    let store = open_store(settings)?;
    let may = Grant::<EditMember>::judge(Actor::System("command line"), Target::Site)?;
    runtime()?.block_on(async {
        match command {
            Command::Add { name, role } => {
                let role = Role::from_str(&role)?;
                let name = member_name(&name)?;
                let password_hash = new_password(settings, &store, &name).await?;
                store.commit(&may, AddMember { name: name.clone(), password_hash, role }).await?;
                say(&format!("{name} was added as {role}"));
            }
            Command::ResetPassword { name } => {
                let password_hash = new_password(settings, &store, &name).await?;
                store.commit(&may, SetPassword { name: name.clone(), password_hash }).await?;
                say(&format!("{name} has a new password and has to sign in again"));
            }
            Command::ResetFactors { name } => {
                store.commit(&may, ResetFactors { name: name.clone() }).await?;
                say(&format!("{name} has no second factor any more and has to sign in again"));
            }
            Command::List => {
                for member in store.members().await? {
                    let rights = store.rights(member.id).await?;
                    say(&format!("{}\t{}", member.name, rights.title()));
                }
            }
        }
        Ok(())
    })
}

async fn new_password(settings: &Settings, store: &Store, name: &str) -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("the password is read from standard input")?;
    let password = line.trim_end_matches(['\n', '\r']);
    passwords::check(password, &Names::of(name, &settings.public.host, &store.known_names().await?))?;
    Ok(Passwords::of(&settings.data.join(FOLDER))?.hash(password.to_owned()).await?)
}
