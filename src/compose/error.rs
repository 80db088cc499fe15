use thiserror::Error;

/// Why compose files cannot be used. The first fault ends the reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Error)]
#[error("{}", self.sentence())]
pub struct ComposeError {
    /// The name of the source.
    pub file: String,
    /// Counted from 1.
    pub line: Option<u32>,
    /// Counted from 1.
    pub column: Option<u32>,
    /// Where in the document: keys and list indexes, joined by dots. Empty when the whole file is meant.
    pub path: String,
    /// What is wrong, without the path.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl ComposeError {
    /// A fault at `path` of a file that the caller fills in.
    pub(crate) fn at(path: impl Into<String>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { path: path.into(), what: what.into(), hint: hint.into(), ..Self::default() }
    }

    /// The same fault, seen from the mapping or list that has `step` as a key or index.
    pub(crate) fn below(self, step: &str) -> Self {
        let steps = [step, &self.path];
        let path = steps.into_iter().filter(|step| !step.is_empty()).collect::<Vec<_>>().join(".");
        Self { path, ..self }
    }

    fn sentence(&self) -> String {
        let mut place = self.file.clone();
        for number in [self.line, self.column].into_iter().flatten() {
            place = format!("{place}:{number}");
        }
        let parts = [place, self.path.clone(), self.what.clone()];
        let told: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let advice = if self.hint.is_empty() { String::new() } else { format!(" ({})", self.hint) };
        format!("{}{advice}", told.join(": "))
    }
}

/// Why a file beside the compose files cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {what}")]
pub struct FilesError {
    /// The path that was asked for.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
}

#[cfg(test)]
mod tests {
    use super::ComposeError;

    #[test]
    fn the_sentence_names_place_path_fault_and_advice() {
        let fault = ComposeError::at("services.a", "must be a mapping", "indent its keys");
        let fault = ComposeError { file: "c.yml".to_owned(), line: Some(3), column: Some(5), ..fault };
        assert_eq!(fault.to_string(), "c.yml:3:5: services.a: must be a mapping (indent its keys)");
    }
}
