"""Decides how tests come by certificates: made by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

# Curves make keys fast.
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Certificates:
    """An authority, another one, and certificates of the first for a server and for a client."""

    # The name in the server's certificate; clients claim to call it.
    server_name = "interop.test"

    def __init__(self, directory: Path):
        self.directory = directory
        self._authority("ca")
        self._authority("other")
        self._issue("server", f"DNS:{self.server_name}")
        self._issue("client", "DNS:somebody.test")

    def path(self, name: str) -> str:
        return str(self.directory / name)

    def _authority(self, name: str) -> None:
        self._openssl(
            "req", "-x509", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2",
            "-subj", f"/CN=Test {name}", "-addext", "basicConstraints=critical,CA:TRUE",
        )  # fmt: skip

    def _issue(self, name: str, alternative: str) -> None:
        (self.directory / f"{name}.ext").write_text(f"subjectAltName={alternative}\n")
        self._openssl(
            "req", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/O=Test/CN={name}"
        )
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem",
        )  # fmt: skip

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)
