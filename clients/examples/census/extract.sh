#!/bin/sh
# The first task: turns the dpkg status database into one tab-separated line a package:
# name, version, architecture, section, installed size in KiB, time of installation in Unix seconds.
#   extract.sh OUTPUT
set -eu
output=${1:?"usage: extract.sh OUTPUT"}
status=${DPKG_STATUS:-/var/lib/dpkg/status}
info=${DPKG_INFO:-/var/lib/dpkg/info}
[ -r "$status" ] || { echo "extract: cannot read $status: is this a Debian machine?" >&2; exit 1; }

times=$(mktemp)
trap 'rm -f "$times"' EXIT
# The list of a package's files is written when it is installed.
find "$info" -maxdepth 1 -name '*.list' -printf '%f\t%T@\n' >"$times"
echo "reading $status"

awk -v times="$times" '
  BEGIN {
    OFS = "\t"
    while ((getline line < times) > 0) {
      split(line, part, "\t"); sub(/\.list$/, "", part[1]); at[part[1]] = int(part[2])
    }
    RS = ""; FS = "\n"
  }
  {
    name = version = architecture = section = size = state = ""
    for (i = 1; i <= NF; i++) {
      colon = index($i, ": ")
      if (!colon || substr($i, 1, 1) == " ") continue
      key = substr($i, 1, colon - 1); value = substr($i, colon + 2)
      if (key == "Package") name = value
      else if (key == "Version") version = value
      else if (key == "Architecture") architecture = value
      else if (key == "Section") section = value
      else if (key == "Installed-Size") size = value
      else if (key == "Status") state = value
    }
    if (state !~ / installed$/) next
    time = (name in at) ? at[name] : at[name ":" architecture]
    print name, version, architecture, section == "" ? "unknown" : section, size + 0, time + 0
  }
' "$status" >"$output"
echo "$(wc -l <"$output") installed packages"
