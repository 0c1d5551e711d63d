"""Plain values of JSON messages."""

from __future__ import annotations

import pytest
from martlet import values


@pytest.mark.parametrize(
    "given",
    [3, -2, 0, 2**53, 1.5, 1e300, "3", None, True, [1, 2.5, [3]], {"a": 1, "b": {"c": [4, None, False]}}, {}, []],
)
def test_whole_numbers_come_back_as_integers(given):
    found = values.plain(values.value(given))
    assert found == given
    assert repr(found) == repr(given) or isinstance(given, dict)
    if isinstance(given, dict):
        assert values.plain(values.struct(given)) == given
        assert all(type(found[key]) is type(given[key]) for key in given)
