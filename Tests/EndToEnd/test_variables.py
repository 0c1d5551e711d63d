"""Variables and artifacts as programs see them: Python, the command line and the contract meet on one server."""

from __future__ import annotations

import json
import subprocess
import threading
import uuid

import martlet
import pytest
from martlet import artifacts, v1, values
from martlet.variables import Variable

from martlet_process import BINARY


@pytest.fixture
def name() -> str:
    return f"test-{uuid.uuid4()}"


@pytest.fixture
def client(calm_server, monkeypatch):
    monkeypatch.setenv("MARTLET_API_URL", calm_server.url)
    with martlet.Client(calm_server.url) as client:
        yield client


@pytest.fixture
def cli(calm_server):
    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [BINARY, *words, "--server", calm_server.url], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


def test_the_command_line_and_python_share_a_variable(cli, client, name):
    assert cli("variable", "set", name, "bar") == f"Set variable '{name}'.\n"
    assert Variable.get(name) == "bar"
    assert "--overwrite" in cli("variable", "set", name, "baz", code=1)
    # The same again is no other creation.
    cli("variable", "set", name, "bar")
    assert cli("variable", "set", name, '{"a": [1, "ü"]}', "--overwrite", "--tag", "t") != ""
    assert Variable.get(name) == {"a": [1, "ü"]}
    assert json.loads(cli("variable", "get", name)) == {"a": [1, "ü"]}
    read = Variable.read(name)
    assert (read.tags, bool(read.etag)) == (["t"], True)
    cli("variable", "set", name, "1", "--text", "--etag", read.etag)
    assert Variable.get(name) == "1"
    cli("variable", "set", name, "2", "--etag", read.etag, code=1)
    shown = json.loads(cli("variable", "inspect", name, "-o", "json"))["variable"]
    assert (shown["name"], shown["value"]) == (name, "1")
    assert cli("variable", "get", name) == "1\n"
    assert cli("variable", "get", name, "-o", "json") == '"1"\n'
    assert cli("variable", "ls", "--prefix", name, "-o", "name") == name + "\n"
    assert name in cli("variable", "inspect", name)
    other = name + "-2"
    assert cli("variable", "rename", name, other) == f"Variable '{name}' is called '{other}' now.\n"
    cli("variable", "rename", name, other, code=3)
    assert Variable.get(other) == "1"
    cli("variable", "set", name, "2")
    assert other in cli("variable", "rename", name, other, code=1)
    cli("variable", "rm", other)
    cli("variable", "rm", name)
    cli("variable", "rm", name, code=3)
    cli("variable", "get", name, code=3)
    cli("variable", "set", "Not a name", "1", code=1)
    cli("variable", "set", name, code=2)


def test_python_sets_gets_and_unsets(client, name):
    assert Variable.get(name) is None
    assert Variable.get(name, default=7) == 7
    Variable.set(name, [None, True, 2.5])
    assert Variable.get(name, default=7) == [None, True, 2.5]
    with pytest.raises(ValueError):
        Variable.set(name, 1)
    first = Variable.set(name, 1, tags=["a"], overwrite=True)
    assert Variable.set(name, 2, etag=first.etag).value == 2
    with pytest.raises(martlet.MartletError) as refused:
        Variable.set(name, 3, etag=first.etag)
    assert refused.value.reason == "ETAG_MISMATCH"
    with pytest.raises(martlet.MartletError):
        Variable.set(name, "x" * 65_536, overwrite=True)
    assert Variable.get(name) == 2
    assert Variable.unset(name) is True
    assert Variable.unset(name) is False


def test_counting_processes_lose_nothing(client, name):
    Variable.set(name, 0)

    def count() -> None:
        for _ in range(5):
            while True:
                read = Variable.read(name)
                try:
                    Variable.set(name, read.value + 1, etag=read.etag)
                    break
                except martlet.MartletError as error:
                    assert error.reason == "ETAG_MISMATCH"

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Variable.get(name) == 20


def test_all_variables_of_many_pages_are_listed(cli, client, name):
    # Three of the largest do not fit into what a page may hold of a hundred.
    large = "x" * 60_000
    for number in range(120):
        client.variables.set_variable(variable=v1.Variable(name=f"{name}-{number:03}", value=values.value(large)))
    listed = cli("variable", "ls", "--prefix", name, "-o", "name").splitlines()
    assert listed == [f"{name}-{number:03}" for number in range(120)]
    assert len(cli("variable", "ls", "--prefix", name, "--limit", "7", "-o", "name").splitlines()) == 7


def put_all(key: str) -> dict[str, str]:
    made = {
        "markdown": artifacts.create_markdown_artifact("# Hi", key=f"{key}-markdown", description="d"),
        "table": artifacts.create_table_artifact([{"a": 1, "b": "x"}, {"a": 2}], key=f"{key}-table"),
        "link": artifacts.create_link_artifact("https://a.b/c", "text", key=f"{key}-link"),
        "image": artifacts.create_image_artifact("https://a.b/c.png", key=f"{key}-image"),
        "progress": artifacts.create_progress_artifact(0, key=f"{key}-progress", description="p"),
    }
    for percent in (50, 100):
        assert artifacts.update_progress_artifact(made["progress"], percent) == made["progress"]
    return made


@pytest.mark.parametrize("inside", [True, False])
def test_every_kind_of_artifact_is_written_and_read(cli, client, name, inside, monkeypatch, tmp_path):
    monkeypatch.setenv("MARTLET_HOME", str(tmp_path))
    if inside:
        with martlet.flow(f"artifacts-{name}") as run:
            made = put_all(name)
        assert martlet.flush()
        shown = json.loads(cli("artifact", "ls", "--run", run.id, "-o", "json"))["artifacts"]
        assert {artifact["id"] for artifact in shown} == set(made.values())
    else:
        made = put_all(name)
        # What another process made is changed by its id.
        artifacts._progress.clear()
        artifacts.update_progress_artifact(made["progress"], 99.5)
    assert cli("artifact", "get", f"{name}-markdown") == "# Hi\n"
    assert cli("artifact", "get", made["table"]).splitlines()[1].split() == ["1", "x"]
    assert cli("artifact", "get", made["link"]) == "text  https://a.b/c\n"
    assert cli("artifact", "get", f"{name}-image") == "https://a.b/c.png\n"
    assert cli("artifact", "get", f"{name}-progress") == ("100.0%\n" if inside else "99.5%\n")
    told = client.artifacts.get_artifact(id=made["progress"]).artifact
    assert (told.key, told.description) == (f"{name}-progress", "p")
    listed = cli("artifact", "ls", "--key", f"{name}-markdown")
    assert made["markdown"] in listed and "markdown" in listed
    cli("artifact", "rm", made["markdown"])
    cli("artifact", "get", f"{name}-markdown", code=3)


def test_wrong_artifacts_are_refused(client):
    for wrong in (
        lambda: artifacts.create_progress_artifact(101),
        lambda: artifacts.create_progress_artifact(float("nan")),
    ):
        with pytest.raises(ValueError):
            wrong()
    for wrong in (
        lambda: artifacts.create_table_artifact([1]),  # type: ignore[list-item]
        lambda: artifacts.create_link_artifact("javascript:alert(1)"),
        lambda: artifacts.create_image_artifact("no address"),
        lambda: artifacts.create_markdown_artifact("x", key="Not A Key"),
        lambda: artifacts.update_progress_artifact(str(uuid.uuid4()), 1),
    ):
        with pytest.raises(martlet.MartletError):
            wrong()
