#!/usr/bin/env bash
# Fuzzes the reader of compose files on stable Rust: fuzz.sh [SECONDS]. The recorded cases are what it starts from.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds=${1:-600}
# What `cargo fuzz` passes on nightly, in the spelling that every compiler takes. The address sanitizer needs nightly;
# there is no unsafe code in what is fuzzed.
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags+=" -Cllvm-args=-sanitizer-coverage-trace-compares -Clink-dead-code -Ccodegen-units=1"
# Only for a named target, so that build scripts and macros are built as usual.
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="$flags" cargo build --release --target "$host" --bin compose
mkdir -p corpus/compose artifacts/compose
python3 - <<'PY'
import hashlib, json, pathlib
data = pathlib.Path("../tests/data")
for cases in [*data.glob("stack-cases/config.jsonl"), *data.glob("compose/*.jsonl")]:
    for line in cases.read_text().splitlines():
        files = [text for name, text in json.loads(line)["files"].items() if name.endswith(".yml")]
        text = "\n===\n".join(files).encode()
        pathlib.Path("corpus/compose", hashlib.sha256(text).hexdigest()[:16]).write_bytes(text)
PY
target=${CARGO_TARGET_DIR:-target}
# An input may take a second and 256 MiB of instrumented build; a real file takes a millisecond.
exec "$target/$host/release/compose" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=512 -max_len=8192 \
    -dict=compose.dict -artifact_prefix=artifacts/compose/ -print_final_stats=1 corpus/compose
