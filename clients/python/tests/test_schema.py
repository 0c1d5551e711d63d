"""The JSON schema of what a function takes."""

from __future__ import annotations

import json
import subprocess
import sys

import jsonschema
import pytest
from martlet import schema

SOURCE = '''
import datetime, enum
from typing import Any, Dict, List, Literal, Optional, Union

print("noise")

class Kind(enum.Enum):
    A = "a"
    B = "b"

def flow(function):
    return function

@flow
def etl(
    url: str,
    count: int = 3,
    ratio: float = 0.5,
    names: List[str] = (),
    when: Optional[datetime.datetime] = None,
    kind: Kind = Kind.A,
    mode: Literal["x", "y"] = "x",
    extra: Optional[Dict[str, int]] = None,
    anything: Any = None,
    either: Union[int, str] = 1,
    loose=None,
    date: str = None,
):
    """What it does.

    And more.
    """

async def rest(a, *args, b=1, **kwargs): ...

def broken(a: "Missing", b: int = 2): ...
'''


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "flows.py"
    path.write_text(SOURCE)
    return path


def ask(entrypoint):
    done = subprocess.run(
        [sys.executable, "-m", "martlet.schema", str(entrypoint)], capture_output=True, text=True
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def test_annotations_become_a_schema(file):
    code, found = ask(f"{file}:etl")
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(found)
    judge = jsonschema.Draft202012Validator(found)
    assert judge.is_valid({"url": "x"})
    assert judge.is_valid(
        {"url": "x", "count": 1, "names": ["a"], "when": None, "kind": "b", "extra": {"a": 1}, "date": None}
    )
    for wrong in (
        {}, {"url": 1}, {"url": "x", "count": "y"}, {"url": "x", "names": [1]}, {"url": "x", "kind": "c"},
        {"url": "x", "extra": {"a": "b"}}, {"url": "x", "either": 1.5}, {"url": "x", "unknown": 1},
    ):
        assert not judge.is_valid(wrong), wrong
    assert found["properties"]["count"]["default"] == 3
    assert found["description"] == "What it does."


def test_arguments_without_bound_admit_more(file):
    _, found = ask(f"{file}:rest")
    assert found["additionalProperties"] is True
    assert found["required"] == ["a"]
    assert list(found["properties"]) == ["a", "b"]


def test_an_annotation_that_is_not_there_admits_anything(file):
    _, found = ask(f"{file}:broken")
    assert found["required"] == ["a"]
    assert jsonschema.Draft202012Validator(found).is_valid({"a": object})


def test_a_file_that_cannot_be_run_is_read(file, tmp_path):
    path = tmp_path / "elsewhere.py"
    path.write_text("import not_there_at_all\n" + SOURCE)
    code, read = ask(f"{path}:etl")
    assert code == 0
    _, run = ask(f"{file}:etl")
    # A type of the file's own admits anything.
    assert run["properties"].pop("kind") and read["properties"].pop("kind") == {"title": "kind", "position": 5}
    assert read == run


def test_types_that_are_written_anew_are_read(tmp_path):
    path = tmp_path / "new.py"
    path.write_text(
        "import not_there_at_all\n"
        "def f(a: 'str | None', b: list[int], c: datetime.date, d: dict[str, float] = {}, "
        "e: Missing = x, f: list['M'] = []): ...\n"
    )
    _, found = ask(f"{path}:f")
    assert found["required"] == ["a", "b", "c"]
    judge = jsonschema.Draft202012Validator(found)
    assert judge.is_valid({"a": None, "b": [1], "c": "2026-11-21", "d": {"x": 1}, "e": 5, "f": 7})
    for wrong in ({"a": 1}, {"b": ["x"]}, {"b": 1}, {"c": 1}, {"d": {"x": "y"}}):
        assert not judge.is_valid({"a": "x", "b": [], "c": "x", **wrong}), wrong


def test_a_file_that_cannot_be_run_tells_names(tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("import not_there_at_all\nasync def f(a, b=1, *, c, d=2, **rest): ...\n")
    code, found = ask(f"{path}:f")
    assert code == 0
    assert found["required"] == ["a", "c"]
    assert list(found["properties"]) == ["a", "b", "c", "d"]
    assert found["additionalProperties"] is True


def test_what_is_not_there_is_refused(file, tmp_path):
    assert ask(f"{file}:missing")[0] == 1
    assert ask(tmp_path / "none.py:f")[0] == 1
    assert ask("nonsense")[0] == 2


def test_a_function_of_this_process():
    def function(self, a: int): ...

    assert schema.of_function(function)["required"] == ["a"]
