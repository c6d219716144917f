"""Which candidates are meant by what is typed, and in which order."""

from __future__ import annotations

import pytest

from stackduck.shell.completion.ranking import MOST, Candidate, Weight, ranked

LABELS = ("user_login", "login", "user_initiated_interaction_count", "blogging", "u.user_login", "used_logging_on")


def order(typed: str, labels: tuple[str, ...] = LABELS) -> list[str]:
    return [each.label for each in ranked((Candidate(label, label) for label in labels), typed)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("zz", [], id="nothing"),
        pytest.param("nigol", [], id="the letters in another order"),
        pytest.param("", list(LABELS), id="all, as they came"),
        pytest.param(
            "LOGIN", ["login", "user_login", "u.user_login", "blogging", "used_logging_on"], id="exactly, in any case"
        ),
        pytest.param("log", ["login", "user_login", "used_logging_on", "u.user_login", "blogging"], id="then anywhere"),
        pytest.param("ul", ["user_login", "u.user_login", "used_logging_on"], id="by initials"),
        pytest.param("uiic", ["user_initiated_interaction_count"], id="by all initials"),
        pytest.param("usrlogn", ["user_login", "u.user_login"], id="by scattered letters"),
        pytest.param("user_l", ["user_login", "u.user_login"], id="after a dot as from the beginning"),
        pytest.param("l.*", [], id="no pattern"),
    ],
)
def test_what_is_typed_is_found(typed: str, expected: list[str]) -> None:
    assert order(typed) == expected


def test_what_it_is_decides_among_equal_matches() -> None:
    found = ranked(
        [
            Candidate("a", "org_word"),
            Candidate("b", "org_column", weight=Weight.COLUMN),
            Candidate("c", "org_required", weight=Weight.REQUIRED),
            Candidate("d", "an_org", weight=Weight.REQUIRED),
        ],
        "org",
    )
    assert [each.text for each in found] == ["c", "b", "a", "d"]


def test_a_label_is_told_once_for_the_weightier() -> None:
    found = ranked([Candidate("a", "day"), Candidate("b", "day", weight=Weight.COLUMN)], "d")
    assert [each.text for each in found] == ["b"]


def test_no_more_are_told_than_are_read() -> None:
    assert len(ranked((Candidate(str(n), str(n)) for n in range(1_000)), "")) == MOST
