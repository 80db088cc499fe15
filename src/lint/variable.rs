//! The variables in a text of a compose file, as written.

/// One use of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use<'t> {
    pub(super) name: &'t str,
    /// `:-`, `-`, `:?`, `?`, `:+`, `+`, or empty.
    pub(super) operator: &'t str,
    /// What stands behind the operator, up to the next `}`, as docker's client cuts it.
    pub(super) rest: &'t str,
}

const OPERATORS: [&str; 6] = [":-", ":?", ":+", "-", "?", "+"];

/// Every variable in `text`, in order. `$$` is a dollar.
pub(super) fn uses(text: &str) -> Vec<Use<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('$') {
        rest = after;
        if let Some(escaped) = after.strip_prefix('$') {
            rest = escaped;
            continue;
        }
        let braced = after.strip_prefix('{');
        let inner = braced.unwrap_or(after);
        let end = inner.find(|c: char| !(c == '_' || c.is_ascii_alphanumeric())).unwrap_or(inner.len());
        let (name, behind) = inner.split_at_checked(end).unwrap_or((inner, ""));
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let operator = OPERATORS.into_iter().find(|o| braced.is_some() && behind.starts_with(o)).unwrap_or("");
        let body = behind.strip_prefix(operator).unwrap_or_default();
        let body = if operator.is_empty() { "" } else { body.split_once('}').map_or(body, |(body, _)| body) };
        found.push(Use { name, operator, rest: body });
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_with_what_follows_them() {
        let text = "a$$B ${C}-$D_1 ${E:-x y}${F-}${G:?say so} ${H:+z} $1 ${I:-${J}}";
        let found: Vec<_> = uses(text).into_iter().map(|u| (u.name, u.operator, u.rest)).collect();
        let expected = [
            ("C", "", ""),
            ("D_1", "", ""),
            ("E", ":-", "x y"),
            ("F", "-", ""),
            ("G", ":?", "say so"),
            ("H", ":+", "z"),
            ("I", ":-", "${J"),
            ("J", "", ""),
        ];
        assert_eq!(found, expected);
    }
}
