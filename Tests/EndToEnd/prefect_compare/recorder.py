"""Decides what of an answer is kept for the comparison: ids by where they were first seen, times by how far they are."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timezone

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
NAME = re.compile(r"[a-z]+-[a-z]+")
# How long things took, which differs from one time to the next.
DURATIONS = {
    "total_run_time", "estimated_run_time", "estimated_start_time_delta", "sum_estimated_run_time",
    "sum_estimated_lateness", "duration", "lateness",
}
# Of which nothing may be a little.
DELAYS = {"estimated_start_time_delta", "lateness"}
NEAR = 900
NOTHING = "00000000-0000-4000-8000-000000000000"


@dataclass
class Answer:
    """What one request was answered."""

    step: str
    status: int
    # Without what differs from one time to the next.
    body: object
    # As it came.
    raw: object


class Recorder:
    """Puts requests to one server, one after the other."""

    def __init__(self, api: str):
        self.api = api
        self.answers: list[Answer] = []
        self.labels: dict[str, str] = {}
        self.sent = ""

    def __call__(self, step: str, method: str, path: str, body: object = None) -> object:
        """Puts a request and keeps its answer; returns the body."""
        status, found = self.ask(method, path, body)
        return self.keep(step, status, found)

    def made(self, step: str, method: str, path: str, body: object = None) -> str:
        """Puts a request and keeps its answer; returns the id of what was made, or one of nothing."""
        found = self(step, method, path, body)
        return found.get("id", NOTHING) if isinstance(found, dict) else NOTHING

    def state(self, step: str, run: str, type_: str, *, force: bool = False, kind: str = "flow_runs", **state) -> object:
        """Proposes a state of a run."""
        body = {"state": {"type": type_, **state}, "force": force}
        return self(step, "POST", f"/{kind}/{run}/set_state", body)

    def until(self, step: str, method: str, path: str, body: object, holds) -> object:
        """Puts a request until its answer is as it should be: what it asks for is done by and by."""
        end = time.monotonic() + 20
        while True:
            status, found = self.ask(method, path, body)
            if status < 300 and holds(found) or time.monotonic() > end:
                return self.keep(step, status, found)
            time.sleep(0.1)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, object]:
        data = None if body is None else json.dumps(body).encode()
        self.sent += f"{path} {json.dumps(body)}\n"
        request = urllib.request.Request(
            self.api + path, method=method, data=data,
            headers={"content-type": "application/json", "x-prefect-api-version": "0.8.4"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, self.decoded(response.read())
        except urllib.error.HTTPError as error:
            return error.code, self.decoded(error.read())

    @staticmethod
    def decoded(text: bytes) -> object:
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text.decode()

    def keep(self, step: str, status: int, raw: object) -> object:
        self.answers.append(Answer(step, status, self.plain(raw, step, ""), raw))
        return raw

    def plain(self, value: object, where: str, name: str) -> object:
        """A value without what differs from one time to the next."""
        if isinstance(value, dict):
            return {
                self.text(key, where, ""): self.plain(value[key], f"{where}.{key}", key) for key in sorted(value)}
        if isinstance(value, list):
            return [self.plain(item, f"{where}[{place}]", name) for place, item in enumerate(value)]
        if isinstance(value, str):
            return self.text(value, where, name)
        if name in DURATIONS and isinstance(value, (int, float)) and abs(value) < 120:
            return "<seconds>" if value or name in DELAYS else value
        return value

    def text(self, value: str, where: str, name: str) -> str:
        if TIME.fullmatch(value):
            return self.moment(value)
        if name in ("name", "flow_run_name") and NAME.fullmatch(value) and f'"{value}"' not in self.sent:
            return "<generated name>"
        return UUID.sub(lambda found: self.identity(found.group(), where), value)

    def identity(self, value: str, where: str) -> str:
        # What a script gives is the same for both: eight times one digit at the beginning.
        if len(set(value[:8])) == 1:
            return value
        return self.labels.setdefault(value, f"<{where}>")

    def moment(self, value: str) -> str:
        then = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(timezone.utc)
        text = then.isoformat().replace("+00:00", "Z")
        if value in self.sent or text in self.sent:
            return text
        return "<now>" if abs(then.timestamp() - time.time()) < NEAR else text
