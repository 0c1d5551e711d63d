"""Settings: flags win over variables, variables over the file, and it is told where each value came from."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
from pathlib import Path

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


def test_a_file_is_checked_as_a_start_would(place, run):
    file = place / "server.toml"
    (place / "empty.pem").write_text("")
    for text, problem in (
        ('tls_cert = "cert.pem"', "--tls-cert needs --tls-key"),
        ('tls_key = "key.pem"', "--tls-key needs --tls-cert"),
        ('tls_client_ca = "ca.pem"', "--tls-client-ca needs --tls-cert and --tls-key"),
        ('tls_cert = "no.pem"\ntls_key = "no.pem"', "no.pem: cannot be read"),
        ('tls_cert = "empty.pem"\ntls_key = "empty.pem"', "empty.pem: is empty"),
        ('host = "999.1.1.1"', 'host cannot be "999.1.1.1"'),
        ('database_url = "nonsense"', "cannot read the database URL"),
        ('database_url = "mysql://h/d"', "is not a Postgres URL"),
        ('allow_origin = ["*"]', "name each origin"),
        ('allow_origin = ["https://ui.example.com/"]', "browsers write it https://ui.example.com"),
        ('database_url = "postgresql://h/d"\ndata_dir = "d"', "exclude each other"),
        ("max_message_size = 9223372036854775807", "max_message_size cannot be 9223372036854775807"),
        ("max_message_size = 2147483648", "it must be a whole number from 1 to 2147483647"),
        ("event_loops = 1025", "it must be a whole number from 1 to 1024"),
        ("writers = 1001", "it must be a whole number from 1 to 1000"),
        ("readers = 0", "it must be a whole number from 1 to 1000"),
    ):
        file.write_text(f"[server]\n{text}\n")
        checked = run("config", "check", "server.toml")
        assert checked.returncode == 2, text
        assert str(file) in checked.stderr and problem in checked.stderr, checked.stderr
        flags = ("--data-dir", str(place / "data")) if "database_url" not in text else ()
        started = run("start", "--config", "server.toml", "--port", str(free_port()), *flags)
        assert started.returncode != 0, text
        assert problem in started.stderr, started.stderr
        assert not (place / "data").exists(), text
    file.write_text('[server]\nhost = "127.0.0.1"\nallow_origin = ["https://ui.example.com", "http://a:81"]\n')
    assert run("config", "check", "server.toml").returncode == 0


def test_connections_fit_the_open_files(new_server):
    server = new_server()
    server.prefix = ["prlimit", "--nofile=300:600"]
    server.start()
    held = Path(f"/proc/{server.process.pid}/limits").read_text()
    assert re.search(r"Max open files +600 +600 ", held), held
    assert "fewer connections than asked for" in server.log.read_text()
    first = server.connect()
    first.call("SystemService/Ping", {})
    # 600 files without the reserve of 256 are 344 connections: what is beyond is closed, and nothing hangs.
    with contextlib.ExitStack() as crowd:
        sockets = [
            crowd.enter_context(socket.create_connection(("127.0.0.1", server.port), 30)) for _ in range(400)
        ]
        with contextlib.suppress(ConnectionResetError):
            assert sockets[-1].recv(1) == b""
        first.call("SystemService/Ping", {})
    assert "connections refused: too many are open" in server.log.read_text()


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
