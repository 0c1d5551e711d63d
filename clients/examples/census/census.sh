#!/bin/sh
# The flow: three tasks in three languages over this machine's packages. Shell extracts, Python aggregates, Swift
# writes the report. Every program reports its own run to Martlet; this one is the flow that holds them together.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../../shell/martlet.sh
. "$here/../../shell/martlet.sh"

: "${PYTHON:=python3}"
: "${CENSUS_REPORT:=$here/../../../.build/release/census-report}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a worker executes is a run already.
[ -n "${MARTLET_JOB_ID:-}" ] || martlet_flow census ${CENSUS_RUN_ID:+--run-id "$CENSUS_RUN_ID"} --param "status=${DPKG_STATUS:-/var/lib/dpkg/status}"
martlet_task extract -- "$here/extract.sh" "$work/packages.tsv" >&2
"$PYTHON" "$here/aggregate.py" "$work/packages.tsv" "$work/summary.json"
"$CENSUS_REPORT" "$work/summary.json" "$work/census.md"
if [ -n "${CENSUS_OUTPUT:-}" ]; then cp "$work/census.md" "$CENSUS_OUTPUT"; fi
