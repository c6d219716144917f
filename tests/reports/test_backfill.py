"""What fills an archive, in which order, how fast, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from stackduck.errors import ProgrammingError
from stackduck.reports.backfill import Progress, pace, plan_backfill, seconds_left
from stackduck.reports.calendar import days_of, possible_days
from stackduck.reports.coverage import Kept
from stackduck.reports.kinds import REPORTS, SCOPES

Listing = Callable[..., Mapping[date, Kept]]

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TODAY = NOW.date()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ProgrammingError, match=r"^--since 2026-11-10 is later than --until 2026-11-09; swap them$"):
        plan_backfill("org", {}, now=NOW, windows={}, since=ago(10), until=ago(11))


def test_an_unknown_report_is_refused() -> None:
    with pytest.raises(ProgrammingError, match="did you mean 'repos'"):
        plan_backfill("org", {}, now=NOW, windows={}, reports=["repo"])


def test_an_empty_archive_wants_every_report_of_a_year() -> None:
    plan = plan_backfill("enterprise", {}, now=NOW, windows={})
    assert list(plan.coverages) == list(REPORTS)
    for name, coverage in plan.coverages.items():
        assert coverage.missing == days_of(possible_days(name, "enterprise", today=TODAY))
        assert coverage.unavailable == {}
    assert plan.days == sum(len(coverage.missing) for coverage in plan.coverages.values())
    assert len(plan.steps) == plan.days - 2 * 27


def test_the_newest_come_first_and_all_reports_of_a_day_together() -> None:
    steps = plan_backfill("org", {}, now=NOW, windows={}, since=ago(31)).steps
    assert [(step.report, step.fetch.is_latest) for step in steps[:2]] == [("users", True), ("entity", True)]
    rest = [(step.fetch.days[0], step.report) for step in steps[2:]]
    days = [day for day, _ in rest]
    assert days == sorted(days, reverse=True)
    assert rest[:4] == [(ago(1), name) for name in REPORTS]
    assert rest[4:6] == [(ago(2), "user_teams"), (ago(2), "repos")]
    assert rest[-4:] == [(ago(31), name) for name in REPORTS]


def test_a_window_that_github_told_is_used_for_its_report_alone() -> None:
    told = (ago(30), ago(3))
    plan = plan_backfill("org", {}, now=NOW, windows={"users": told})
    latest = {step.report: step.fetch.days for step in plan.steps if step.fetch.is_latest}
    assert latest == {"users": days_of(told), "entity": days_of((ago(29), ago(2)))}


def test_a_chosen_report_is_named_as_it_or_its_resource_and_taken_once() -> None:
    plan = plan_backfill("org", {}, now=NOW, windows={}, reports=["REPO_DAYS", "repos", "users"], since=ago(3))
    assert list(plan.coverages) == ["repos", "users"]
    assert plan.days == 6


def test_days_that_github_never_had_are_listed_where_they_are_asked_for() -> None:
    plan = plan_backfill("org", {}, now=NOW, windows={}, since=date(2026, 7, 10), until=date(2026, 7, 15))
    assert plan.coverages["users"].unavailable == {}
    assert sorted(plan.coverages["repos"].unavailable) == list(days_of((date(2026, 7, 10), date(2026, 7, 13))))
    assert plan.coverages["repos"].missing == (date(2026, 7, 14), date(2026, 7, 15))


def test_until_may_be_today_which_is_then_listed() -> None:
    plan = plan_backfill("org", {}, now=NOW, windows={}, reports=["users"], since=ago(1), until=TODAY)
    assert plan.coverages["users"].unavailable == {TODAY: "not processed yet"}
    assert plan.days == 1


@pytest.mark.parametrize("seed", range(40))
def test_a_backfill_fetches_what_the_archive_lacks_and_each_day_once(seed: int, listing: Listing) -> None:
    random = Random(seed)
    scope = random.choice(SCOPES)
    kept = {name: listing(random, share=random.random(), now=NOW) for name in REPORTS}
    plan = plan_backfill(scope, kept, now=NOW, windows={"users": (ago(29), ago(2))})
    steps = [(step.report, day) for step in plan.steps for day in step.fetch.days]
    assert len(steps) == len(set(steps)) == plan.days
    for name, coverage in plan.coverages.items():
        assert {day for report, day in steps if report == name} == set(coverage.missing)
        possible = days_of(possible_days(name, scope, today=TODAY))
        assert sorted([*coverage.kept, *coverage.missing, *coverage.unavailable]) == list(possible)


@pytest.mark.parametrize("seed", range(10))
def test_a_backfill_that_stopped_goes_on_where_it_was(seed: int) -> None:
    random = Random(seed)
    whole = plan_backfill("org", {}, now=NOW, windows={})
    done = whole.steps[: random.randrange(len(whole.steps))]
    kept: dict[str, dict[date, Kept]] = {}
    for step in done:
        kept.setdefault(step.report, {}).update({day: Kept(day, "data", NOW) for day in step.fetch.days})
    rest = plan_backfill("org", kept, now=NOW + timedelta(minutes=5), windows={})
    left = [(step.report, day) for step in whole.steps[len(done) :] for day in step.fetch.days]
    assert sorted((step.report, day) for step in rest.steps for day in step.fetch.days) == sorted(left)


def test_refetch_takes_closed_days_again_and_fresh_young_ones_alone() -> None:
    closed, young = Kept(ago(30), "data", NOW), Kept(ago(1), "data", NOW)
    kept = {"users": {closed.day: closed, young.day: young}}
    for options, days in (({}, []), ({"fresh": True}, [young.day]), ({"refetch": True}, [young.day, closed.day])):
        plan = plan_backfill("org", kept, now=NOW, windows={}, reports=["users"], since=ago(30), **options)
        again = [step.fetch.days[0] for step in plan.steps if step.fetch.days[0] in kept["users"]]
        assert again == days


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ([], 0.0),
        ([99.0, 99.0], 0.0),
        ([40.0, 99.0, 99.5], 1.0),
        ([39.0, 99.0, 99.5], 0.0),
        ([98.0, 40.0, 99.0], 1.0),
        ([40.0, 50.0, 60.0, 99.0], 11.0),
    ],
    ids=["none", "room", "full", "one is a minute old", "in any order", "more than full"],
)
def test_a_call_waits_until_a_minute_has_room(sent: list[float], seconds: float) -> None:
    assert pace(sent, now=100.0, most=3) == pytest.approx(seconds)


def test_no_minute_sees_more_calls_than_github_allows() -> None:
    random, now = Random(1), 0.0
    sent: list[float] = []
    for _ in range(4000):
        now += random.choice([0.0, 0.001, 0.02])
        now += pace(sent, now=now)
        sent.append(now)
    busiest = max(sum(start <= moment < start + 60.0 for moment in sent) for start in sent[::50])
    assert busiest == 900
    assert sent[-1] < 5 * 61.0, "paced no slower than it must"


def left(days: int = 100, calls: int = 100, *, done: int = 50, seconds: float = 10.0) -> Progress:
    return Progress(days_done=done, days_left=days, calls_left=calls, seconds=seconds)


def test_nothing_left_takes_no_time_and_nothing_done_tells_none() -> None:
    assert seconds_left(left(0, 0, done=0)) == 0.0
    assert seconds_left(left(done=0)) is None


@pytest.mark.parametrize(
    ("progress", "remaining", "seconds"),
    [
        (left(), None, 20.0),
        (left(), 100, 20.0),
        (left(), 99, 600.0 + 0.2),
        (left(), 0, 600.0 + 20.0),
        (left(seconds=10_000.0), 50, 20_000.0),
        (left(calls=5000), 0, 600.0 + 20.0),
        (left(calls=12_000), 1000, 600.0 + 7200.0 + 20.0 / 12),
    ],
    ids=["no limit known", "enough", "one short", "used up", "reset on the way", "an hour's calls", "three resets"],
)
def test_the_time_left_counts_the_waits_for_the_hourly_limit(
    progress: Progress, remaining: int | None, seconds: float
) -> None:
    told = seconds_left(progress, remaining=remaining, resets_in=600.0, limit=5000)
    assert told == pytest.approx(seconds)
