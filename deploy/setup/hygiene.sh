#!/bin/sh
# Fails on what a reviewer would send back: unfinished work, files in the wrong place.
set -eu
cd "$(dirname "$0")/../.."
bad=0
say() { echo "hygiene: $1"; bad=1; }
ours=$(git ls-files 'Sources/*.swift' 'clients/*' | grep -vE '(MartletProto|CMartletProto|CPluginProto|MartletPrefect/Generated/|_proto/|_pb2)' || true)
marks='\b(TO''DO|FIX''ME|XX''X)\b'
found=$(printf '%s\n' "$ours" | xargs -r grep -nE "$marks" 2>/dev/null || true)
[ -z "$found" ] || say "unfinished work:
$found"
found=$(git ls-files | cut -d/ -f1 | sort -u | grep -vE '^(Package\.swift|Sources|Tests|proto|clients|deploy|README\.md|Makefile|LICENSE|CHANGELOG\.md|\..*)$' || true)
[ -z "$found" ] || say "not a place of the layout: $found"
exit $bad
