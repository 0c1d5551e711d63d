#!/bin/sh
# Puts the official JSON Schema test suite (MIT licence), which version $2 of the Python package jsonschema has in its
# source package, into the directory $3, with the Python $1.
set -eu
python=$1
version=$2
target=$3
stamp=$target/.version
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$version" ] && exit 0
echo "martlet: preparing the JSON Schema test suite in $target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m pip download -q --disable-pip-version-check --no-deps --no-binary jsonschema -d "$work" "jsonschema==$version"
tar -xzf "$work/jsonschema-$version.tar.gz" -C "$work"
rm -rf "$target"
mkdir -p "$target"
cp -R "$work/jsonschema-$version/json/tests/draft2020-12" "$work/jsonschema-$version/json/LICENSE" "$target"
printf '%s\n' "$version" >"$stamp"
