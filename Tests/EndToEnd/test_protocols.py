"""Every protocol on one port, asked by `buf curl` and curl: gRPC, gRPC-Web, Connect, with the contract and with reflection."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
from urllib.parse import quote

import pytest

from martlet_process import ROOT

RUNS = "martlet.v1.RunService"
SYSTEM = "martlet.v1.SystemService"


def buf(server, protocol: str, method: str, request: dict | list, *options: str, reflection: bool = False):
    """What `buf curl` prints, and its exit code: 0, or eight times the code of the error."""
    source = [] if reflection else ["--schema", str(ROOT / "proto")]
    messages = request if isinstance(request, list) else [request]
    done = subprocess.run(
        ["buf", "curl", *source, "--protocol", protocol, "--http2-prior-knowledge", "--data", "@-", *options,
         f"http://127.0.0.1:{server.port}/{method}"],
        input="".join(json.dumps(message) for message in messages),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def curl(server, path: str, *options: str) -> tuple[str, dict[str, str]]:
    """The body and the last head of a response."""
    done = subprocess.run(
        ["curl", "-sS", "-D", "/dev/stderr", *options, f"http://127.0.0.1:{server.port}{path}"],
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    head = done.stderr.decode().strip().split("\r\n\r\n")[-1].split("\r\n")
    fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    return done.stdout.decode(errors="replace"), {"status": head[0].split()[1], **fields}


@pytest.mark.parametrize("reflection", [False, True], ids=["schema", "reflection"])
@pytest.mark.parametrize("protocol", ["grpc", "grpcweb", "connect"])
def test_unary_calls_and_their_errors(calm_server, protocol, reflection):
    code, output, _ = buf(calm_server, protocol, f"{SYSTEM}/Ping", {"payload": "aGVsbG8="}, reflection=reflection)
    assert code == 0 and json.loads(output)["payload"] == "aGVsbG8="
    absent = {"id": "0190b3c4-0000-7000-8000-000000000000"}
    code, _, error = buf(calm_server, protocol, f"{RUNS}/GetRun", absent, reflection=reflection)
    assert code == 8 * 5, error
    refusal = json.loads(error)
    assert refusal["code"] == "not_found"
    kinds = {detail["type"] for detail in refusal["details"]}
    assert "google.rpc.ErrorInfo" in kinds


@pytest.mark.parametrize("protocol", ["grpc", "grpcweb", "connect"])
def test_streams_both_ways(calm_server, protocol):
    created = calm_server.connect().call("RunService/CreateRun", {"run": {"definition": "streams"}})
    run = created["run"]["id"]
    lines = [
        {"entries": [{"runId": run, "line": str(n), "message": f"line {n}", "time": "2026-01-01T00:00:00Z"}]}
        for n in range(1, 4)
    ]
    code, output, error = buf(calm_server, protocol, "martlet.v1.LogService/WriteLogs", lines)
    assert code == 0, error
    assert json.loads(output)["written"] == "3"
    # A deadline ends a stream that has no end.
    code, output, error = buf(
        calm_server, protocol, "martlet.v1.LogService/WatchLogs", {"runId": run}, "--header", "x-trace: 1",
        "--timeout", "3s",
    )  # fmt: skip
    assert "line 3" in output, error
    assert code != 0


def test_calls_that_change_nothing_are_get_requests(calm_server):
    message = quote(json.dumps({"payload": "aGk="}))
    text, head = curl(calm_server, f"/{SYSTEM}/Ping?connect=v1&encoding=json&message={message}")
    assert head["status"] == "200" and json.loads(text)["payload"] == "aGk="
    binary = base64.urlsafe_b64encode(gzip.compress(b'{"payload":"aGk="}')).decode().rstrip("=")
    text, head = curl(
        calm_server, f"/{SYSTEM}/Ping?encoding=json&base64=1&compression=gzip&message={binary}"
    )
    assert json.loads(text)["payload"] == "aGk="
    _, head = curl(calm_server, f"/{RUNS}/CreateRun?encoding=json&message=%7B%7D")
    assert head["status"] == "405" and head["allow"] == "POST"


def test_curl_may_compress_both_ways(calm_server, tmp_path):
    payload = base64.b64encode(b"a" * 60_000).decode()
    body = tmp_path / "body.gz"
    body.write_bytes(gzip.compress(json.dumps({"payload": payload}).encode()))
    for version in ("--http1.1", "--http2-prior-knowledge"):
        text, head = curl(
            calm_server, f"/{SYSTEM}/Ping", version, "--compressed", "--data-binary", f"@{body}",
            "-H", "content-type: application/json", "-H", "content-encoding: gzip",
        )  # fmt: skip
        assert head["content-encoding"] == "gzip"
        assert json.loads(text)["payload"] == payload


def test_allowed_pages_may_call_from_elsewhere(new_server):
    server = new_server(options=("--allow-origin", "https://ui.example.com")).start()
    origin = ("-H", "origin: https://ui.example.com")
    _, head = curl(
        server, f"/{SYSTEM}/Ping", "-X", "OPTIONS", *origin, "-H", "access-control-request-method: POST",
        "-H", "access-control-request-headers: content-type,x-grpc-web",
    )  # fmt: skip
    assert head["status"] == "204"
    assert head["access-control-allow-origin"] == "https://ui.example.com"
    _, head = curl(server, f"/{SYSTEM}/Ping", *origin, "-d", "{}", "-H", "content-type: application/json")
    assert head["status"] == "200" and head["access-control-allow-origin"] == "https://ui.example.com"
    _, head = curl(
        server, f"/{SYSTEM}/Ping", "-X", "OPTIONS", "-H", "origin: https://evil.example",
        "-H", "access-control-request-method: POST",
    )  # fmt: skip
    assert head["status"] == "403" and "access-control-allow-origin" not in head
