#!/bin/sh
# Decides how the gRPC C++ peers are built into $1: from the published definitions, with what Debian's packages
# bring, and only when a source is newer.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
proto=$(cd "$here/../../../../proto/interop" && pwd)
mkdir -p "$1"
cd "$1"
newer=$(find "$here" "$proto" -newer client 2>/dev/null || echo all)
[ -x client ] && [ -z "$newer" ] && exit 0
files='grpc/testing/empty.proto grpc/testing/messages.proto grpc/testing/test.proto'
# shellcheck disable=SC2086 # one word for each file
protoc -I "$proto" --cpp_out=. --grpc_out=. --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" $files
flags=$(pkg-config --cflags grpc++ protobuf)
# compile SOURCE...: two at a time.
for source in grpc/testing/empty.pb.cc grpc/testing/messages.pb.cc grpc/testing/test.pb.cc \
  grpc/testing/test.grpc.pb.cc "$here"/*.cpp; do echo "$source"; done |
  xargs -P 2 -I SOURCE sh -c "g++ -std=c++17 -O0 -I. -I'$here' $flags -c \$1 -o \$(basename \$1).o" sh SOURCE
libraries=$(pkg-config --libs grpc++ protobuf)
# shellcheck disable=SC2086 # pkg-config answers with words
g++ -o server ./*.pb.cc.o server.cpp.o $libraries
# shellcheck disable=SC2086
g++ -o client ./*.pb.cc.o client.cpp.o ./*_cases.cpp.o $libraries
