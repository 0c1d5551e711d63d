"""What a client is told by the environment and by profiles, and how a key travels."""

from __future__ import annotations

from concurrent import futures

import grpc
import martlet
import pytest
from martlet import v1
from martlet.channel import address
from martlet.profile import Profiles, setting

TEXT = """\
# Written by hand.
active = "lab"

[profiles.default]

[profiles.lab]  # ours
MARTLET_API_URL = "http://10.0.0.1:4200/api"
MARTLET_NAMESPACE = 'team "a"'
MARTLET_API_TLS_INSECURE = 1
"MARTLET_API_KEY" = "a\\\\b\\"c"

[profiles."far away"]
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("MARTLET_API_URL", "MARTLET_NAMESPACE", "MARTLET_API_KEY", "MARTLET_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MARTLET_HOME", str(tmp_path))
    return tmp_path


def test_a_file_is_read():
    profiles = Profiles(TEXT)
    assert profiles.active == "lab"
    assert list(profiles.all) == ["default", "lab", "far away"]
    assert profiles.all["lab"] == {
        "MARTLET_API_URL": "http://10.0.0.1:4200/api",
        "MARTLET_NAMESPACE": 'team "a"',
        "MARTLET_API_TLS_INSECURE": "1",
        "MARTLET_API_KEY": 'a\\b"c',
    }


@pytest.mark.parametrize(
    "text, problem",
    [
        ("[profile.x]", "line 1"),
        ("\nA = 1", "line 2"),
        ("[profiles.x]\nA = [1]", "line 2"),
        ("[profiles.x]\n[profiles.x]", "twice"),
        ('[profiles.x]\nA = "b" c', "line 2"),
    ],
)
def test_what_is_no_file_of_profiles_is_refused(text, problem):
    with pytest.raises(ValueError, match=problem):
        Profiles(text)


def test_the_environment_wins_over_the_profile(home, monkeypatch):
    assert setting("MARTLET_NAMESPACE") == ""
    assert address().target == "127.0.0.1:4200"
    (home / "profiles.toml").write_text(TEXT)
    assert address().target == "10.0.0.1:4200"
    assert setting("MARTLET_NAMESPACE") == 'team "a"'
    monkeypatch.setenv("MARTLET_API_URL", "http://other:1")
    assert address().target == "other:1"
    monkeypatch.setenv("MARTLET_API_URL", "")
    monkeypatch.setenv("MARTLET_PROFILE", "default")
    assert address().target == "127.0.0.1:4200"
    monkeypatch.setenv("MARTLET_PROFILE", "missing")
    with pytest.raises(ValueError, match="missing"):
        address()


def test_a_broken_file_is_no_other_server(home):
    (home / "profiles.toml").write_text("nonsense")
    with pytest.raises(ValueError, match="profiles.toml: line 1"):
        martlet.Client()


def test_the_key_of_a_profile_is_sent(home):
    seen = []

    class Handler(grpc.GenericRpcHandler):
        def service(self, details):
            seen.append(dict(details.invocation_metadata).get("authorization"))
            return grpc.unary_unary_rpc_method_handler(
                lambda request, context: b"", None, None
            )

    server = grpc.server(futures.ThreadPoolExecutor(2), handlers=[Handler()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    (home / "profiles.toml").write_text(
        f'[profiles.a]\nMARTLET_API_URL = "http://127.0.0.1:{port}"\nMARTLET_API_KEY = "secret"\n'
    )
    try:
        with martlet.Client() as client:
            assert client.system.ping() == v1.PingResponse()
    finally:
        server.stop(None)
    assert seen == ["Bearer secret"]
