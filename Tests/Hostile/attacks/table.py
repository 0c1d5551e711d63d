"""Decides which attacks there are, and their order."""

from __future__ import annotations

from attacks import compression, floods, resets, slow, windows
from suite.attack import Attack

ATTACKS: tuple[Attack, ...] = (
    *resets.ATTACKS,
    *floods.ATTACKS,
    *compression.ATTACKS,
    *windows.ATTACKS,
    *slow.ATTACKS,
)
