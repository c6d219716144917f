"""Where each wanted day comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from stackduck.errors import ProgrammingError
from stackduck.reports.calendar import (
    days_of,
    estimated_window,
    is_closed,
    is_fresh,
    is_remembered,
    possible_days,
    why_not,
)
from stackduck.reports.coverage import Coverage, Fetch, Kept, cover, estimated_bytes, fetches_for, reasons
from stackduck.reports.kinds import REPORTS, SCOPES

Listing = Callable[..., Mapping[date, Kept]]

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
WINDOW = (date(2026, 10, 22), date(2026, 11, 18))
MINUTE = timedelta(minutes=1)
LONG_AGO = date(2026, 8, 1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def at_closing(day: date) -> datetime:
    """Return the last moment at which what is fetched of a day may still move."""
    return datetime.combine(day + timedelta(days=5), datetime.min.time(), UTC)


def kept(*entries: Kept) -> dict[date, Kept]:
    return {entry.day: entry for entry in entries}


def closed(*days: date) -> dict[date, Kept]:
    return kept(*(Kept(day, "data", at_closing(day) + MINUTE) for day in days))


def ask(wanted: Collection[date], here: Mapping[date, Kept] | None = None, **options: Any) -> Coverage:
    settings: dict[str, Any] = {"now": NOW, "window": WINDOW, **options}
    return cover(settings.pop("report", "users"), settings.pop("scope", "enterprise"), wanted, here or {}, **settings)


def test_an_unknown_report_is_refused() -> None:
    with pytest.raises(ProgrammingError, match="no report 'seats'"):
        ask([ago(3)], report="seats")


@pytest.mark.parametrize(
    ("report", "scope", "day", "reason"),
    [
        ("users", "enterprise", date(2024, 1, 1), "before history starts on 2025-10-10"),
        ("users", "enterprise", date(2025, 11, 19), "older than a year"),
        ("entity", "org", date(2025, 12, 11), "before history starts on 2025-12-12"),
        ("user_teams", "org", date(2026, 5, 13), "before history starts on 2026-05-14"),
        ("repos", "org", date(2026, 7, 13), "before history starts on 2026-07-14"),
        ("users", "org", TODAY, "not processed yet"),
        ("users", "org", ago(-1), "in the future"),
    ],
)
def test_an_impossible_day_is_listed_and_never_called_for(report: str, scope: str, day: date, reason: str) -> None:
    for options in ({}, {"fresh": True}, {"refetch": True}):
        covered = ask([day], report=report, scope=scope, **options)
        assert covered == Coverage((), (), {day: reason})


def test_nothing_wanted_is_nothing_to_do() -> None:
    assert ask([]) == Coverage()


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        (Kept(ago(3), "no data", NOW - 59 * MINUTE), "not processed yet"),
        (Kept(LONG_AGO, "no data", NOW - 23 * 60 * MINUTE), "GitHub has no data for it"),
        (Kept(ago(3), "no data", NOW - 60 * MINUTE), "fetch"),
        (Kept(LONG_AGO, "no data", NOW - 24 * 60 * MINUTE), "fetch"),
    ],
    ids=["young and recent", "old and recent", "young, an hour ago", "old, a day ago"],
)
def test_no_data_is_remembered_for_a_while(entry: Kept, outcome: str) -> None:
    covered = ask([entry.day], kept(entry))
    assert covered.kept == ()
    assert covered == (
        Coverage(fetches=(Fetch((entry.day,)),)) if outcome == "fetch" else Coverage(unavailable={entry.day: outcome})
    )


@pytest.mark.parametrize("entry", [ago(3), LONG_AGO], ids=["young", "old"])
def test_no_data_is_asked_again_where_that_is_forced(entry: date) -> None:
    here = kept(Kept(entry, "no data", NOW - MINUTE))
    assert ask([entry], here, fresh=True).missing == (entry,)
    assert ask([entry], here, refetch=True).missing == (entry,)


@pytest.mark.parametrize(
    ("age", "options", "is_kept"),
    [
        (59 * MINUTE, {}, True),
        (60 * MINUTE, {}, False),
        (1 * MINUTE, {"fresh": True}, False),
        (1 * MINUTE, {"refetch": True}, False),
        (60 * MINUTE, {"offline": True}, True),
    ],
    ids=["recent", "an hour", "fresh", "refetch", "offline"],
)
def test_a_young_day_is_fetched_at_most_hourly_unless_forced(
    age: timedelta, options: dict[str, bool], is_kept: bool
) -> None:
    covered = ask([ago(2)], kept(Kept(ago(2), "data", NOW - age)), **options)
    assert covered == (Coverage((ago(2),)) if is_kept else Coverage(fetches=(Fetch((ago(2),)),)))


@pytest.mark.parametrize(
    ("after", "is_kept"), [(timedelta(0), False), (timedelta(microseconds=1), True)], ids=["midnight", "just after"]
)
def test_a_day_stays_once_fetched_after_it_closed_at_midnight(after: timedelta, is_kept: bool) -> None:
    entry = Kept(LONG_AGO, "data", at_closing(LONG_AGO) + after)
    assert ask([LONG_AGO], kept(entry)).kept == ((LONG_AGO,) if is_kept else ())


def test_a_closed_day_is_fetched_again_by_refetch_alone() -> None:
    here = closed(LONG_AGO)
    assert ask([LONG_AGO], here).kept == (LONG_AGO,)
    assert ask([LONG_AGO], here, fresh=True).kept == (LONG_AGO,)
    assert ask([LONG_AGO], here, refetch=True) == Coverage(fetches=(Fetch((LONG_AGO,)),))


@pytest.mark.parametrize("options", [{}, {"fresh": True}, {"refetch": True}], ids=str)
def test_what_github_has_no_more_is_read_from_the_archive(options: dict[str, bool]) -> None:
    old = ago(400)
    assert ask([old], closed(old), scope="enterprise", **options) == Coverage((old,))
    young_when_fetched = kept(Kept(old, "data", at_closing(old) - MINUTE))
    assert ask([old], young_when_fetched, **options) == Coverage((old,))


def test_offline_takes_what_is_kept_and_lists_the_rest() -> None:
    here = kept(
        Kept(ago(2), "data", NOW - 600 * MINUTE),
        Kept(ago(3), "no data", NOW - 600 * MINUTE),
        Kept(LONG_AGO, "data", at_closing(LONG_AGO)),
    )
    covered = ask([LONG_AGO, ago(4), ago(3), ago(2), TODAY], here, offline=True)
    assert covered.kept == (LONG_AGO, ago(2))
    assert covered.fetches == ()
    assert covered.unavailable == {ago(4): "not kept here", ago(3): "not processed yet", TODAY: "not processed yet"}


@pytest.mark.parametrize(("missing", "latest"), [(6, 0), (7, 7), (28, 28)], ids=str)
def test_the_28_day_report_is_used_from_7_missing_days_on(missing: int, latest: int) -> None:
    days = days_of(WINDOW)
    covered = ask(days, closed(*days[: 28 - missing]))
    assert len(covered.kept) == 28 - missing
    assert [len(fetch.days) for fetch in covered.fetches if fetch.is_latest] == ([latest] if latest else [])
    assert covered.missing == days[28 - missing :]


def test_days_outside_its_window_do_not_speak_for_the_28_day_report() -> None:
    first, last = WINDOW
    days = [first - timedelta(days=1), *days_of(WINDOW)[:6], last + timedelta(days=1)]
    assert [fetch.is_latest for fetch in ask(days).fetches] == [False] * 8


def test_the_28_day_report_comes_first_and_then_single_days_the_oldest_first() -> None:
    first, last = WINDOW
    days = [last + timedelta(days=1), first - timedelta(days=1), *reversed(days_of(WINDOW)), first - timedelta(days=3)]
    covered = ask(days)
    assert covered.fetches[0] == Fetch(days_of(WINDOW), is_latest=True)
    assert [fetch.days for fetch in covered.fetches[1:]] == [
        (first - timedelta(days=3),),
        (first - timedelta(days=1),),
        (last + timedelta(days=1),),
    ]


@pytest.mark.parametrize("report", ["user_teams", "repos"])
def test_a_report_without_a_28_day_form_comes_in_single_days(report: str) -> None:
    fetches = ask(days_of(WINDOW), report=report).fetches
    assert fetches == tuple(Fetch((day,)) for day in days_of(WINDOW))


def test_a_window_that_nobody_told_is_estimated() -> None:
    every = days_of((ago(40), ago(1)))
    assert ask(every, window=None) == ask(every, window=estimated_window(today=TODAY))


def test_a_window_other_than_estimated_settles_what_is_left() -> None:
    guessed = ask(days_of(WINDOW), window=None)
    assert [len(fetch.days) for fetch in guessed.fetches] == [28]
    told = (ago(29), ago(3))
    fetches = fetches_for("users", guessed.missing, window=told)
    assert fetches == (Fetch(days_of((WINDOW[0], ago(3))), is_latest=True), Fetch((ago(2),)))


def test_a_window_that_holds_too_little_leaves_single_days() -> None:
    fetches = fetches_for("users", days_of(WINDOW), window=(ago(60), ago(24)))
    assert fetches == tuple(Fetch((day,)) for day in days_of(WINDOW))


def test_the_day_of_now_is_githubs() -> None:
    elsewhere = datetime.fromisoformat("2026-11-21T08:00:00+14:00")
    assert ask([ago(1), TODAY], now=elsewhere).unavailable == {TODAY: "not processed yet"}


SEEDS = range(150)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_wanted_day_has_one_place_and_nothing_else_is_promised(seed: int, listing: Listing) -> None:
    random = Random(seed)
    report, scope = random.choice(list(REPORTS)), random.choice(SCOPES)
    here = listing(random, share=random.choice([0, 0.3, 0.9, 1]), now=NOW)
    wanted = [ago(back) for back in range(-5, 450) if random.random() < random.choice([0.1, 1])]
    window = random.choice([None, WINDOW, (ago(30), ago(3)), (ago(28), ago(1))])
    options = {"fresh": random.random() < 0.2, "refetch": random.random() < 0.2}
    random.shuffle(wanted)
    covered = cover(report, scope, wanted, here, now=NOW, window=window, **options)

    promised = [day for fetch in covered.fetches for day in fetch.days]
    assert sorted([*covered.kept, *promised, *covered.unavailable]) == sorted(wanted)

    first, last = possible_days(report, scope, today=TODAY)
    assert all(first <= day <= last for day in promised)
    for day in covered.unavailable:
        remembered = day in here and here[day].status == "no data"
        assert remembered or (day not in here and not first <= day <= last)
        assert covered.unavailable[day] == why_not(report, scope, day, today=TODAY) or remembered

    known = window or estimated_window(today=TODAY)
    inside = [day for day in promised if known[0] <= day <= known[1]]
    latest = [fetch for fetch in covered.fetches if fetch.is_latest]
    assert (len(latest) == 1) is (REPORTS[report].has_latest and len(inside) >= 7)
    assert [list(fetch.days) for fetch in latest] == ([sorted(inside)] if latest else [])
    assert all(len(fetch.days) == 1 for fetch in covered.fetches if not fetch.is_latest)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_kept_is_used_as_long_as_its_kind_allows(seed: int, listing: Listing) -> None:
    random = Random(seed)
    here = listing(random, share=0.8, now=NOW)
    wanted = days_of(possible_days("users", "enterprise", today=TODAY))
    options = {"fresh": random.random() < 0.3, "refetch": random.random() < 0.3}
    covered = cover("users", "enterprise", wanted, here, now=NOW, window=WINDOW, **options)
    for day in wanted:
        entry = here.get(day)
        if entry is None:
            assert day in covered.missing
        elif entry.status == "no data":
            remembered = is_remembered(day, entry.fetched_at, now=NOW)
            assert (day in covered.unavailable) is (remembered and not any(options.values()))
        elif is_closed(day, entry.fetched_at):
            assert (day in covered.kept) is not options["refetch"]
        else:
            is_young_and_fresh = is_fresh(day, entry.fetched_at, now=NOW)
            assert (day in covered.kept) is (is_young_and_fresh and not any(options.values()))


@pytest.mark.parametrize("seed", SEEDS)
def test_once_all_is_fetched_there_is_nothing_more_to_fetch(seed: int, listing: Listing) -> None:
    random = Random(seed)
    here = dict(listing(random, share=0.5, now=NOW))
    wanted = days_of((ago(300), ago(0)))
    before = cover("users", "org", wanted, here, now=NOW, window=None)
    here |= {day: Kept(day, random.choice(["data", "no data"]), NOW) for day in before.missing}
    after = cover("users", "org", wanted, here, now=NOW + 59 * MINUTE, window=None)
    assert all(not is_closed(day, here[day].fetched_at) for day in after.missing if here[day].status == "data")
    assert not set(after.missing) & set(before.missing)


def test_the_bytes_of_a_fetch_are_told_by_the_nearest_day_of_its_kind() -> None:
    friday, saturday, monday = date(2026, 8, 7), date(2026, 8, 8), date(2026, 8, 10)
    here = {
        friday: Kept(friday, "data", NOW, bytes=1000),
        saturday: Kept(saturday, "data", NOW, bytes=10),
        date(2026, 8, 12): Kept(date(2026, 8, 12), "no data", NOW, bytes=0),
    }
    sunday = date(2026, 8, 9)
    assert estimated_bytes([Fetch((monday,))], here, window=WINDOW) == 1000
    assert estimated_bytes([Fetch((sunday,))], here, window=WINDOW) == 10
    assert estimated_bytes([Fetch((sunday,)), Fetch((monday,))], here, window=WINDOW) == 1010


def test_the_28_day_report_is_estimated_whole() -> None:
    here = {day: Kept(day, "data", NOW, bytes=100) for day in days_of(WINDOW)[:20]}
    assert estimated_bytes([Fetch(days_of(WINDOW)[20:], is_latest=True)], here, window=WINDOW) == 2800


@pytest.mark.parametrize(
    "here", [{}, kept(Kept(ago(200), "data", NOW, bytes=9)), kept(Kept(ago(3), "no data", NOW))], ids=len
)
def test_bytes_are_unknown_where_no_day_near_by_tells(here: Mapping[date, Kept]) -> None:
    assert estimated_bytes([Fetch((ago(2),))], here, window=WINDOW) is None


def test_days_without_a_neighbour_count_as_the_others() -> None:
    here = kept(Kept(ago(3), "data", NOW, bytes=50))
    assert estimated_bytes([Fetch((ago(2),)), Fetch((ago(300),))], here, window=WINDOW) == 100


def test_reasons_name_the_runs_of_their_days() -> None:
    covered = ask([date(2025, 10, 8), date(2025, 10, 9), TODAY, ago(-1)])
    assert reasons(covered.unavailable) == (
        "2025-10-08 to 2025-10-09: before history starts on 2025-10-10",
        "2026-11-20: not processed yet",
        "2026-11-21: in the future",
    )
