"""Settings: flags win over variables, variables over the file, and it is told where each value came from."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from martlet_process import BINARY, free_port

FILE = """\
[server]
port = 1
log_level = "warning"
log_format = "json"
max_streams = 77

allow_host = ["a.example", "b.example"]
"""


@pytest.fixture
def environment(place):
    """Nothing of the one who tests."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("MARTLET_")}
    return {**rest, "HOME": str(place), "XDG_CONFIG_HOME": str(place / "config")}


@pytest.fixture
def run(place, environment):
    """Runs `martlet server …` in the test's directory."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(BINARY), "server", *arguments],
            cwd=place,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def shown(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    return {**document, "settings": {row["name"]: row for row in document["settings"]}}


def test_a_server_takes_the_nearest_of_flag_variable_and_file(place, new_server, run, monkeypatch):
    file = place / "server.toml"
    file.write_text(FILE)
    variables = {"MARTLET_LOG_LEVEL": "info", "MARTLET_MAX_STREAMS": "55", "MARTLET_PORT": "2"}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    flags = ("--config", str(file), "--max-streams", "33")
    server = new_server(options=flags).start()  # --port is a flag of every test's server
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert any(line.get("level") == "info" for line in lines), "the variable, in the file's format"
    assert any(str(file) in json.dumps(line) for line in lines), "it is logged which file was read"
    server.connect().call("RunService/CountRuns", {}, headers={"host": f"b.example:{server.port}"})

    flags = (*flags, "--port", str(server.port))
    told = shown(run("config", "show", "-o", "json", *flags, **variables))
    assert told["file"] == str(file)
    settings = {name: (row["value"], row["source"]) for name, row in told["settings"].items()}
    assert settings["port"] == (server.port, "flag")
    assert settings["max-streams"] == (33, "flag")
    assert settings["log-level"] == ("info", "env MARTLET_LOG_LEVEL")
    assert settings["log-format"] == ("json", f"file {file}:4")
    assert settings["allow-host"] == (["a.example", "b.example"], f"file {file}:7")
    assert settings["host"] == ("127.0.0.1", "default")
    assert settings["retention-days"] == (None, "default")


def test_the_nearest_file_is_read(place, run):
    def write(path, port):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"[server]\nport = {port}\n")
        return path

    def read(*arguments, **variables):
        told = shown(run("config", "show", "-o", "json", *arguments, **variables))
        return told["file"], told["settings"]["port"]["value"]

    home = write(place / "config/martlet/config.toml", 1)
    assert read() == (str(home), 1)
    here = write(place / "martlet.toml", 2)
    assert read() == (str(here), 2)
    named = write(place / "named.toml", 3)
    assert read(MARTLET_CONFIG="named.toml") == (str(named), 3)
    assert read("--config", str(home), MARTLET_CONFIG="named.toml") == (str(home), 1)


def test_what_cannot_be_is_refused_with_its_place(place, run):
    file = place / "martlet.toml"
    file.write_text('[server]\nprot = 1\nport = "x"\n')
    for arguments in (
        ("start", "--data-dir", str(place / "data"), "--port", str(free_port())),
        ("config", "show"),
        ("config", "check", "martlet.toml"),
        ("migrate", "status"),
    ):
        done = run(*arguments)
        assert done.returncode == 2, arguments
        assert f"{file}:2: unknown key prot in [server]; did you mean port?" in done.stderr
        assert f"{file}:3: port cannot be this string" in done.stderr
    assert not (place / "data").exists()
    file.write_text("[server]\nport = 1\n")
    assert run("config", "check", "martlet.toml").returncode == 0

    done = run("start", MARTLET_PORT="x")
    assert done.returncode == 2
    assert 'MARTLET_PORT cannot be "x"' in done.stderr
    done = run("start", "--config", "missing.toml")
    assert done.returncode == 2
    assert str(place / "missing.toml") in done.stderr
    done = run("start", "--database-url", "postgresql://h/d", "--data-dir", "d")
    assert done.returncode == 2
    assert "exclude each other" in done.stderr


def test_passwords_are_hidden_and_misspelt_variables_told(run):
    variables = {
        "MARTLET_DATABASE_URL": "postgresql://user:secret@host/database",
        "MARTLET_PROT": "1",
        "MARTLET_API_URL": "http://127.0.0.1:1",
    }
    told = shown(run("config", "show", "-o", "json", **variables))
    assert told["settings"]["database-url"]["value"] == "postgresql://user:***@host/database"
    assert told["settings"]["data-dir"]["source"] == "unused: database-url is set"
    assert told["unknownVariables"] == ["MARTLET_PROT"]
    done = run("config", "show", **variables)
    assert "secret" not in done.stdout
    assert "unknown variable MARTLET_PROT; did you mean MARTLET_PORT?" in done.stdout


def test_the_help_teaches_every_setting(run):
    told = shown(run("config", "show", "-o", "json"))
    text = run("start", "--help").stdout
    for name in told["settings"]:
        assert f"--{name} <" in text
        assert f"[MARTLET_{name.upper().replace('-', '_')}" in " ".join(text.split())
    assert "(default: 4200)" in text
