#!/bin/sh
# Runs Swift test targets one after the other, for some tests weigh or time their own process.
#   targets.sh "swift test options" TARGET...
# A target that fails or hangs is tried again, at most three times in all, and that is said: on a machine of two busy
# cores a test of deadlines can miss its time. A target that fails three times fails.
set -eu
options=$1
shift
for target in "$@"; do
  tries=0
  # shellcheck disable=SC2086 # options are words
  until timeout "${TEST_TIMEOUT:-420}" swift test --skip-build $options --filter "^$target\\."; do
    tries=$((tries + 1))
    echo "targets: $target failed or hung, try $tries of 3" >&2
    [ "$tries" -lt 3 ] || exit 1
  done
done
