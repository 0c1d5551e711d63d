#!/bin/sh
# Makes dist/martlet-VERSION-linux-ARCH.tar.gz out of the program at $1: it runs where there is no compiler.
set -eu
program=$1
cd "$(dirname "$0")/../.."
version=$("$program" --version)
name=martlet-$version-linux-$(uname -m)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/$name/bin" "$stage/$name/clients/shell" dist
strip -o "$stage/$name/bin/martlet" "$program"
cp LICENSE README.md CHANGELOG.md "$stage/$name/"
# What the README names is where it says.
cp clients/shell/martlet.sh clients/shell/README.md "$stage/$name/clients/shell/"
git archive --format=tar HEAD clients/python | tar -C "$stage/$name" -x --exclude=clients/python/tests
grep -oE '\]\([A-Za-z/-]+\.md\)' README.md | tr -d '])(' | sort -u | xargs cp --parents -t "$stage/$name"
cat >"$stage/$name/INSTALL" <<'TEXT'
Martlet needs these Debian packages, and no compiler:

  apt-get install --no-install-recommends libnghttp2-14 libpq5 libprotobuf-c1 libstdc++6

and `postgresql` where the server shall run a database of its own. Then:

  ./bin/martlet server start
TEXT
tar -C "$stage" --owner=0 --group=0 --sort=name -czf "dist/$name.tar.gz" "$name"
ls -lh "dist/$name.tar.gz" | awk '{print "dist: " $NF " " $5}'
