"""How a case of Tests/Conformance is read: its variables, its expectations. The format is in the README there."""

from __future__ import annotations

import datetime
import json
import random
import re
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

from martlet.ids import uuid4, uuid7

TABLE = Path(__file__).resolve().parents[3] / "Tests" / "Conformance"
PATIENCE = 15.0

Variables = Dict[str, str]


class Failed(Exception):
    """An RPC that ended in an error, as every transport tells it."""

    def __init__(self, code: str, reason: str, fields: List[str], message: str) -> None:
        super().__init__(f"{code} ({reason}) {fields}: {message}")
        self.code, self.reason, self.fields = code, reason, fields


def cases() -> Iterator[Dict[str, Any]]:
    for path in sorted(TABLE.glob("*.json")):
        yield from json.loads(path.read_text())["cases"]


def made(kinds: Dict[str, str]) -> Variables:
    """Fresh values of a case's variables."""
    out = {}
    for name, kind in kinds.items():
        match = re.fullmatch(r"(uuid7|uuid4|word|time)([+-]\d+)?", kind)
        assert match, f"unknown kind of variable: {kind}"
        offset = int(match.group(2) or 0)
        if match.group(1) == "uuid7":
            out[name] = uuid7(time.time_ns() // 1_000_000 + offset * 1000)
        elif match.group(1) == "uuid4":
            out[name] = uuid4()
        elif match.group(1) == "word":
            out[name] = "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=12))
        else:
            at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)
            out[name] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return out


def filled(value: Any, variables: Variables) -> Any:
    """The value with every ${NAME} replaced, in keys too."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda match: variables[match.group(1)], value)
    if isinstance(value, list):
        return [filled(item, variables) for item in value]
    if isinstance(value, dict):
        return {filled(key, variables): filled(item, variables) for key, item in value.items()}
    return value


def mismatch(expected: Any, actual: Any, path: str = "") -> Optional[str]:
    """What is wrong with `actual`; None when it matches."""
    where = path or "response"
    if expected is None:
        return None if actual is None else f"{where}: expected nothing, got {actual!r}"
    if isinstance(expected, dict) and "$unordered" in expected:
        return _unordered(expected["$unordered"], actual or [], where, exact=True)
    if isinstance(expected, dict) and "$has" in expected:
        return _unordered(expected["$has"], actual or [], where, exact=False)
    if actual is None and expected in (0, "0", False, "", [], {}):
        return None
    if isinstance(expected, dict):
        if actual is None and all(value is None for value in expected.values()):
            return None
        if not isinstance(actual, dict):
            return f"{where}: expected an object, got {actual!r}"
        for key, value in expected.items():
            problem = mismatch(value, actual.get(key), f"{path}.{key}" if path else key)
            if problem:
                return problem
        return None
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return f"{where}: expected {len(expected)} elements, got {_short(actual)}"
        for index, value in enumerate(expected):
            problem = mismatch(value, actual[index], f"{path}.{index}" if path else str(index))
            if problem:
                return problem
        return None
    if isinstance(expected, str) and expected.startswith("~"):
        if isinstance(actual, (str, int, float)) and re.fullmatch(expected[1:], str(actual), re.DOTALL):
            return None
        return f"{where}: expected {expected}, got {actual!r}"
    if isinstance(expected, bool) or isinstance(actual, bool):
        same = expected is actual
    else:
        same = expected == actual or (isinstance(expected, (int, float)) and str(expected) == actual)
    return None if same else f"{where}: expected {expected!r}, got {actual!r}"


def _unordered(expected: List[Any], actual: List[Any], where: str, exact: bool) -> Optional[str]:
    if exact and len(expected) != len(actual):
        return f"{where}: expected {len(expected)} elements, got {_short(actual)}"
    left = list(actual)
    for value in expected:
        found = next((item for item in left if mismatch(value, item) is None), None)
        if found is None:
            return f"{where}: nothing matches {value!r} in {_short(actual)}"
        left.remove(found)
    return None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 1500 else text[:1500] + "…"


def picked(value: Any, path: str) -> str:
    """The value at a path, as text."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return str(value)


class Transport:
    """A way of calling; a runner is a subclass."""

    streams = False
    http = False

    def unary(self, service: str, method: str, request: Any) -> Any:
        """Calls; the response as protobuf JSON. Raises Failed."""
        raise NotImplementedError

    def gather(self, service: str, method: str, step: Dict[str, Any]) -> Dict[str, List[Any]]:
        """Calls a method that streams responses; the gathered fields, or the one response."""
        raise NotImplementedError

    def bare(self, step: Dict[str, Any]) -> Any:
        """Sends an HTTP request; (status, headers, body)."""
        raise NotImplementedError

    def can(self, case: Dict[str, Any]) -> bool:
        for step in case["steps"]:
            if "http" in step and not self.http:
                return False
            if ("requests" in step or "gathered" in step) and not self.streams:
                return False
        return True

    def run(self, case: Dict[str, Any]) -> None:
        """Carries a case out; AssertionError when something is not as expected."""
        variables = made(case.get("variables", {}))
        for index, raw in enumerate(case["steps"]):
            label = f"step {index} {raw.get('call', raw.get('http', {}).get('path'))}"
            end = time.monotonic() + (PATIENCE if raw.get("eventually") else 0)
            while True:
                step = filled(raw, variables)
                problem, response = self._step(step)
                if problem is None or time.monotonic() >= end:
                    break
                time.sleep(0.1)
            assert problem is None, f"{label}: {problem}\nvariables {variables}"
            for name, path in step.get("save", {}).items():
                variables[name] = picked(response, path)
        for entry in filled(case.get("transitions", []), variables):
            response = self.unary("RunService", "ListTransitions", {"runId": entry["run"]})
            problem = mismatch({"transitions": entry["rows"]}, response)
            assert problem is None, f"history: {problem}\n{json.dumps(response, indent=1)}"

    def _step(self, step: Dict[str, Any]) -> Any:
        if "http" in step:
            status, headers, body = self.bare(step["http"])
            problem = mismatch(step.get("status"), status, "status") if "status" in step else None
            problem = problem or mismatch(step.get("headers", {}), headers, "headers")
            if problem is None and "response" in step:
                problem = mismatch(step["response"], json.loads(body))
            return problem and f"{problem}\n{body}", None
        service, method = step["call"].split("/")
        try:
            if "gathered" in step or "requests" in step:
                response = self.gather(service, method, step)
            else:
                response = self.unary(service, method, step.get("request", {}))
        except Failed as error:
            return self._error(step.get("error"), error), None
        if "error" in step:
            return f"expected {step['error']}, got {response}", response
        if "gathered" in step:
            return mismatch(step["gathered"], response), response
        return mismatch(step.get("response", {}), response), response

    def _error(self, expected: Optional[Dict[str, str]], error: Failed) -> Optional[str]:
        if expected is None:
            return f"failed: {error}"
        if expected["code"] != error.code or expected.get("reason", error.reason) != error.reason:
            return f"expected {expected}, got {error}"
        if "field" in expected and expected["field"] not in error.fields:
            return f"expected {expected}, got {error}"
        return None
