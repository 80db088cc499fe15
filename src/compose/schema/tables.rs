//! The versions 3.0 to 3.13 of the format, in one table: the number is the first minor version that knows the key.

use super::{
    Field,
    Names::{Checked, Filled, Free, LowerCase, Plain},
    Object,
    Shape::{
        self, Bool, Choice, Duration, Either, Integer, List, Named, Null, Number, Object as Keys, ShortPort, Since, Size, Text,
        Time, UniqueList,
    },
};

const TEXTS: Shape = UniqueList(&Text);
const TEXT_OR_TEXTS: Shape = Either(&[Text, TEXTS]);
const WORDS: Shape = Either(&[Text, List(&Text)]);
const PAIRS: Shape = Either(&[Named(Filled, &Either(&[Text, Number, Null, Time])), TEXTS]);
const OPTIONS: Shape = Named(Free, &Either(&[Text, Number, Time]));

const fn key(name: &'static str, since: u8, shape: Shape) -> Field {
    Field { name, since, shape }
}

const fn closed(fields: &'static [Field]) -> Object {
    Object { fields, required: &[], extensions: None, open: None, meant: None }
}

const fn open(fields: &'static [Field]) -> Object {
    Object { fields, required: &[], extensions: None, open: Some(0), meant: Some(&[]) }
}

/// An open object whose other keys are known to be without effect as a whole.
const fn vague(fields: &'static [Field]) -> Object {
    Object { meant: None, ..open(fields) }
}

const fn extensible(fields: &'static [Field]) -> Object {
    Object { fields, required: &[], extensions: Some(7), open: None, meant: None }
}

pub(super) static ROOT: Object = Object {
    fields: &[
        key("version", 0, Text),
        key("services", 0, Named(Checked, &Keys(&SERVICE))),
        key("networks", 0, Named(Plain, &Either(&[Keys(&NETWORK), Null]))),
        key("volumes", 0, Named(Checked, &Either(&[Keys(&VOLUME), Null]))),
        key("secrets", 1, Named(Checked, &Keys(&SECRET))),
        key("configs", 3, Named(Checked, &Keys(&CONFIG))),
    ],
    required: &[],
    extensions: Some(4),
    open: None,
    meant: None,
};

static SERVICE: Object = extensible(&[
    key("build", 0, Either(&[Text, Keys(&BUILD)])),
    key("cap_add", 0, TEXTS),
    key("cap_drop", 0, TEXTS),
    key("cgroupns_mode", 9, Text),
    key("cgroup_parent", 0, Text),
    key("command", 0, WORDS),
    key("configs", 3, List(&Either(&[Text, Keys(&REFERENCE)]))),
    key("container_name", 0, Text),
    key("credential_spec", 3, Keys(&CREDENTIAL_SPEC)),
    key("depends_on", 0, TEXTS),
    key("deploy", 0, Either(&[Keys(&DEPLOY), Null])),
    key("devices", 0, TEXTS),
    key("dns", 0, TEXT_OR_TEXTS),
    key("dns_search", 0, TEXT_OR_TEXTS),
    key("domainname", 0, Text),
    key("entrypoint", 0, WORDS),
    key("env_file", 0, TEXT_OR_TEXTS),
    key("environment", 0, PAIRS),
    key("expose", 0, UniqueList(&Either(&[Text, Number]))),
    key("external_links", 0, TEXTS),
    key("extra_hosts", 0, PAIRS),
    key("healthcheck", 0, Keys(&HEALTHCHECK)),
    key("hostname", 0, Text),
    key("image", 0, Text),
    key("init", 7, Bool),
    key("ipc", 0, Text),
    key("isolation", 5, Text),
    key("labels", 0, PAIRS),
    key("links", 0, TEXTS),
    key("logging", 0, Keys(&LOGGING)),
    key("mac_address", 0, Text),
    key("network_mode", 0, Text),
    key("networks", 0, Either(&[TEXTS, Named(Checked, &Either(&[Keys(&ATTACHMENT), Null]))])),
    key("oom_score_adj", 13, Integer),
    key("pid", 0, Either(&[Text, Null])),
    key("ports", 0, UniqueList(&Either(&[ShortPort, Since(2, &Keys(&PORT))]))),
    key("privileged", 0, Bool),
    key("read_only", 0, Bool),
    key("restart", 0, Text),
    key("secrets", 1, List(&Either(&[Text, Keys(&REFERENCE)]))),
    key("security_opt", 0, TEXTS),
    key("shm_size", 0, Either(&[Number, Text])),
    key("stdin_open", 0, Bool),
    key("stop_grace_period", 0, Duration),
    key("stop_signal", 0, Text),
    key("sysctls", 0, PAIRS),
    key("tmpfs", 0, TEXT_OR_TEXTS),
    key("tty", 0, Bool),
    key("ulimits", 0, Named(LowerCase, &Either(&[Integer, Keys(&ULIMIT)]))),
    key("user", 0, Text),
    key("userns_mode", 0, Text),
    key("volumes", 0, Either(&[Since(2, &List(&Either(&[Text, Keys(&MOUNT)]))), TEXTS])),
    key("working_dir", 0, Text),
]);

