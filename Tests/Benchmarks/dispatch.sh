#!/bin/sh
# Decides how the handing out of runs is measured: claims a second with 16 workers, the statements that 500 idle workers
# cost, and how long 10,000 runs that are due in the same second wait for the last offer.
#
# Usage: dispatch.sh [WORKERS RUNS IDLE]; needs .build/release/martlet (MARTLET_BIN) and python3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec python3 "$here/dispatch.py" "${1:-16}" "${2:-10000}" "${3:-500}"
