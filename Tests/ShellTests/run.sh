#!/bin/sh
# Runs the tests of the shell client under every shell it is made for, and with every awk there is.
#
#   run.sh [--without-server] [UNIT...]     UNIT: test_flow.Signals, for example; all when none
#
# MARTLET_BIN names the server (.build/release/martlet); SHELLS the shells, one a line (dash, bash, busybox sh);
# JOBS how many units run at once (4); MARTLET_TEST_SEED repeats the random ones. Needs Python, shellcheck, busybox.
set -eu
cd "$(dirname "$0")"
client=../../clients/shell
binary=${MARTLET_BIN:-$PWD/../../.build/release/martlet}

server=yes
if [ "${1-}" = --without-server ]; then
  server=
  shift
elif [ ! -x "$binary" ]; then
  echo "run.sh: no server at $binary: build it, or give --without-server" >&2
  exit 1
fi
MARTLET_BIN=$binary
: "${PYTHON:=python3}"
export MARTLET_BIN PYTHON

shellcheck -s sh "$client/martlet.sh" "$client/assemble.sh" run.sh
echo "shellcheck: clean"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# awk_directory NAME COMMAND: a directory whose awk is another one.
awk_directory() {
  mkdir "$out/$1"
  ln -s "$2" "$out/$1/awk"
}
awks=
if busybox=$(command -v busybox); then
  awk_directory busybox "$busybox"
  awks=busybox
fi
for name in gawk mawk original-awk; do
  if path=$(command -v "$name"); then
    awk_directory "$name" "$path"
    awks="$awks $name"
  fi
done
# The whole of busybox, as on Alpine.
if [ -n "$busybox" ]; then
  mkdir "$out/tools"
  "$busybox" --list | while read -r tool; do ln -s "$busybox" "$out/tools/$tool"; done
fi

# A line for each unit: file.Class, tools, shell.
units() {
  echo "${SHELLS:-dash
bash
bash --posix
busybox sh}" | while read -r shell; do
    command -v "${shell%% *}" >/dev/null || { echo "run.sh: no ${shell%% *}" >&2; exit 1; }
    for unit in test_flow.Flows test_flow.Tasks test_flow.Signals test_flow.Spool; do echo "$unit - $shell"; done
    [ -z "$server" ] ||
      for unit in test_server.Reports test_server.Limits test_server.Ends test_server.Outages; do echo "$unit - $shell"; done
    for unit in test_json.Quoting test_json.Reading test_json.Ids test_flags.Flags test_flags.Help test_flags.Calls; do
      echo "$unit - $shell"
    done
  done
  for awk in $awks; do
    echo "test_json.Quoting $out/$awk dash"
    echo "test_json.Reading $out/$awk dash"
    echo "test_flags.Flags $out/$awk dash"
    echo "test_flags.Calls $out/$awk dash"
  done
  [ -z "$busybox" ] || for unit in test_flow.Tasks test_flow.Signals test_flow.Spool; do
    echo "$unit $out/tools busybox sh"
  done
  [ -z "$server" ] || echo "test_conformance.Conformance - dash"
}

units >"$out/all"
for unit in "$@"; do grep "^$unit" "$out/all" || :; done >"$out/some"
[ $# -gt 0 ] || cp "$out/all" "$out/some"

# shellcheck disable=SC2016
tr '\n' '\0' <"$out/some" | xargs -0 -P "${JOBS:-4}" -n 1 sh -c '
  set -f
  out=$0
  set -- $1
  unit=$1 tools=$2
  shift 2
  [ "$tools" != - ] || tools=
  log=$(mktemp "$out/log.XXXXXX")
  if MARTLET_TEST_SHELL=$* MARTLET_TEST_TOOLS=$tools "$PYTHON" "${unit%%.*}.py" "${unit#*.}" >"$log" 2>&1; then
    echo "$unit under $*${tools:+ with ${tools##*/}}: $(sed -n "s/^Ran \\(.*\\)/\\1/p" "$log")"
  else
    cat "$log"
    echo "$unit under $*${tools:+ with ${tools##*/}}: FAILED"
    exit 1
  fi' "$out"
echo "shell client: all passed"
