//! The lines in which two texts differ.

use crate::web::apps::changes::{DiffLine, Sign};

/// Lines around a change that help to read it.
const CONTEXT: usize = 2;
/// Beyond this many comparisons the middle of two texts is taken as wholly other; a settings file never gets there.
const MOST_COMPARISONS: usize = 4_000_000;

/// One step from the old text to the new one, with the positions of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Same(usize, usize),
    Gone(usize),
    Come(usize),
}

/// The way from `old` to `new` with the fewest lines changed.
pub(super) fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let a = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let b = new_rest.get(..new_rest.len() - tail).unwrap_or_default();
    let mut steps: Vec<Step> = (0..head).map(|at| Step::Same(at, at)).collect();
    let shifted = middle(a, b).into_iter().map(|step| match step {
        Step::Same(i, j) => Step::Same(head + i, head + j),
        Step::Gone(i) => Step::Gone(head + i),
        Step::Come(j) => Step::Come(head + j),
    });
    steps.extend(shifted);
    steps.extend((0..tail).map(|at| Step::Same(head + a.len() + at, head + b.len() + at)));
    steps
}

/// By the longest common subsequence.
fn middle(a: &[&str], b: &[&str]) -> Vec<Step> {
    if a.len() * b.len() > MOST_COMPARISONS {
        return (0..a.len()).map(Step::Gone).chain((0..b.len()).map(Step::Come)).collect();
    }
    // rows[i][j]: how many lines a[i..] and b[j..] have in common.
    let mut rows: Vec<Vec<u32>> = vec![vec![0; b.len() + 1]];
    for line in a.iter().rev() {
        let below = rows.last().map_or(&[][..], Vec::as_slice);
        let mut row = vec![0; b.len() + 1];
        let mut right = 0;
        for (j, other) in b.iter().enumerate().rev() {
            let of = |at: usize| below.get(at).copied().unwrap_or(0);
            right = if line == other { of(j + 1) + 1 } else { of(j).max(right) };
            if let Some(cell) = row.get_mut(j) {
                *cell = right;
            }
        }
        rows.push(row);
    }
    rows.reverse();
    let common = |i: usize, j: usize| rows.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let (mut i, mut j, mut steps) = (0, 0, vec![]);
    loop {
        match (a.get(i), b.get(j)) {
            (Some(left), Some(right)) if left == right => {
                steps.push(Step::Same(i, j));
                (i, j) = (i + 1, j + 1);
            }
            (Some(_), other) if other.is_none() || common(i + 1, j) >= common(i, j + 1) => {
                steps.push(Step::Gone(i));
                i += 1;
            }
            (_, Some(_)) => {
                steps.push(Step::Come(j));
                j += 1;
            }
            (_, None) => return steps,
        }
    }
}

/// The difference as a page shows it; empty when the texts are the same.
pub(super) fn text_diff(old: &str, new: &str) -> Vec<DiffLine> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let steps = steps(&a, &b);
    let is_same = |step: &Step| matches!(step, Step::Same(..));
    let near = |at: usize| {
        let from = at.saturating_sub(CONTEXT);
        steps.iter().skip(from).take(at - from + CONTEXT + 1).any(|step| !is_same(step))
    };
    let mut lines: Vec<DiffLine> = vec![];
    let mut skipped = false;
    for (at, step) in steps.iter().enumerate() {
        let (sign, text) = match step {
            Step::Same(_, j) if near(at) => (Sign::Context, b.get(*j)),
            Step::Same(..) => {
                skipped = true;
                continue;
            }
            Step::Gone(i) => (Sign::Removed, a.get(*i)),
            Step::Come(j) => (Sign::Added, b.get(*j)),
        };
        if std::mem::take(&mut skipped) && !lines.is_empty() {
            lines.push(DiffLine { sign: Sign::Context, text: "…".to_owned() });
        }
        lines.push(DiffLine { sign, text: text.copied().unwrap_or_default().to_owned() });
    }
    if lines.is_empty() && old != new {
        lines.push(DiffLine { sign: Sign::Context, text: "Only the ends of lines differ.".to_owned() });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> String {
        let sign = |sign| match sign {
            Sign::Added => '+',
            Sign::Removed => '-',
            Sign::Context => ' ',
        };
        let lines: Vec<String> = text_diff(old, new).iter().map(|line| format!("{}{}\n", sign(line.sign), line.text)).collect();
        lines.concat()
    }

    #[test]
    fn a_difference_shows_what_changed_and_a_little_around_it() {
        assert_eq!(told("a\nb\nc\n", "a\nb\nc\n"), "");
        assert_eq!(told("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\nY\n"), " 3\n 4\n-5\n+X\n 6\n 7\n 8\n-9\n+Y\n");
        assert_eq!(told("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "X\n2\n3\n4\n5\n6\n7\n8\nY\n"), "-1\n+X\n 2\n 3\n …\n 7\n 8\n-9\n+Y\n");
        assert_eq!(told("", "a\n"), "+a\n");
        assert_eq!(told("a\nb\nc\nd\n", "b\nX\nd\na\n"), "-a\n b\n-c\n+X\n d\n+a\n");
        assert_eq!(told("a\r\n", "a\n"), " Only the ends of lines differ.\n");
    }

    #[test]
    fn the_steps_make_the_new_text_out_of_the_old_one() {
        let letters: Vec<String> = (0..200u32).map(|n| (n * n % 17).to_string()).collect();
        let a: Vec<&str> = letters.iter().map(String::as_str).collect();
        let b: Vec<&str> = a.iter().rev().copied().collect();
        let made: Vec<&str> = steps(&a, &b)
            .iter()
            .filter_map(|step| match step {
                Step::Same(i, _) => Some(a[*i]),
                Step::Come(j) => Some(b[*j]),
                Step::Gone(_) => None,
            })
            .collect();
        assert_eq!(made, b);
    }
}
