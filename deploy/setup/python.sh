#!/bin/sh
# Makes a Python environment in $1 with the client package of $2 and the further packages named.
set -eu
venv=$1
client=$2
shift 2
stamp=$venv/.installed
want=$(cat "$client/pyproject.toml" "$0"; echo "$@")
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && exit 0
# A smaller request is met by a larger environment.
if [ $# = 0 ] && [ -f "$stamp" ] && [ "$venv/bin/python" -nt "$client/pyproject.toml" ]; then exit 0; fi
echo "martlet: preparing Python in $venv"
mkdir -p "$(dirname "$venv")"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check -e "$client" "$@"
printf '%s\n' "$want" >"$stamp"
