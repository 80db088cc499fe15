//! The resolved model as YAML, in the shape that `docker stack config` prints.

use super::{
    duration,
    types::{Build, Config, Pairs, Ulimit},
};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// The model as YAML. A `$` is not escaped again, so this is for reading and comparing, not for loading.
pub fn config_yaml(config: &Config) -> String {
    match serde_yaml::to_value(config) {
        Ok(model) => super::print::print(&model),
        Err(error) => format!("# the model cannot be written: {error}\n"),
    }
}

impl Serialize for Ulimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.single != 0 {
            return serializer.serialize_i64(self.single);
        }
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in [("soft", self.soft), ("hard", self.hard)] {
            if value != 0 {
                map.serialize_entry(key, &value)?;
            }
        }
        map.end()
    }
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
pub(super) fn duration<S: Serializer>(value: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&duration::printed(value.unwrap_or_default()))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
pub(super) fn duration_value<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&duration::printed(*value))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
pub(super) fn quoted<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
pub(super) fn no_build(build: &Option<Build>) -> bool {
    build.as_ref().is_none_or(is_zero)
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
pub(super) fn no_items(items: &Option<Vec<String>>) -> bool {
    items.as_ref().is_none_or(Vec::is_empty)
}

#[expect(clippy::ref_option, reason = "serde passes fields by reference")]
pub(super) fn no_pairs(pairs: &Option<Pairs>) -> bool {
    pairs.as_ref().is_none_or(Pairs::is_empty)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !*value
}

/// Whether a field holds what an absent one would.
pub(super) fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
