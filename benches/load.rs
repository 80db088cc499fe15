//! A load generator: connections that ask for one page again and again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::http::Connection;

/// At once. Blocking threads are enough for so few, and share the reader of answers with everything else here.
const CONNECTIONS: usize = 8;
const ROUND: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;

/// One thing to ask for.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) request: String,
}

/// Requests per second of each target, the median of some rounds. Targets take turns, so that a machine that is busy for a while
/// slows all of them.
pub(crate) fn rates(targets: &[Target]) -> anyhow::Result<Vec<f64>> {
    let mut rates = vec![vec![]; targets.len()];
    for _ in 0..ROUNDS {
        for (target, rates) in targets.iter().zip(&mut rates) {
            rates.push(round(target)?);
        }
    }
    Ok(rates.into_iter().map(median).collect())
}

/// The one in the middle.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::cast_precision_loss, reason = "far fewer requests than a float can count")]
fn round(target: &Target) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let counts: Vec<anyhow::Result<u64>> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(|| ask_until(target, begun + ROUND))).collect();
        asking.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a connection's thread panicked"))).collect()
    });
    let total: u64 = counts.into_iter().sum::<anyhow::Result<u64>>()?;
    Ok(total as f64 / begun.elapsed().as_secs_f64())
}

fn ask_until(target: &Target, end: Instant) -> anyhow::Result<u64> {
    let mut connection = Connection::open(target.address)?;
    let mut count = 0;
    while Instant::now() < end {
        let answer = connection.ask(target.request.as_bytes())?;
        if answer.status != 200 || answer.body.is_empty() {
            bail!("{} with {} bytes", answer.status, answer.body.len());
        }
        count += 1;
    }
    Ok(count)
}
