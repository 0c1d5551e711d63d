"""Profiles and settings of clients, other spellings, completion: what needs no server, and who is believed."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from martlet_process import BINARY


@pytest.fixture
def cli(tmp_path):
    """Runs the program with a home of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}

    def run(*words: str, code: int = 0, **variables: str) -> str:
        done = subprocess.run(
            [BINARY, *words], capture_output=True, text=True, timeout=60, cwd=tmp_path,
            env={**kept, "HOME": str(tmp_path), **variables},
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    run.home = tmp_path
    return run


def test_profiles_as_the_guides_write_them(cli):
    assert "Created profile" in cli("profile", "create", "uvasds")
    assert cli("profile", "use", "uvasds") == "Profile 'uvasds' now active.\n"
    said = cli("config", "set", "PREFECT_API_URL=http://localhost:4200/api")
    assert said == "Set 'MARTLET_API_URL' to 'http://localhost:4200/api'.\nUpdated profile 'uvasds'.\n"
    cli("config", "set", "MARTLET_API_KEY=secret")
    view = cli("config", "view").splitlines()
    assert view[0] == "MARTLET_PROFILE='uvasds'"
    assert "MARTLET_API_URL='http://localhost:4200/api' (from profile)" in view
    assert "MARTLET_API_KEY='********' (from profile)" in view
    assert "MARTLET_NAMESPACE='' (from default)" in view
    assert "MARTLET_API_KEY='secret'" in cli("config", "view", "--show-secrets", "--no-show-sources")
    file = cli.home / ".martlet" / "profiles.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert 'active = "uvasds"' in file.read_text()
    assert "* uvasds" in cli("profile", "ls")
    assert "MARTLET_API_KEY='********'" in cli("profile", "inspect")
    cli("profile", "rename", "uvasds", "lab")
    assert json.loads(cli("profile", "ls", "-o", "json")) == {"active": "lab", "profiles": ["default", "lab"]}
    assert "is active" in cli("profile", "delete", "lab", code=1)
    assert cli("profile", "delete", "default") == "Removed profile 'default'.\n"
    assert cli("config", "unset", "MARTLET_API_KEY").startswith("Unset 'MARTLET_API_KEY'.")
    assert "not set" in cli("config", "unset", "MARTLET_API_KEY", code=1)
    assert cli("config", "validate") == "Configuration valid!\n"


def test_the_nearest_choice_counts(cli):
    cli("profile", "create", "a")
    cli("profile", "create", "b")
    cli("config", "set", "MARTLET_NAMESPACE=of-a", "--profile", "a")
    cli("config", "set", "MARTLET_NAMESPACE=of-b", "--profile", "b")

    def namespace(*words: str, **variables: str) -> tuple[str, str]:
        shown = json.loads(cli(*words, "config", "view", "-o", "json", **variables))["settings"]
        return next((s["value"], s["source"]) for s in shown if s["name"] == "MARTLET_NAMESPACE")

    assert namespace() == ("", "default")
    assert namespace("-p", "a") == ("of-a", "profile")
    assert namespace(MARTLET_PROFILE="b") == ("of-b", "profile")
    assert namespace("--profile", "a", MARTLET_PROFILE="b") == ("of-a", "profile")
    assert namespace(MARTLET_PROFILE="b", MARTLET_NAMESPACE="mine") == ("mine", "env")
    assert "no profile 'c'" in cli("limit", "ls", "--profile", "c", code=2)


def test_wrong_settings_are_refused(cli):
    assert "did you mean MARTLET_API_URL?" in cli("config", "set", "MARTLET_API_URI=x", code=2)
    assert "is no address" in cli("config", "set", "MARTLET_API_URL=localhost", code=1)
    (cli.home / ".martlet").mkdir(exist_ok=True)
    file = cli.home / ".martlet" / "profiles.toml"
    file.write_text('[profiles.x]\nMARTLET_API = "1"\nMARTLET_API_URL = "x"\n')
    assert len(cli("config", "validate", code=1).splitlines()) == 2
    file.write_text("nonsense\n")
    # Never another server than the one that was meant.
    assert "profiles.toml: line 1" in cli("limit", "ls", code=2)
    assert "profiles.toml: line 1" in cli("run", "--", "true", code=2)


def test_a_profile_leads_to_its_server(cli, calm_server):
    cli("profile", "create", "calm")
    cli("config", "set", f"MARTLET_API_URL={calm_server.url}", "--profile", "calm")
    version = dict(line.split(":", 1) for line in cli("-p", "calm", "version").splitlines())
    assert version["API version"].strip() == "martlet.v1"
    assert version["Profile"].strip() == "calm"
    assert version["Server type"].strip() == "server"
    assert version["Version"].strip() == version["Server version"].strip()
    assert "not reachable" in cli("version", "--server", "http://127.0.0.1:1")
    # What a tracked command starts is told the same.
    said = cli("run", "--", "sh", "-c", 'echo "$MARTLET_API_URL"', MARTLET_PROFILE="calm")
    assert said == calm_server.url + "\n"


def test_prefects_spellings_have_the_same_effect(cli, calm_server):
    server = {"MARTLET_API_URL": calm_server.url}
    cli("concurrency-limit", "create", "seed-api", "5", **server)
    cli("gcl", "create", "seed-rate", "--limit", "3", "--slot-decay-per-second", "2", **server)
    assert "seed-api" in cli("global-concurrency-limit", "ls", **server)
    shown = json.loads(cli("limits", "inspect", "seed-rate", "-o", "json", **server))["limit"]
    assert (shown["slots"], shown["slotDecayPerSecond"]) == (3, 2)
    cli("gcl", "disable", "seed-rate", **server)
    assert json.loads(cli("limit", "get", "seed-rate", "-o", "json", **server))["limit"]["disabled"]
    cli("concurrency-limit", "delete", "seed-api", **server)
    cli("gcl", "delete", "seed-rate", **server)
    assert cli("shell", "watch", "echo a | tr a b", "--flow-name", "watched", "--stream-stdout", **server) == "b\n"
    found = cli("api", "call", "RunService/ListRuns", "-d", '{"filter": "definition = \\"watched\\""}', **server)
    assert "watched" in found
    assert "FLOW" in cli("flow-runs", "ls", **server)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(cli, shell):
    script = cli("completion", shell)
    assert "flow-run" in script and "global-concurrency-limit" not in script
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    cli("completion", "tcsh", code=2)
