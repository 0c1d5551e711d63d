"""Certificates for tests: an authority and what it signs, made by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """An authority in a directory."""

    def __init__(self, directory: Path, name: str = "ca"):
        self.directory = directory
        self.name = name
        self._openssl(
            "req", "-x509", *CURVE, "-keyout", self.key(name), "-out", self.certificate(name),
            "-days", "2", "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
        )  # fmt: skip

    def certificate(self, name: str | None = None) -> str:
        return str(self.directory / f"{name or self.name}.pem")

    def key(self, name: str) -> str:
        return str(self.directory / f"{name}.key")

    def issue(self, name: str, names: str) -> None:
        """Makes a certificate with alternative names such as `DNS:localhost,IP:127.0.0.1`."""
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n")
        request = str(self.directory / f"{name}.csr")
        self._openssl("req", *CURVE, "-keyout", self.key(name), "-out", request, "-subj", f"/CN={name}")
        self._openssl(
            "x509", "-req", "-in", request, "-CA", self.certificate(), "-CAkey", self.key(self.name),
            "-CAcreateserial", "-days", "2", "-extfile", str(extensions), "-out", self.certificate(name),
        )  # fmt: skip
        # Postgres's user, as which the server may run, must be able to read it.
        Path(self.key(name)).chmod(0o644)

    @staticmethod
    def _openssl(*arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
