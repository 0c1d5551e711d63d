"""Decides how an interop server or client of some language is run: one command line for all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARIES = Path(os.environ.get("INTEROP_BIN", ROOT / ".build/debug"))


class Server:
    """A server process on a port of its own; its first line says which."""

    def __init__(self, command: list[str], environment: dict):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), f"{command} said {line!r}"
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(20) == 0, "the server did not leave well"
        self.process.stdout.close()


class Peers:
    """Runs the programs of one test."""

    def __init__(self, certificates, fixture):
        self.certificates = certificates
        self.fixture = fixture
        self.servers: list[Server] = []

    def _command(self, language: str, role: str) -> tuple[list[str], dict]:
        if language == "martlet":
            return [str(BINARIES / f"interop-{role}")], dict(os.environ)
        if language in ("cpp", "go"):
            return [str(self.fixture(f"{language}_programs") / role)], dict(os.environ)
        environment = {**os.environ, "PYTHONPATH": str(self.fixture("python_stubs"))}
        return [sys.executable, "-B", str(HERE / f"peers/python/{role}.py")], environment

    def serve(self, language: str, *, tls: bool = False, flags: tuple = ()) -> Server:
        command, environment = self._command(language, "server")
        command += ["--port=0", *flags]
        if tls:
            path = self.certificates.path
            command += ["--use_tls=true"]
            command += [f"--tls_cert={path('server.pem')}", f"--tls_key={path('server.key')}"]
        self.servers.append(Server(command, environment))
        return self.servers[-1]

    def call(
        self, language: str, server: Server, cases: str, *, tls: bool = False, flags: tuple = ()
    ) -> subprocess.CompletedProcess:
        command, environment = self._command(language, "client")
        command += ["--server_host=127.0.0.1", f"--server_port={server.port}", f"--test_case={cases}"]
        if tls:
            command += ["--use_tls=true", f"--tls_ca={self.certificates.path('ca.pem')}"]
            command += [f"--server_host_override={self.certificates.server_name}"]
        return subprocess.run(
            [*command, *flags], env=environment, timeout=60, text=True, capture_output=True
        )

    def stop(self) -> None:
        for server in self.servers:
            server.stop()
