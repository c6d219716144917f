"""The names with gaps, odd forms and doubles: what is behind them is what is behind octo-demo."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

Ask = Callable[..., Any]
Row = dict[str, Any]

BASES = {
    "enterprise": ("/enterprises/{}/copilot/metrics/reports", "octo-demo"),
    "organization": ("/orgs/{}/copilot/metrics/reports", "octo-demo-eng"),
}
KEYS = {"users": ("user_id", "day"), "user-teams": ("user_id", "team_id", "day"), "repos": ("repo_id", "day")}
REPORTS = ["users-1-day?day=2026-11-03", "users-28-day/latest", "user-teams-1-day?day=2026-11-03"]
REPORTS.append("repos-1-day?day=2026-11-03")


def base(kind: str, name: str = "") -> str:
    """Give the path of a scope's reports, those of the demo if no name is given."""
    path, own = BASES[kind]
    return path.format(name or own)


def answers(api: Ask, kind: str, report: str, days: int) -> Iterator[tuple[date, Any]]:
    """Give octo-gaps' answers for the days up to 2026-11-16."""
    for n in range(days):
        day = date(2026, 11, 16) - timedelta(days=n)
        yield day, api(f"{base(kind, 'octo-gaps')}/{report}?day={day}")


def shape(answer: Any, day: date) -> str:
    """Name the shape of an answer."""
    if answer.status != 200 or not answer.body:
        message = answer.json["message"] if answer.body else ""
        return f"{answer.status} {message.replace(str(day), 'DAY')}".strip()
    if isinstance(answer.json, str):
        return f"text {answer.json.replace(str(day), 'DAY')}".strip()
    return "links" if answer.json["download_links"] else "no links"


@pytest.mark.parametrize("report", ["users-1-day", "user-teams-1-day", "repos-1-day"])
@pytest.mark.parametrize("kind", BASES)
def test_gaps_take_every_form_of_no_data(api: Ask, ask: Ask, kind: str, report: str) -> None:
    found = dict(answers(api, kind, report, 14))
    shapes = Counter(shape(answer, day) for day, answer in found.items() if day != date(2026, 11, 17))
    message = f"No report available for this {kind} on DAY"
    expected = {"204", "200", "text", f"text {message}", f"404 {message}", "no links", "links"}
    assert shapes.keys() == expected
    assert all(shapes[name] == 1 for name in expected - {"links"})
    links = [answer.json["download_links"][0] for answer in found.values() if shape(answer, date.max) == "links"]
    assert Counter(ask(link).status for link in links) == {200: 7, 404: 1}


@pytest.mark.parametrize("kind", BASES)
def test_gaps_have_no_window(api: Ask, kind: str) -> None:
    assert api(f"{base(kind, 'octo-gaps')}/users-28-day/latest").json == ""
    assert api(f"{base(kind, 'octo-gaps')}/{kind}-28-day/latest").json == ""


def test_days_without_a_gap_are_the_demos(api: Ask, ask: Ask) -> None:
    for day, answer in answers(api, "enterprise", "users-1-day", 14):
        if shape(answer, day) == "links" and ask(answer.json["download_links"][0]).status == 200:
            own = api(f"{base('enterprise')}/users-1-day?day={day}")
            assert bodies(ask, answer) == bodies(ask, own)


def bodies(ask: Ask, answer: Any) -> list[bytes]:
    """Give the files of a report, uncompressed."""
    return [ask(link).plain for link in answer.json["download_links"]]


def rows(body: bytes) -> list[Row]:
    """Give the rows of a file in any form."""
    text = body.decode("utf-8-sig").strip()
    if text.startswith("["):
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines() if line]


def all_rows(ask: Ask, answer: Any) -> list[Row]:
    """Give the rows of all files of a report."""
    return [row for body in bodies(ask, answer) for row in rows(body)]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("kind", BASES)
def test_odd_forms_hold_the_same_rows(api: Ask, ask: Ask, kind: str, report: str) -> None:
    odd, own = api(f"{base(kind, 'octo-forms')}/{report}"), api(f"{base(kind)}/{report}")
    assert all_rows(ask, odd) == all_rows(ask, own)
    first, second, *_ = bodies(ask, odd)
    assert first.startswith(b"\xef\xbb\xbf{")
    assert b"\r\n\r\n" in first
    assert second.startswith(b"[\n")


@pytest.mark.parametrize("report", ["{}-1-day?day=2026-11-03", "{}-28-day/latest"])
@pytest.mark.parametrize("kind", BASES)
def test_an_odd_entity_is_the_same_object(api: Ask, ask: Ask, kind: str, report: str) -> None:
    odd, own = (api(f"{base(kind, name)}/{report.format(kind)}") for name in ("octo-forms", ""))
    [body] = bodies(ask, odd)
    assert body.startswith(b"\xef\xbb\xbf")
    assert rows(body) == all_rows(ask, own)


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("kind", BASES)
def test_of_doubles_the_later_ones_are_right(api: Ask, ask: Ask, kind: str, report: str) -> None:
    own, doubled = (
        all_rows(ask, api(f"{base(kind)}/{report}")),
        bodies(ask, api(f"{base(kind, 'octo-doubles')}/{report}")),
    )
    names = next(names for start, names in KEYS.items() if report.startswith(f"{start}-"))
    last: dict[tuple[Any, ...], Row] = {}
    differing = identical = 0
    for row in (row for body in doubled for row in rows(body)):
        key = tuple(row[name] for name in names)
        differing += key in last and last[key] != row
        identical += key in last and last[key] == row
        last[key] = row
    assert sorted(last.values(), key=str) == sorted(own, key=str)
    assert (differing, identical) == (len(doubled) - 1, len(doubled))
