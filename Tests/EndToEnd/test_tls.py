"""TLS as a user meets it: the server's flags, the CLI, the Python and shell clients, certificates as names."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import ssl
import subprocess
import sys
import time

import pytest

from certificates import Authority
from martlet_process import BINARY, ROOT, Server


class SecureServer(Server):
    """A server that speaks TLS."""

    def __init__(self, directory, authority: Authority, *, asks_clients: bool = False):
        files = ("--tls-cert", authority.certificate("server"), "--tls-key", authority.key("server"))
        if asks_clients:
            files += ("--tls-client-ca", authority.certificate())
        super().__init__(directory, options=files)
        self.authority = authority

    def wait_until_ready(self, timeout: float = 60) -> None:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/readyz") == 200:
                    return
            time.sleep(0.02)
        raise AssertionError(self.log.read_text()[-4000:])

    def get(self, path: str) -> int:
        context = ssl.create_default_context(cafile=self.authority.certificate())
        with contextlib.suppress(FileNotFoundError):
            context.load_cert_chain(self.authority.certificate("worker"), self.authority.key("worker"))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=context)
        connection.request("GET", path)
        return connection.getresponse().status

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **os.environ,
            "MARTLET_API_URL": f"https://127.0.0.1:{self.port}",
            "MARTLET_API_TLS_CA": self.authority.certificate(),
            **more,
        }


@pytest.fixture
def authority(place) -> Authority:
    authority = Authority(place)
    authority.issue("server", "DNS:localhost,IP:127.0.0.1")
    return authority


@pytest.fixture
def secure(place, authority):
    server = SecureServer(place, authority).start()
    yield server
    server.stop()


def run(*command: str, env: dict[str, str], text: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(command, env=env, input=text, capture_output=True, text=True, timeout=60)


def test_the_three_clients(secure, tmp_path):
    env = secure.environment(
        MARTLET_HOME=str(tmp_path), PYTHONPATH=str(ROOT / "clients/python/src"), LC_ALL="C.UTF-8"
    )
    done = run(str(BINARY), "run", "--name", "by-cli", "--", "echo", "hello", env=env)
    assert done.returncode == 0, done.stderr
    script = f". {ROOT}/clients/shell/martlet.sh; martlet_flow by-shell; true"
    done = run("sh", "-c", script, env=env)
    assert done.returncode == 0, done.stderr
    program = (
        "import martlet\n"
        "with martlet.flow('by-python'):\n"
        "    pass\n"
    )
    done = run(sys.executable, "-c", program, env=env)
    assert done.returncode == 0, done.stderr
    listed = run(str(BINARY), "flow-run", "ls", "-o", "json", env=env)
    assert listed.returncode == 0, listed.stderr
    for name in ("by-cli", "by-shell", "by-python"):
        assert name in listed.stdout, listed.stdout


def test_what_is_wrong_is_said(secure, place):
    untrusted = {**secure.environment(), "MARTLET_API_TLS_CA": ""}
    done = run(str(BINARY), "flow-run", "ls", env=untrusted)
    assert done.returncode == 5 and "not trusted" in done.stderr
    clear = {**secure.environment(), "MARTLET_API_URL": f"http://127.0.0.1:{secure.port}"}
    assert run(str(BINARY), "flow-run", "ls", env=clear).returncode == 5
    for options, text in (
        (("--tls-cert", "x.pem"), "--tls-key"),
        (("--tls-cert", "none.pem", "--tls-key", "none.key"), "none.pem: cannot be read"),
        (("--tls-client-ca", secure.authority.certificate()), "--tls-cert"),
    ):
        done = run(
            str(BINARY), "server", "start", "--port", "0", "--data-dir", str(place / "other"), *options,
            env=dict(os.environ),
        )  # fmt: skip
        assert done.returncode == 1 and text in done.stderr, done.stderr


def test_a_renewed_certificate_is_shown_without_a_restart(secure):
    def serial() -> int:
        pem = ssl.get_server_certificate(("127.0.0.1", secure.port))
        done = subprocess.run(
            ["openssl", "x509", "-noout", "-serial"], input=pem, capture_output=True, text=True, check=True
        )
        return int(done.stdout.strip().removeprefix("serial="), 16)

    before = serial()
    secure.authority.issue("server", "DNS:localhost,IP:127.0.0.1")
    end = time.monotonic() + 30
    while serial() == before:
        assert time.monotonic() < end, secure.log.read_text()
        time.sleep(0.1)
    assert secure.get("/readyz") == 200


def test_the_name_in_a_certificate_is_the_actor(place, authority, tmp_path):
    authority.issue("worker", "URI:spiffe://example.org/worker")
    server = SecureServer(place, authority, asks_clients=True).start()
    try:
        env = server.environment(
            MARTLET_HOME=str(tmp_path),
            MARTLET_API_TLS_CERT=authority.certificate("worker"),
            MARTLET_API_TLS_KEY=authority.key("worker"),
        )
        created = run(
            str(BINARY), "api", "call", "RunService/CreateRun", "-d", '{"run":{"definition":"named"}}', env=env
        )
        assert created.returncode == 0, created.stderr
        assert json.loads(created.stdout)["run"]["createdBy"] == "spiffe://example.org/worker"
        # Without a certificate there is no connection.
        done = run(str(BINARY), "flow-run", "ls", env=server.environment())
        assert done.returncode != 0, done.stdout
    finally:
        server.stop()
