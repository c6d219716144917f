"""The names of a result's columns where each may stand but once."""

from __future__ import annotations

from collections.abc import Sequence


def distinct(names: Sequence[str]) -> list[str]:
    """Tell columns of one name apart: n, n become n, n_1."""
    taken: set[str] = set()
    given: list[str] = []
    for name in names:
        key, number = name, 0
        while key in taken or (number and key in names):
            number += 1
            key = f"{name}_{number}"
        taken.add(key)
        given.append(key)
    return given
