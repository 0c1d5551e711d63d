"""The public interop cases between Martlet and other implementations of gRPC, each way, in clear text and over TLS.

The cases: https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md
"""

from __future__ import annotations

import pytest

PLAIN = {
    "empty_unary", "cacheable_unary", "large_unary", "client_streaming", "server_streaming",
    "ping_pong", "empty_stream", "custom_metadata", "rpc_soak",
}  # fmt: skip
# Their clients need a server that looks whether requests came compressed.
CLIENT_COMPRESSED = {"client_compressed_unary", "client_compressed_streaming"}
SERVER_COMPRESSED = {"server_compressed_unary", "server_compressed_streaming"}
ENDING = {
    "status_code_and_message", "special_status_message", "unimplemented_method",
    "unimplemented_service", "cancel_after_begin", "cancel_after_first_response",
    "timeout_on_sleeping_server",
}  # fmt: skip
MOST = PLAIN | SERVER_COMPRESSED | ENDING
EVERY = MOST | CLIENT_COMPRESSED

# client, server, what the client must have gone through
PAIRS = [
    ("martlet", "martlet", EVERY | {"channel_soak"}),
    ("martlet", "cpp", EVERY | {"channel_soak"}),
    # grpcio does not tell its servers whether a request came compressed.
    ("martlet", "python", MOST | {"channel_soak"}),
    # grpc-go 1.33 does not either, and its servers cannot choose to compress.
    ("martlet", "go", PLAIN | ENDING | {"channel_soak"}),
    ("cpp", "martlet", EVERY | {"half_duplex"}),
    ("python", "martlet", EVERY | {"half_duplex"}),
    ("go", "martlet", PLAIN | ENDING | {"half_duplex", "client_compressed_unary"}),
    # The peers themselves.
    ("cpp", "cpp", EVERY | {"half_duplex"}),
    ("go", "cpp", PLAIN | ENDING | {"half_duplex", "client_compressed_unary"}),
]


@pytest.mark.parametrize("tls", [False, True], ids=["clear", "tls"])
@pytest.mark.parametrize("client,server,cases", PAIRS, ids=[f"{c}-to-{s}" for c, s, _ in PAIRS])
def test_cases(peers, client, server, cases, tls):
    chosen = "all" if EVERY <= cases else ",".join(sorted(cases))
    result = peers.call(client, peers.serve(server, tls=tls), chosen, tls=tls)
    lines = result.stdout.splitlines()
    passed = {line.removesuffix(": passed") for line in lines if line.endswith(": passed")}
    assert result.returncode == 0, result.stdout + result.stderr
    assert passed == cases
