"""Decides which attacks there are, and their order."""

from __future__ import annotations

from attacks import compression, crowds, floods, messages, nesting, noise, plain, resets, slow, windows
from suite.attack import Attack

ATTACKS: tuple[Attack, ...] = (
    *resets.ATTACKS,
    *floods.ATTACKS,
    *compression.ATTACKS,
    *windows.ATTACKS,
    *messages.ATTACKS,
    *nesting.ATTACKS,
    *plain.ATTACKS,
    *noise.ATTACKS,
    *crowds.ATTACKS,
    *slow.ATTACKS,
)
