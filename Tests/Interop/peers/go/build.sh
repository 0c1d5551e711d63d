#!/bin/sh
# Decides how the gRPC Go peers are built into $1: from the published definitions, with what Debian's packages bring,
# and only when a source is newer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
proto=$(cd "$here/../../../../proto/interop" && pwd)
mkdir -p "$1"
cd "$1"
newer=$(find "$here" "$proto" -newer client 2>/dev/null || echo all)
[ -x client ] && [ -z "$newer" ] && exit 0
work=$PWD/work
rm -rf "$work"
mkdir -p "$work/src/interop/pb"
cp -R "$here/server" "$here/client" "$work/src/interop/"
protoc -I "$proto" --go_out="plugins=grpc,paths=source_relative:$work" grpc/testing/empty.proto grpc/testing/messages.proto \
  grpc/testing/test.proto
mv "$work"/grpc/testing/*.go "$work/src/interop/pb/"
# Debian's libraries are a GOPATH.
export GO111MODULE=off GOPATH="$work:/usr/share/gocode" GOCACHE="$PWD/cache" GOFLAGS=-p=2 CGO_ENABLED=0
go build -o server interop/server
go build -o client interop/client
