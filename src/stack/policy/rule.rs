//! Rules of the proxy's routers: for which hosts does one answer?

use std::cell::RefCell;
use std::iter::Peekable;
use std::str::Chars;

/// Rules nest no deeper.
const DEPTH: usize = 32;

/// Why the rule answers for more than the claimed hosts; `None` if each way to meet it names one of them. What can't be read answers for
/// everything.
pub(super) fn beyond(rule: &str, claimed: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut reader = Reader { rest: rule.chars().peekable(), claimed, said: vec![], depth: 0 };
    let within = reader.any_of().filter(|_| reader.blank().is_none());
    match within {
        Some(true) => None,
        None => Some("a rule that can't be read".to_owned()),
        Some(false) if reader.said.is_empty() => Some("no address".to_owned()),
        Some(false) => Some(reader.said.join(", ")),
    }
}

/// The hosts that a rule names, as far as it can be read.
pub(super) fn hosts(rule: &str) -> Vec<String> {
    let found = RefCell::new(vec![]);
    let note = |host: &str| {
        found.borrow_mut().push(host.to_owned());
        true
    };
    let _said = beyond(rule, &note);
    found.into_inner()
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    claimed: &'a dyn Fn(&str) -> bool,
    /// What was found beyond.
    said: Vec<String>,
    depth: usize,
}

/// Each answers whether what it read is met by claimed hosts only; `None` if it can't be read.
impl Reader<'_> {
    fn any_of(&mut self) -> Option<bool> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let mut within = self.all_of()?;
        while self.blank() == Some('|') {
            self.sign("||")?;
            within = self.all_of()? && within;
        }
        self.depth -= 1;
        Some(within)
    }

    fn all_of(&mut self) -> Option<bool> {
        let mut within = self.one()?;
        while self.blank() == Some('&') {
            self.sign("&&")?;
            within = self.one()? || within;
        }
        Some(within)
    }

    fn one(&mut self) -> Option<bool> {
        match self.blank()? {
            '!' => {
                while self.blank() == Some('!') {
                    self.rest.next();
                }
                self.one()?;
                Some(false)
            }
            '(' => {
                self.rest.next();
                let within = self.any_of()?;
                self.sign(")")?;
                Some(within)
            }
            _ => self.matcher(),
        }
    }

    /// `Host(…)` and its like.
    fn matcher(&mut self) -> Option<bool> {
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(char::is_ascii_alphanumeric) {
            name.push(c.to_ascii_lowercase());
        }
        self.sign("(")?;
        let mut hosts = vec![];
        while self.blank()? != ')' {
            hosts.push(self.text()?);
            if self.blank()? == ',' {
                self.rest.next();
            }
        }
        self.sign(")")?;
        match name.as_str() {
            "" => None,
            "host" | "hostheader" | "hostsni" => {
                let foreign: Vec<String> = hosts.iter().filter(|h| !(self.claimed)(h)).cloned().collect();
                let within = foreign.is_empty() && !hosts.is_empty();
                self.said.extend(foreign);
                Some(within)
            }
            "hostregexp" | "hostsniregexp" => {
                self.said.extend(hosts.iter().map(|h| format!("all addresses like {h}")));
                Some(false)
            }
            _ => Some(false),
        }
    }

    fn text(&mut self) -> Option<String> {
        let quote = self.rest.next_if(|c| matches!(c, '`' | '"' | '\''))?;
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                c if c == quote => return Some(text),
                '\\' if quote != '`' => text.push(self.rest.next()?),
                c => text.push(c),
            }
        }
    }

    fn sign(&mut self, sign: &str) -> Option<()> {
        self.blank()?;
        sign.chars().all(|c| self.rest.next_if_eq(&c).is_some()).then_some(())
    }

    /// What comes after blanks.
    fn blank(&mut self) -> Option<char> {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
        self.rest.peek().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::beyond;

    fn said(rule: &str) -> Option<String> {
        beyond(rule, &|host| matches!(host, "a.org" | "b.org"))
    }

    #[test]
    fn each_way_to_meet_a_rule_names_a_claimed_host() {
        for rule in [
            "Host(`a.org`)",
            "Host(`a.org`, `b.org`)",
            "host(\"a.org\") && PathPrefix(`/x`)",
            "Host(`a.org`) && (Path(`/x`) || Headers(`X`, `y`))",
            "(Host(`a.org`) || Host(`b.org`)) && !Path(`/metrics`)",
            "HostSNI(`a.org`)",
        ] {
            assert_eq!(said(rule), None, "{rule}");
        }
    }

    #[test]
    fn one_way_around_is_beyond() {
        for (rule, why) in [
            ("Host(`a.org`, `evil.org`)", "evil.org"),
            ("Host(`a.org`) || Host(`evil.org`)", "evil.org"),
            ("Host(`a.org`) || PathPrefix(`/`)", "no address"),
            ("!Host(`a.org`)", "no address"),
            ("PathPrefix(`/`)", "no address"),
            ("HostRegexp(`.*`)", "all addresses like .*"),
            ("HOSTREGEXP(`.*`) || Host(`a.org`)", "all addresses like .*"),
            ("HostSNI(`*`)", "*"),
            ("Host()", "no address"),
            ("Host(`a.org`) or Host(`b.org`)", "can't be read"),
            ("Host(`a.org`", "can't be read"),
            ("", "can't be read"),
            (&"(".repeat(100_000), "can't be read"),
            (&"!".repeat(100_000), "can't be read"),
        ] {
            assert!(said(rule).is_some_and(|s| s.contains(why)), "{rule}: {:?}", said(rule));
        }
    }
}
