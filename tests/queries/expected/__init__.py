"""What each file of queries/ must answer, computed in plain Python over the JSON that GitHub serves; no SQL is used.

A function a query, of the same name: it takes a World and returns rows by column name, in the order of the answer.
Shares, averages and money are not rounded here; `same` allows for the rounding of the answer and no more.
"""

from __future__ import annotations

from . import agents, cuts, people, seats, signs, teams
from .world import CHANGES, Answer, World, same

__all__ = ["CHANGES", "EXPECTED", "World", "same"]

EXPECTED: dict[str, Answer] = {
    answer.__name__: answer for module in (seats, people, teams, cuts, agents, signs) for answer in module.ANSWERS
}
"""The queries by name, each with what it must answer."""
