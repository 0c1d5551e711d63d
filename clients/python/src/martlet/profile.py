"""Decides what a client is told from outside: by the environment, else by the user's active profile.

Profiles are in ~/.martlet/profiles.toml, which `martlet profile` and `martlet config` write; of TOML only their form is
read, for Python before 3.11 has no parser of it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Dict, Optional, Tuple

# What a profile may choose: the same names as the variables.
SETTINGS = (
    "MARTLET_API_URL",
    "MARTLET_API_KEY",
    "MARTLET_NAMESPACE",
    "MARTLET_API_TLS_CA",
    "MARTLET_API_TLS_CERT",
    "MARTLET_API_TLS_KEY",
    "MARTLET_API_TLS_SERVER_NAME",
    "MARTLET_API_TLS_INSECURE",
)

_TEXT = r"""(?:"((?:[^"\\]|\\["\\t])*)"|'([^']*)')"""
_SECTION = re.compile(rf"\[\s*profiles\s*\.\s*(?:([A-Za-z0-9_-]+)|{_TEXT})\s*\]\s*(?:#.*)?$")
_ENTRY = re.compile(
    rf"(?:([A-Za-z0-9_-]+)|{_TEXT})\s*=\s*(?:(true|false|[+-]?[0-9][0-9.eE+-]*)|{_TEXT})\s*(?:#.*)?$"
)
_ESCAPE = re.compile(r"\\(.)")

_read: Optional[Tuple[Tuple[str, int, int], "Profiles"]] = None


class Profiles:
    """The profiles of a file: the name of the active one, and the settings of each."""

    def __init__(self, text: str) -> None:
        """Reads the text of a file; ValueError names the line that is wrong."""
        self.all: Dict[str, Dict[str, str]] = {}
        active = None
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
            line = line.strip(" \t")
            if not line or line.startswith("#"):
                continue
            section = _SECTION.match(line)
            entry = None if section else _ENTRY.match(line)
            if section:
                name = _chosen(section.groups())
                if name in self.all:
                    raise ValueError(f"line {number}: profile {name!r} is there twice")
                self.all[name] = {}
            elif entry is None:
                raise ValueError(f'line {number}: neither [profiles.NAME] nor KEY = "value"')
            elif self.all:
                held = list(self.all.values())[-1]
                held[_chosen(entry.groups()[:3])] = _chosen(entry.groups()[3:])
            elif _chosen(entry.groups()[:3]) == "active":
                active = _chosen(entry.groups()[3:])
            else:
                raise ValueError(f"line {number}: an entry belongs below a [profiles.NAME]")
        if not self.all:
            self.all = {"default": {}}
        self.active = next(iter(self.all)) if active is None else active


def _chosen(groups: Tuple[Optional[str], ...]) -> str:
    bare, basic, literal = groups
    if basic is not None:
        return _ESCAPE.sub(lambda found: "\t" if found[1] == "t" else found[1], basic)
    return bare if bare is not None else literal or ""


def setting(name: str) -> str:
    """The value of a setting of a client: of its variable, else of the profile; empty when neither has one.

    ValueError when there are profiles that cannot be read, or not the one that MARTLET_PROFILE names: then which
    server was meant is not known.
    """
    return os.environ.get(name) or _profile().get(name, "")


def _profile() -> Dict[str, str]:
    global _read
    path = Path(os.environ.get("MARTLET_HOME") or Path.home() / ".martlet") / "profiles.toml"
    named = os.environ.get("MARTLET_PROFILE")
    try:
        status = path.stat()
        key = (str(path), status.st_mtime_ns, status.st_size)
        if _read is None or _read[0] != key:
            _read = (key, Profiles(path.read_text(encoding="utf-8")))
        profiles = _read[1]
    except (FileNotFoundError, NotADirectoryError):
        profiles = Profiles("")
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    wanted = named or profiles.active
    if wanted not in profiles.all:
        raise ValueError(f"there is no profile {wanted!r} in {path}")
    return profiles.all[wanted]
