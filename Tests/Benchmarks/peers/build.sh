#!/bin/sh
# Decides how the gRPC C++ peer is built: from the contract, with what Debian's packages bring, and
# only when a source is newer. Usage: build.sh DIRECTORY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
proto=$(cd "$here/../../../proto" && pwd)
mkdir -p "$1"
cd "$1"
newer=$(find "$here" "$proto/martlet/v1" -newer grpc_server 2>/dev/null || echo all)
[ -x grpc_server ] && [ -z "$newer" ] && exit 0
rm -rf martlet
# The service's file, and whatever it imports of ours.
files='' more=martlet/v1/system_service.proto
while [ "$more" != "$files" ]; do
  files=$more
  # shellcheck disable=SC2086 # words
  more=$({ echo $files | tr ' ' '\n'; (cd "$proto" && sed -n 's/^import "\(martlet[^"]*\)";/\1/p' $files); } | sort -u | paste -sd ' ')
done
# shellcheck disable=SC2086 # words
protoc -I "$proto" --cpp_out=. $files
protoc -I "$proto" --grpc_out=. --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" \
  martlet/v1/system_service.proto
# shellcheck disable=SC2046 # pkg-config answers with words
g++ -std=c++17 -O2 -I. -o grpc_server.new "$here/grpc_server.cpp" martlet/v1/*.pb.cc \
  $(pkg-config --cflags --libs grpc++ protobuf)
mv grpc_server.new grpc_server