static BUILD: Object = Object {
    fields: &[
        key("context", 0, Text),
        key("dockerfile", 0, Text),
        key("args", 0, PAIRS),
        key("cache_from", 2, TEXTS),
        key("labels", 3, PAIRS),
        key("network", 4, Text),
        key("target", 4, Text),
        key("shm_size", 5, Either(&[Integer, Text, Time])),
        key("extra_hosts", 9, PAIRS),
    ],
    required: &[],
    extensions: None,
    open: Some(11),
    meant: None,
};

static REFERENCE: Object =
    open(&[key("source", 0, Text), key("target", 0, Text), key("uid", 0, Text), key("gid", 0, Text), key("mode", 0, Number)]);

static CREDENTIAL_SPEC: Object = closed(&[key("config", 8, Text), key("file", 0, Text), key("registry", 0, Text)]);

static HEALTHCHECK: Object = closed(&[
    key("disable", 0, Bool),
    key("interval", 0, Duration),
    key("retries", 0, Number),
    key("start_interval", 12, Duration),
    key("start_period", 4, Duration),
    key("test", 0, WORDS),
    key("timeout", 0, Duration),
]);

static LOGGING: Object = closed(&[key("driver", 0, Text), key("options", 0, Named(Free, &Either(&[Text, Number, Null, Time])))]);

static ATTACHMENT: Object = closed(&[
    key("aliases", 0, TEXTS),
    key("driver_opts", 13, OPTIONS),
    key("ipv4_address", 0, Text),
    key("ipv6_address", 0, Text),
]);

static PORT: Object =
    closed(&[key("mode", 0, Text), key("protocol", 0, Text), key("published", 0, Integer), key("target", 0, Integer)]);

static ULIMIT: Object = Object {
    fields: &[key("hard", 0, Integer), key("soft", 0, Integer)],
    required: &["hard", "soft"],
    extensions: None,
    open: None,
    meant: None,
};

static MOUNT: Object = Object {
    fields: &[
        key("bind", 0, Keys(&MOUNT_BIND)),
        key("consistency", 0, Text),
        key("read_only", 0, Bool),
        key("source", 0, Text),
        key("target", 0, Text),
        key("tmpfs", 6, Keys(&MOUNT_TMPFS)),
        key("type", 0, Text),
        key("volume", 0, Keys(&MOUNT_NOCOPY)),
    ],
    required: &["type"],
    extensions: None,
    open: None,
    meant: None,
};

static MOUNT_BIND: Object = open(&[key("propagation", 0, Text)]);
static MOUNT_NOCOPY: Object = Object { meant: Some(&["subpath"]), ..open(&[key("nocopy", 0, Bool)]) };
static MOUNT_TMPFS: Object = open(&[key("size", 0, Size)]);

static DEPLOY: Object = closed(&[
    key("endpoint_mode", 2, Text),
    key("labels", 0, PAIRS),
    key("mode", 0, Text),
    key("placement", 0, Keys(&PLACEMENT)),
    key("replicas", 0, Integer),
    key("resources", 0, Keys(&RESOURCES)),
    key("restart_policy", 0, Keys(&RESTART_POLICY)),
    key("rollback_config", 7, Keys(&UPDATE_CONFIG)),
    key("update_config", 0, Keys(&UPDATE_CONFIG)),
]);

static UPDATE_CONFIG: Object = closed(&[
    key("delay", 0, Duration),
    key("failure_action", 0, Text),
    key("max_failure_ratio", 0, Number),
    key("monitor", 0, Duration),
    key("order", 4, Choice(&["start-first", "stop-first"])),
    key("parallelism", 0, Integer),
]);

