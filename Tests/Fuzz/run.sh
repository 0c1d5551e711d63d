#!/bin/sh
# Decides how the targets are fuzzed for a while: one after the other, each for its share of the time, from the corpus that
# is checked in. What is found stays in Tests/Fuzz/corpus as `found-…` once it is understood; tests replay it.
#
# Usage: run.sh SECONDS   in all; 60 unless given
set -eu
cd "$(dirname "$0")/../.."
targets='message json http2 http1 frames plugin'
share=$((${1:-60} / 6))
[ "$share" -ge 1 ] || share=1
# The Swift compiler heeds the last `-sanitize` only: without the pair, Swift code would not tell what an input reached.
swift build --product martlet-fuzz --sanitize fuzzer --sanitize address \
  -Xswiftc -sanitize=fuzzer,address -Xswiftc -DFUZZING \
  --scratch-path .build-fuzz
program=$(swift build --show-bin-path --scratch-path .build-fuzz)/martlet-fuzz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for target in $targets; do
  mkdir "$work/$target"
  echo "fuzz: $target for $share s"
  # New inputs go to the first directory.
  if ! MARTLET_FUZZ=$target "$program" -max_total_time="$share" -timeout=10 -rss_limit_mb=4096 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$PWD/.make/fuzz-$target-" \
    "$work/$target" "Tests/Fuzz/corpus/$target" >"$work/log" 2>&1; then
    status=1
    tail -40 "$work/log"
    echo "fuzz: $target failed; the input is in .make/fuzz-$target-*" >&2
  fi
  grep -E '^stat::number_of_executed_units|^stat::average_exec' "$work/log" || true
done
exit $status
