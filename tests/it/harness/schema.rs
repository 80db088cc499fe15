//! Holds a JSON value against the schema that the API's description has for it. It knows the words that the description uses, and fails
//! on any other, so that none is passed over.

use serde_json::Value;

/// Words that say nothing of a value's form.
const PROSE: [&str; 2] = ["description", "default"];

/// What does not fit, each at its place.
pub(crate) fn misfits(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = vec![];
    for (word, says) in schema.as_object().unwrap_or_else(|| panic!("{at}: a schema is an object, not {schema}")) {
        match word.as_str() {
            "$ref" => {
                let pointer = says.as_str().unwrap().strip_prefix('#').unwrap();
                let named = document.pointer(pointer).unwrap_or_else(|| panic!("{at}: there is no {pointer}"));
                found.extend(misfits(document, named, value, at));
            }
            "type" if !types(says).iter().any(|kind| is(value, kind)) => found.push(format!("{at}: {value} is no {says}")),
            "enum" if !says.as_array().unwrap().contains(value) => found.push(format!("{at}: {value} is none of {says}")),
            "anyOf" => {
                let fits = |schema: &Value| misfits(document, schema, value, at).is_empty();
                if !says.as_array().unwrap().iter().any(fits) {
                    found.push(format!("{at}: {value} fits none"));
                }
            }
            "format" => {
                assert_eq!(says, "date-time", "{at}");
                if value.as_str().is_some_and(|text| !text.ends_with('Z') || text.parse::<jiff::Timestamp>().is_err()) {
                    found.push(format!("{at}: {value} is no time in UTC"));
                }
            }
            "required" => {
                let missing = says.as_array().unwrap().iter().filter(|name| value.get(name.as_str().unwrap()).is_none());
                found.extend(missing.map(|name| format!("{at}: {name} is missing")));
            }
            "properties" => {
                for (name, schema) in says.as_object().unwrap() {
                    if let Some(inner) = value.get(name) {
                        found.extend(misfits(document, schema, inner, &format!("{at}/{name}")));
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(says, false, "{at}");
                let known = schema.get("properties").and_then(Value::as_object);
                let names = value.as_object().into_iter().flat_map(|map| map.keys());
                let more = names.filter(|name| !known.is_some_and(|known| known.contains_key(*name)));
                found.extend(more.map(|name| format!("{at}: {name} is not described")));
            }
            "items" => {
                for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(misfits(document, says, item, &format!("{at}/{n}")));
                }
            }
            "type" | "enum" | "minLength" | "maxLength" | "minimum" | "maximum" => {}
            other => assert!(PROSE.contains(&other), "{at}: the check does not know {other}"),
        }
    }
    found
}

fn types(says: &Value) -> Vec<&str> {
    match says {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type {other}"),
    }
}
