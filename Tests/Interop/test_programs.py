"""What the interop programs do besides the cases: flags, trust, sizes, and caching as far as a server can tell."""

from __future__ import annotations

import http.client
import subprocess

import pytest

from programs import BINARIES


def test_both_spellings_of_flags(peers):
    server = peers.serve("martlet")
    for flags in (
        ["--server_host=localhost", f"--server_port={server.port}", "--test_case=empty_unary"],
        ["--server-host", "localhost", "--server-port", str(server.port), "--test-case", "empty_unary"],
    ):
        assert subprocess.run([BINARIES / "interop-client", *flags]).returncode == 0


def test_flags_as_other_programs_take_them(peers, certificates):
    """Go's server names its files otherwise, and a switch needs no value."""
    files = (f"--tls_cert_file={certificates.path('server.pem')}", f"--tls_key_file={certificates.path('server.key')}")
    server = peers.serve("martlet", flags=("--use_tls", *files))
    command = [BINARIES / "interop-client", "--use_tls", "--server_host=127.0.0.1", f"--server_port={server.port}"]
    command += ["--use_test_ca", "--test_case=empty_unary", f"--ca_file={certificates.path('ca.pem')}"]
    command += [f"--server_host_override={certificates.server_name}"]
    assert subprocess.run(command).returncode == 0


@pytest.mark.parametrize("case", ["jwt_token_creds", "compute_engine_creds", "no_such_case"])
def test_other_cases_leave_with_2(peers, case):
    result = peers.call("martlet", peers.serve("martlet"), case)
    assert result.returncode == 2
    assert case in result.stdout + result.stderr


def test_a_failed_case_leaves_with_1(peers):
    """grpcio does not look whether a request came compressed."""
    result = peers.call("martlet", peers.serve("python"), "client_compressed_unary,empty_unary")
    assert result.returncode == 1
    assert "client_compressed_unary: FAILED: the probe ended with OK" in result.stdout
    assert "empty_unary: passed" in result.stdout


def test_messages_larger_than_the_usual_bound(peers):
    flags = ("--soak_iterations=3", "--soak_request_size=5000000", "--soak_response_size=6000000",
             "--soak_per_iteration_max_acceptable_latency_ms=10000")  # fmt: skip
    result = peers.call("martlet", peers.serve("martlet"), "rpc_soak", flags=flags)
    assert result.returncode == 0, result.stdout


def test_a_soak_has_bounds(peers):
    flags = ("--soak_iterations=3", "--soak_per_iteration_max_acceptable_latency_ms=0",
             "--soak_overall_timeout_seconds=10")  # fmt: skip
    server = peers.serve("martlet")
    assert peers.call("martlet", server, "channel_soak", flags=flags).returncode == 1
    flags = (*flags, "--soak_max_failures=3")
    assert peers.call("martlet", server, "channel_soak", flags=flags).returncode == 0


def test_certificates_are_verified(peers, certificates):
    server = peers.serve("martlet", tls=True)
    for flags in (
        ("--server_host_override=elsewhere.test",),
        (f"--tls-ca={certificates.path('other.pem')}",),
        ("--use_test_ca=false",),
        ("--use_tls=false",),
    ):
        result = peers.call("martlet", server, "empty_unary", tls=True, flags=flags)
        assert result.returncode == 1, flags
        assert "UNAVAILABLE" in result.stdout, result.stdout


def test_client_certificates(peers, certificates):
    server = peers.serve(
        "martlet", tls=True, flags=(f"--tls-client-ca={certificates.path('ca.pem')}",)
    )
    identity = (
        f"--tls-cert={certificates.path('client.pem')}",
        f"--tls-key={certificates.path('client.key')}",
    )
    assert peers.call("martlet", server, "large_unary", tls=True, flags=identity).returncode == 0
    assert peers.call("martlet", server, "empty_unary", tls=True).returncode == 1


def test_a_cache_may_keep_the_cacheable(peers):
    """By GET, as Connect sends methods without side effects, and with leave to keep the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", peers.serve("martlet").port, timeout=10)
    path = "/grpc.testing.TestService/CacheableUnaryCall?connect=v1&encoding=json&message=%7B%7D"
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, body
    assert response.headers["cache-control"] == "max-age=60, public"
    connection.request("GET", path.replace("Cacheable", ""))
    assert connection.getresponse().status == 405
    connection.close()
