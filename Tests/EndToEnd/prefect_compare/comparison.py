"""Decides what is a difference between two answers, and which differences are known."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations, zip_longest
from pathlib import Path

from .recorder import TIME, Answer

TABLE = Path(__file__).parent / "differences.toml"
ABSENT = "<absent>"


@dataclass(frozen=True)
class Difference:
    """One place where the answers to one request differ."""

    # The script, the step, and the way to the value in the body.
    place: str
    prefect: object
    martlet: object

    def __str__(self) -> str:
        return f"{self.place}: {short(self.prefect)} there, {short(self.martlet)} here"


def short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "..."


def differences(script: str, prefect: list[Answer], martlet: list[Answer]) -> list[Difference]:
    """What differs between the answers to a script."""
    found = []
    for theirs, ours in zip_longest(prefect, martlet):
        if theirs is None or ours is None or theirs.step != ours.step:
            found.append(Difference(f"{script}/steps", theirs and theirs.step, ours and ours.step))
            break
        place = f"{script}/{theirs.step}"
        if theirs.status != ours.status:
            found.append(Difference(f"{place}/status", theirs.status, ours.status))
            if theirs.status < 300 or ours.status < 300:
                found.append(Difference(f"{place}/body", theirs.body, ours.body))
                continue
        found += compared(f"{place}/", theirs.body, ours.body)
        found += disordered(f"{place}/", theirs.raw, ours.raw)
    return found


def compared(place: str, theirs: object, ours: object) -> list[Difference]:
    """What differs between two values, member by member."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return [
            difference
            for name in sorted({*theirs, *ours})
            for difference in compared(joined(place, name), theirs.get(name, ABSENT), ours.get(name, ABSENT))
        ]
    if isinstance(theirs, list) and isinstance(ours, list):
        return [
            difference
            for number, (one, other) in enumerate(zip_longest(theirs, ours, fillvalue=ABSENT))
            for difference in compared(f"{place}[{number}]", one, other)
        ]
    return [] if theirs == ours and (theirs is True) == (ours is True) else [Difference(place, theirs, ours)]


def joined(place: str, name: str) -> str:
    return place + name if place.endswith("/") else f"{place}.{name}"


def disordered(place: str, theirs: object, ours: object) -> list[Difference]:
    """The times of one object that come in another order."""
    found = []
    if isinstance(theirs, dict) and isinstance(ours, dict):
        both = [name for name in theirs if is_time(theirs[name]) and is_time(ours.get(name))]
        for first, second in permutations(both, 2):
            if seconds(theirs, first, second) > 0.02 and seconds(ours, first, second) < 0:
                found.append(Difference(joined(place, f"{first}<{second}"), True, False))
        for name in theirs:
            found += disordered(joined(place, name), theirs[name], ours.get(name))
    elif isinstance(theirs, list) and isinstance(ours, list):
        for number, (one, other) in enumerate(zip(theirs, ours)):
            found += disordered(f"{place}[{number}]", one, other)
    return found


def is_time(value: object) -> bool:
    return isinstance(value, str) and TIME.fullmatch(value) is not None


def seconds(body: dict, first: str, second: str) -> float:
    begin, end = (datetime.fromisoformat(body[name].replace("Z", "+00:00")) for name in (first, second))
    return (end - begin).total_seconds()


@dataclass
class Known:
    """Differences that are meant: a pattern of places, and the reason."""

    place: str
    reason: str
    # Whether it is there at one time and not at another, as by an order that is by chance.
    varies: bool = False

    def covers(self, difference: Difference) -> bool:
        # Brackets are places in lists here, not sets of characters.
        return fnmatch.fnmatchcase(difference.place, self.place.replace("[", "[[]"))


def known() -> list[Known]:
    """The table of what is known."""
    entries = tomllib.loads(TABLE.read_text())["difference"]
    return [Known(place, entry["reason"], entry.get("varies", False)) for entry in entries for place in entry["places"]]
