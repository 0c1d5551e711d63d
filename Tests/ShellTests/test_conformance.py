"""The conformance table through the functions of the client: requests as flags, answers as JSON, errors as they are shown.

The format is told in Tests/Conformance/README.md. Cases with streams and bare HTTP are left out: the shell has neither.
"""

import datetime
import json
import random
import re
import secrets
import string
import time
import unittest
import uuid

from harness import CLIENT, ROOT
from test_server import ServerTest

CASES = [case for path in sorted((ROOT / "Tests/Conformance").glob("*.json")) for case in json.loads(path.read_text())["cases"]]


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def function(call):
    service, method = call.split("/")
    return f"martlet_{snake(service.removesuffix('Service'))}_{snake(method)}"


def tables():
    """The flags of each function and their kinds, as the client has them."""
    found = re.findall(r"_martlet_rpc \S+ (\w+) '\n(.*?)' \"\$@\"", CLIENT.read_text(), re.DOTALL)
    return {name: dict(line.split(" ")[:2] for line in table.splitlines()) for name, table in found}


TABLES = tables()


class NoFlag(Exception):
    """What flags cannot say; the request then goes as --json."""


def flags(request, table, prefix=""):
    arguments = []
    for name, value in request.items():
        flag = prefix + snake(name).replace("_", "-")
        kind = table.get(flag)
        if kind is None or value is None or value in ("", [], {}) and kind not in ("string", "json"):
            raise NoFlag(flag)
        if kind.startswith("*") and isinstance(value, list):
            for item in value:
                arguments += [f"--{flag}", word(item, kind[1:])]
        elif kind.startswith("%") and isinstance(value, dict):
            for key, item in value.items():
                if "=" in key:
                    raise NoFlag(flag)
                arguments += [f"--{flag}", key + "=" + word(item, kind[1:])]
        elif kind == "json" and isinstance(value, dict) and value:
            try:
                arguments += flags(value, table, flag + ".")
            except NoFlag:
                arguments += [f"--{flag}", json.dumps(value)]
        else:
            arguments += [f"--{flag}={word(value, kind)}"]
    return arguments


def word(value, kind):
    if kind == "json":
        return json.dumps(value)
    if kind == "bytes" or isinstance(value, (dict, list)) or value is None:
        raise NoFlag(kind)
    if isinstance(value, str) and "\0" in value:
        raise NoFlag(kind)
    return value if isinstance(value, str) else json.dumps(value)


def arguments(call, request):
    try:
        return flags(request, TABLES[function(call)])
    except NoFlag:
        return ["--json", json.dumps(request)]


def matches(expected, value):
    """Why a value is not as expected, or None."""
    if isinstance(expected, dict) and "$unordered" in expected or isinstance(expected, dict) and "$has" in expected:
        wanted = expected.get("$unordered", expected.get("$has"))
        rest = list(value or [])
        if "$unordered" in expected and len(rest) != len(wanted):
            return f"{len(rest)} elements instead of {len(wanted)}: {rest}"
        for item in wanted:
            hit = next((index for index, candidate in enumerate(rest) if matches(item, candidate) is None), None)
            if hit is None:
                return f"none is {item}: {rest}"
            if "$unordered" in expected:
                del rest[hit]
        return None
    if expected is None:
        return None if value is None else f"{value!r} should be absent"
    if value is None:
        return None if expected in (0, "0", False, "", [], {}) else f"absent instead of {expected!r}"
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            return f"{value!r} is no object"
        for name, item in expected.items():
            reason = matches(item, value.get(name))
            if reason:
                return f"{name}: {reason}"
        return None
    if isinstance(expected, list):
        if not isinstance(value, list) or len(value) != len(expected):
            return f"{value!r} instead of {expected!r}"
        return next((f"{index}: {reason}" for index, item in enumerate(expected) if (reason := matches(item, value[index]))), None)
    if isinstance(expected, str) and expected.startswith("~"):
        return None if re.fullmatch(expected[1:], str(value)) else f"{value!r} is not like {expected}"
    if isinstance(expected, bool) or isinstance(value, bool):
        return None if expected is value else f"{value!r} instead of {expected!r}"
    equal = expected == value or not isinstance(expected, str) and str(expected) == value
    return None if equal else f"{value!r} instead of {expected!r}"


def variable(kind):
    kind, _, offset = re.fullmatch(r"(uuid7|uuid4|word|time)(([+-]\d+)?)", kind).groups()
    now = time.time() + int(offset or 0)
    if kind == "word":
        return "".join(random.choice(string.ascii_lowercase) for _ in range(12))
    if kind == "time":
        return datetime.datetime.fromtimestamp(now, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == "uuid4":
        return str(uuid.uuid4())
    bits = int(now * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=bits))


def filled(value, variables):
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda hit: str(variables[hit.group(1)]), value)
    if isinstance(value, list):
        return [filled(item, variables) for item in value]
    if isinstance(value, dict):
        return {filled(name, variables): filled(item, variables) for name, item in value.items()}
    return value


def at(value, path):
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


class Conformance(ServerTest):
    """Each case is a subtest."""

    def testCases(self):
        left_out = []
        for case in CASES:
            if any("call" not in step or function(step["call"]) not in TABLES for step in case["steps"]):
                left_out.append(case["name"])
                continue
            with self.subTest(case=case["name"]):
                self.carryOut(case)
        print("left out, for the shell has no streams and no bare HTTP:", *left_out)
        self.assertGreater(len(CASES) - len(left_out), len(CASES) / 2)

    def carryOut(self, case):
        variables = {name: variable(kind) for name, kind in case.get("variables", {}).items()}
        for index, step in enumerate(case["steps"]):
            end = time.monotonic() + (15 if step.get("eventually") else 0)
            while True:
                reason, response = self.attempt(filled(step, variables))
                if reason is None or time.monotonic() > end:
                    break
                time.sleep(0.1)
            self.assertIsNone(reason, f"step {index}: {step['call']}")
            for name, path in step.get("save", {}).items():
                variables[name] = at(response, path)
        for wanted in filled(case.get("transitions", []), variables):
            step = {"call": "RunService/ListTransitions", "request": {"runId": wanted["run"]},
                    "response": {"transitions": wanted["rows"]}}
            self.assertIsNone(self.attempt(step)[0], f"transitions of {wanted['run']}")

    def attempt(self, step):
        """Why the step failed, or None, and the response."""
        words = arguments(step["call"], step.get("request", {}))
        done = self.shell('"$@"', function(step["call"]), *words, code=None)
        said = done.stderr.decode()
        if "error" not in step:
            if done.returncode != 0:
                return said, None
            response = json.loads(done.stdout)
            return matches(step.get("response", {}), response), response
        error = step["error"]
        exit_code = {"not_found": 3, "permission_denied": 4, "unauthenticated": 4, "unavailable": 5}.get(error["code"], 1)
        shown = [f"martlet: {step['call']}: {error['code']}: "]
        shown += [f"({error['reason']})"] if "reason" in error else []
        shown += [f"[field {error['field']}]"] if "field" in error else []
        missing = [text for text in shown if text not in said]
        if done.returncode != exit_code or missing:
            return f"exit code {done.returncode} instead of {exit_code}, without {missing}: {said}{done.stdout.decode()}", None
        return None, None


if __name__ == "__main__":
    unittest.main()
