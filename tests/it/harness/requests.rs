//! Whether two bodies of requests mean the same to the engine.

use serde_json::Value;

/// Zeros that say something else than nothing.
const ZEROS: &[&str] = &[
    "/Mode/Replicated/Replicas",
    "/Mode/ReplicatedJob/MaxConcurrent",
    "/Mode/ReplicatedJob/TotalCompletions",
    "/TaskTemplate/ContainerSpec/Init",
    "/TaskTemplate/ContainerSpec/StopGracePeriod",
    "/TaskTemplate/RestartPolicy/MaxAttempts",
    "/TaskTemplate/RestartPolicy/Delay",
    "/TaskTemplate/RestartPolicy/Window",
    "/UpdateConfig/Parallelism",
    "/RollbackConfig/Parallelism",
];

/// The places where two bodies differ, each with both values. Absent, `null`, `""`, `[]`, `false` and 0 are the same except for
/// [`ZEROS`]; an empty object is not an absent one. References to secrets are compared in one order: docker's is random.
pub(crate) fn same_request(ours: &Value, theirs: &Value) -> Vec<String> {
    let name = theirs["Name"].as_str().unwrap_or_default();
    let mut found = Vec::new();
    differ(&normal(ours), &normal(theirs), "", &mut found);
    found.into_iter().map(|difference| format!("{name}{difference}")).collect()
}

fn normal(body: &Value) -> Value {
    let mut body = body.clone();
    for kind in ["Secrets", "Configs"] {
        let refs = body.pointer_mut(&format!("/TaskTemplate/ContainerSpec/{kind}"));
        if let Some(refs) = refs.and_then(Value::as_array_mut) {
            refs.sort_by_key(|r| (r["SecretName"].to_string(), r["ConfigName"].to_string(), r["File"]["Name"].to_string()));
        }
    }
    body
}

fn differ(ours: &Value, theirs: &Value, at: &str, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let side = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                differ(&side(a), &side(b), &format!("{at}/{key}"), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                differ(a, b, &format!("{at}/{index}"), found);
            }
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        (a, b) if a == b || (is_blank(a) && is_blank(b) && !ZEROS.contains(&at)) => {}
        (a, b) => found.push(format!("{at}: ours {a}, docker's {b}")),
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) => false,
    }
}
