"""Decides how the tests come by peers and certificates: made once, in directories that go away or are kept for the
next run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from certificates import Certificates
from programs import HERE, ROOT, Peers

# What is made of the peers' sources is kept between runs.
KEPT = Path(os.environ.get("INTEROP_STATE", ROOT / ".make/interop"))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def python_stubs(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("stubs")
    subprocess.run(
        [HERE / "peers/python/stubs.sh", directory],
        env={**os.environ, "PYTHON": sys.executable},
        check=True,
    )
    return directory


def built(language: str, needs: tuple[str, ...]) -> Path:
    for need in needs:
        if not shutil.which(need):
            pytest.skip(f"{need} is not here: the {language} peers cannot be built")
    subprocess.run([HERE / f"peers/{language}/build.sh", KEPT / language], check=True)
    return KEPT / language


@pytest.fixture(scope="session")
def cpp_programs() -> Path:
    return built("cpp", ("g++", "protoc", "grpc_cpp_plugin"))


@pytest.fixture(scope="session")
def go_programs() -> Path:
    return built("go", ("go", "protoc", "protoc-gen-go"))


@pytest.fixture
def peers(certificates, request) -> Peers:
    """Makes servers and clients; what a peer needs is made when it is first asked for."""
    made = Peers(certificates, request.getfixturevalue)
    yield made
    made.stop()
