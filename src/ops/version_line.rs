//! The one line of the settings that a rotation changes. What was saved and not deployed stays as it is, and stays undeployed.

use std::marker::PhantomData;

use crate::access::Grant;
use crate::access::action::{Conclude, RotateSecret};
use crate::commands::secret_version::{SetSecretVersion, Turns};
use crate::envfile::{self, EnvFile};
use crate::store::Denied;
use crate::store::apps::{App, EnvRevision};

use super::ended::OpError;
use super::order::RotateWanted;
use super::rotate::locals;
use super::secrets::Of;

/// Somebody may save settings at the same moment; so often the version is written into theirs.
const TRIES: usize = 5;

/// Writes the new version on top of the newest settings. Returns the number of the revision that tells what runs with it: the same
/// one, or where others are saved and not deployed, one before it.
pub(super) async fn write(may: &Grant<RotateSecret>, of: Of<'_>, wanted: &RotateWanted) -> Result<i32, OpError> {
    let (variable, to) = (&wanted.variable, &wanted.to_version);
    for _ in 0..TRIES {
        if let Some(number) = written(of, wanted).await? {
            return Ok(number);
        }
        let (app, based_on, mut env) = newest(of).await?;
        untouched(wanted, &env)?;
        env.enable(variable, to);
        let runs = runs(of, wanted).await?.filter(|runs| !same_values(runs, &env));
        let command = SetSecretVersion {
            app_id: app.id,
            based_on,
            text: env.text(),
            runs: runs.map(|runs| runs.text()),
            variable: variable.clone(),
            version: to.clone(),
            reason: format!("rotated {}: {} to {to}", locals(wanted), wanted.from_version),
            by: PhantomData,
        };
        if let Some(number) = saved(may, of, command).await? {
            return Ok(number);
        }
    }
    Err(busy(variable))
}

/// Writes the old version on top of the newest settings, if they name the new one: a rotation may fail before it came to them.
pub(super) async fn put_back(may: &Grant<Conclude>, of: Of<'_>, wanted: &RotateWanted) -> Result<(), OpError> {
    let (variable, from) = (&wanted.variable, &wanted.from_version);
    for _ in 0..TRIES {
        let (app, based_on, mut env) = newest(of).await?;
        if env.get(variable).as_ref() != Some(&wanted.to_version) {
            return Ok(());
        }
        match runs_before(of, wanted).await? {
            // The settings did not name it, and the recipe's own version was in use.
            Some(before) if before.get(variable).is_none() => env.disable(variable),
            _ => env.enable(variable, from),
        }
        let command = SetSecretVersion {
            app_id: app.id,
            based_on,
            text: env.text(),
            runs: None,
            variable: variable.clone(),
            version: from.clone(),
            reason: format!("the rotation of {} failed", locals(wanted)),
            by: PhantomData,
        };
        if saved(may, of, command).await?.is_some() {
            return Ok(());
        }
    }
    Err(busy(variable))
}

/// The number of the revision; `None` if somebody saved another one at the same moment.
async fn saved<A: Turns>(may: &Grant<A>, of: Of<'_>, command: SetSecretVersion<A>) -> Result<Option<i32>, OpError> {
    match of.store.commit(may, command).await {
        Ok(number) => Ok(Some(number)),
        Err(Denied::Rule { .. }) => Ok(None),
        Err(Denied::Store(error)) => Err(error.into()),
        Err(removed @ (Denied::Removed(_) | Denied::Refused { .. })) => Err(OpError::stop("failed", removed.to_string())),
    }
}

/// The revision in which this rotation told what runs, if it came so far.
pub(super) async fn written(of: Of<'_>, wanted: &RotateWanted) -> Result<Option<i32>, OpError> {
    let (app, newest, env) = newest(of).await?;
    let Some(runs) = runs(of, wanted).await? else {
        return Ok((env.get(&wanted.variable).as_ref() == Some(&wanted.to_version)).then_some(newest));
    };
    for number in wanted.deploy.env_number + 1..=newest {
        let revision = of.store.env_revision(app.id, number).await?;
        if revision.is_some_and(|r| EnvFile::parse(&r.text).is_ok_and(|env| same_values(&env, &runs))) {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Somebody may have chosen another version while this one waited, and that is not ours to overwrite.
pub(super) fn untouched(wanted: &RotateWanted, env: &EnvFile) -> Result<(), OpError> {
    let same = |version: String| version.is_empty() || version == wanted.from_version;
    if wanted.deployed_env.is_none() || env.get(&wanted.variable).is_none_or(same) {
        return Ok(());
    }
    let variable = &wanted.variable;
    let text = format!("somebody saved another {variable} meanwhile; deploy it or take it back, and rotate then");
    Err(OpError::stop("plan changed", text))
}

/// The newest settings: whose they are, the number of their revision, and what is in it.
pub(super) async fn newest(of: Of<'_>) -> Result<(App, i32, EnvFile), OpError> {
    let stop = |text: &str| OpError::stop("failed", text);
    let app = of.store.app_by_id(of.operation.app_id).await?.ok_or_else(|| stop("the app is gone"))?;
    let newest = of.store.env_revision(app.id, app.env_number).await?.ok_or_else(|| stop("the app has no settings"))?;
    let env = parse(&newest)?;
    Ok((app, newest.number, env))
}

/// A revision as settings.
fn parse(revision: &EnvRevision) -> Result<EnvFile, OpError> {
    EnvFile::parse(&revision.text).map_err(|e| OpError::stop("failed", format!("settings, {e}; {}", e.hint)))
}

/// The settings that run, with the new version. `None` where nobody noted which they are.
async fn runs(of: Of<'_>, wanted: &RotateWanted) -> Result<Option<EnvFile>, OpError> {
    let mut runs = runs_before(of, wanted).await?;
    if let Some(env) = &mut runs {
        env.enable(&wanted.variable, &wanted.to_version);
    }
    Ok(runs)
}

async fn runs_before(of: Of<'_>, wanted: &RotateWanted) -> Result<Option<EnvFile>, OpError> {
    let Some(number) = wanted.deployed_env else { return Ok(None) };
    let revision = of.store.env_revision(of.operation.app_id, number).await?;
    let gone =
        || OpError::stop("failed", format!("revision {number} of the settings, which runs, is not kept any more; deploy once"));
    parse(&revision.ok_or_else(gone)?).map(Some)
}

/// The version that the file names is the deploy's own affair.
fn same_values(one: &EnvFile, other: &EnvFile) -> bool {
    envfile::diff(one, other).iter().all(|change| matches!(change.key.as_str(), "TYPE" | "RECIPE"))
}

fn busy(variable: &str) -> OpError {
    OpError::stop("failed", format!("somebody saves the settings all the time, so {variable} could not be written; try again"))
}
