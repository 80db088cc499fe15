use std::fmt;

use serde_json::{Value, json};

/// A command of the recipe that an operation ran, as the entry keeps it that concludes the operation. What the command wrote is kept
/// with the operation, shortened and for a while; the sum of it stays in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub function: String,
    /// Without the stack.
    pub service: String,
    /// `None` where it can't be told.
    pub exit_code: Option<i64>,
    pub milliseconds: u64,
    /// Bytes of everything that it wrote, as the file of the operation would hold it if nothing were left out: secrets are hidden, and
    /// lines of standard error are marked.
    pub bytes: u64,
    /// Of the same bytes, in hexadecimal digits.
    pub sha256: String,
}

impl Ran {
    /// As the log and the journal of the operation spell it.
    pub fn fact(&self) -> Value {
        json!({
            "command": self.function,
            "service": self.service,
            "exit_code": self.exit_code,
            "milliseconds": self.milliseconds,
            "output_bytes": self.bytes,
            "output_sha256": self.sha256,
        })
    }

    /// Reads that again; `None` if it is none.
    pub fn read(fact: &Value) -> Option<Self> {
        let text = |name: &str| Some(fact.get(name)?.as_str()?.to_owned());
        Some(Self {
            function: text("command")?,
            service: text("service")?,
            exit_code: fact.get("exit_code").and_then(Value::as_i64),
            milliseconds: fact.get("milliseconds")?.as_u64()?,
            bytes: fact.get("output_bytes")?.as_u64()?,
            sha256: text("output_sha256")?,
        })
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exit_code {
            Some(code) => write!(f, "exit code {code}")?,
            None => f.write_str("no exit code")?,
        }
        let (seconds, tenths) = (self.milliseconds / 1000, self.milliseconds % 1000 / 100);
        write!(f, " after {seconds}.{tenths} s; output of {} bytes, SHA-256 {}", self.bytes, self.sha256)
    }
}
