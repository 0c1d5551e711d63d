#!/bin/sh
# Decides how the Python peers come by their stubs: made by grpcio-tools into $1/interop_proto, because a folder
# grpc/testing would hide in the package grpc. $PYTHON names the interpreter. Paths of files are not on the wire.
set -eu
proto=$(cd "$(dirname "$0")/../../../../proto/interop/grpc/testing" && pwd)
mkdir -p "$1/interop_proto"
cd "$1"
for name in empty messages test; do
  sed 's|"grpc/testing/|"interop_proto/|' "$proto/$name.proto" >"interop_proto/$name.proto"
done
"${PYTHON:-python3}" -m grpc_tools.protoc -I . --python_out=. --grpc_python_out=. interop_proto/*.proto
