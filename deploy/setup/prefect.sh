#!/bin/sh
# Makes a Python environment in $1 with Prefect of version $2, for the tests that run its own client, and with the packages
# of $3, which an older release needs and does not name. Its bound on certifi may be newer than what the index has;
# certificates play no part there.
set -eu
venv=$1
version=$2
more=${3-}
stamp=$venv/.installed
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$version" ] && exit 0
echo "martlet: preparing Prefect $version in $venv"
mkdir -p "$(dirname "$venv")"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
pip() { "$venv/bin/python" -m pip install -q --disable-pip-version-check "$@"; }
pip --no-deps "prefect==$version"
"$venv/bin/python" - >"$venv/requirements.txt" <<'PYTHON'
from importlib.metadata import requires

for line in requires("prefect"):
    if "extra ==" not in line:
        print("certifi" if line.startswith("certifi") else line)
PYTHON
for package in $more; do echo "$package" >>"$venv/requirements.txt"; done
# pip tells of the bound that is not met.
pip -r "$venv/requirements.txt" 2>"$venv/pip.log" || { cat "$venv/pip.log" >&2; exit 1; }
printf '%s\n' "$version" >"$stamp"