static RESOURCES: Object = closed(&[key("limits", 0, Keys(&LIMITS)), key("reservations", 0, Keys(&RESERVATIONS))]);
static LIMITS: Object = closed(&[key("cpus", 0, Text), key("memory", 0, Text), key("pids", 9, Integer)]);
static RESERVATIONS: Object =
    closed(&[key("cpus", 0, Text), key("generic_resources", 5, List(&Keys(&GENERIC_RESOURCE))), key("memory", 0, Text)]);
static GENERIC_RESOURCE: Object = closed(&[key("discrete_resource_spec", 0, Keys(&DISCRETE_RESOURCE))]);
static DISCRETE_RESOURCE: Object = closed(&[key("kind", 0, Text), key("value", 0, Number)]);

static RESTART_POLICY: Object =
    closed(&[key("condition", 0, Text), key("delay", 0, Duration), key("max_attempts", 0, Integer), key("window", 0, Duration)]);

static PLACEMENT: Object = closed(&[
    key("constraints", 0, List(&Text)),
    key("max_replicas_per_node", 8, Integer),
    key("preferences", 3, List(&Keys(&PREFERENCE))),
]);
static PREFERENCE: Object = closed(&[key("spread", 0, Text)]);

static NETWORK: Object = extensible(&[
    key("attachable", 2, Bool),
    key("driver", 0, Text),
    key("driver_opts", 0, OPTIONS),
    key("external", 0, Either(&[Bool, Keys(&NAMED_EXTERNAL)])),
    key("internal", 0, Bool),
    key("ipam", 0, Keys(&IPAM)),
    key("labels", 0, PAIRS),
    key("name", 5, Text),
]);
static IPAM: Object = closed(&[key("config", 0, List(&Keys(&POOL))), key("driver", 0, Text)]);
static POOL: Object = closed(&[key("subnet", 0, Text)]);

static VOLUME: Object = extensible(&[
    key("driver", 0, Text),
    key("driver_opts", 0, OPTIONS),
    key("external", 0, Either(&[Bool, Keys(&NAMED_EXTERNAL)])),
    key("labels", 0, PAIRS),
    key("name", 4, Text),
    key("x-cluster-spec", 10, Keys(&CLUSTER_SPEC)),
]);
static CLUSTER_SPEC: Object = vague(&[
    key("access_mode", 0, Keys(&ACCESS_MODE)),
    key("accessibility_requirements", 0, Keys(&TOPOLOGIES)),
    key("availability", 0, Text),
    key("capacity_range", 0, Keys(&CAPACITY_RANGE)),
    key("group", 0, Text),
    key("secrets", 0, List(&Keys(&VOLUME_SECRET))),
]);
static ACCESS_MODE: Object = vague(&[
    key("block_volume", 0, Keys(&ANYTHING)),
    key("mount_volume", 0, Keys(&MOUNT_VOLUME)),
    key("scope", 0, Text),
    key("sharing", 0, Text),
]);
static MOUNT_VOLUME: Object = vague(&[key("fs_type", 0, Text), key("mount_flags", 0, List(&Text))]);
static TOPOLOGIES: Object = vague(&[key("preferred", 0, List(&Keys(&TOPOLOGY))), key("requisite", 0, List(&Keys(&TOPOLOGY)))]);
static TOPOLOGY: Object = vague(&[key("segments", 0, PAIRS)]);
static CAPACITY_RANGE: Object = vague(&[key("limit_bytes", 0, Text), key("required_bytes", 0, Text)]);
static VOLUME_SECRET: Object = vague(&[key("key", 0, Text), key("secret", 0, Text)]);
static ANYTHING: Object = vague(&[]);
static NAMED_EXTERNAL: Object = closed(&[key("name", 0, Text)]);

static SECRET: Object = extensible(&[
    key("driver", 8, Text),
    key("driver_opts", 8, OPTIONS),
    key("external", 0, Either(&[Bool, Keys(&OPEN_EXTERNAL)])),
    key("file", 0, Text),
    key("labels", 0, PAIRS),
    key("name", 5, Text),
    key("template_driver", 8, Text),
]);

static CONFIG: Object = extensible(&[
    key("external", 0, Either(&[Bool, Keys(&OPEN_EXTERNAL)])),
    key("file", 0, Text),
    key("labels", 0, PAIRS),
    key("name", 5, Text),
    key("template_driver", 8, Text),
]);
static OPEN_EXTERNAL: Object = open(&[key("name", 0, Text)]);
