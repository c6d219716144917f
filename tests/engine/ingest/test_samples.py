"""Published files of GitHub's, ingested as documented, give the figures that are known of them, to the last digit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from stackduck.catalog.model import Resource, Service
from stackduck.catalog.names import Catalog
from stackduck.engine.archive.days import Archive, Holding
from stackduck.engine.ingest.ingest import Ingest, Ingested
from stackduck.engine.ingest.trees import ReportShape, text_of
from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.report_sql import Kept, Reports
from stackduck.engine.session import Session

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")

FETCHED = datetime(2026, 9, 30, tzinfo=UTC)
KEYS = {
    "users": ("day", "user_id"),
    "entity": ("day",),
    "user_teams": ("day", "user_id", "team_id"),
    "repos": ("day", "repo_id"),
}
M6 = (
    *("code_generation_activity_count", "code_acceptance_activity_count", "loc_suggested_to_add_sum"),
    *("loc_suggested_to_delete_sum", "loc_added_sum", "loc_deleted_sum"),
)
M7 = ("user_initiated_interaction_count", *M6)
MONTH = tuple(date(2026, 3, 29) + timedelta(days=n) for n in range(28))

Ask = Callable[[str, str], list[tuple[Any, ...]]]
"""Answers a query over {} for a resource."""


@cache
def service() -> Service:
    return Catalog.default().service("github", "copilot_usage")


def resource(name: str) -> Resource:
    return service().resources[name]


def about(name: str) -> dict[str, Any]:
    """Return what the document says of a resource's report."""
    method = next(iter(resource(name).methods.values()))
    said = method.extras["report"]
    assert isinstance(said, dict)
    return said


def shape(name: str) -> ReportShape:
    """Return the shape of a report by its parent resource."""
    method = next(iter(resource(name).methods.values()))
    columns = tuple((column.name, column.type) for column in method.columns if column.name != "extra")
    return ReportShape(about(name)["report"], columns, KEYS[about(name)["report"]])


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


def ingested(
    folder: Path, session: Session, parent: str, *files: str, days: Sequence[date] = ()
) -> tuple[Ingested, Ask]:
    """Ingest sample files into an archive, and return what then answers queries of it."""
    bench, archive, declared = Workbench(folder / "spill"), Archive(folder / "archive", host="h"), shape(parent)
    options: dict[str, Any] = {"label": parent, "fetched_at": FETCHED, "expected_days": tuple(days)}
    with archive.incoming() as incoming, Ingest(bench, declared, folder=incoming, **options) as ingest:
        for file in files:
            ingest.add(SAMPLES / file)
        found = ingest.finish()
        archive.store(declared.report, "org", "octo", {day: each.path for day, each in found.days.items()})
    bench.close()
    assert list(archive.verify(Holding(declared.report, "org", "octo"))) == []
    entries = archive.listing(declared.report, "org", "octo").entries.values()
    reports = Reports(declared, [Kept(e.path, e.columns) for e in entries], lambda sql: session.describe(sql, {}))
    return found, lambda name, query: session.rows(query.format(f"({relation(reports, name)})"))


@pytest.fixture
def ingest(tmp_path: Path, session: Session) -> Callable[..., tuple[Ingested, Ask]]:
    return partial(ingested, tmp_path, session)


def relation(reports: Reports, name: str) -> str:
    """Return the SQL of a resource's documented columns over the files of its report."""
    columns = next(iter(resource(name).methods.values())).columns
    array = about(name).get("array")
    if not array:
        return reports.rows([column.name for column in columns])
    node: Any = reports.shape.row
    for step in array.split("."):
        node = node.fields[step]
    fields = tuple((name, text_of(child)) for name, child in node.element.fields.items())
    names = {name for name, _ in fields}
    return reports.elements(array, [column.name for column in columns if column.name not in names], fields)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory, session: Session) -> tuple[Ingested, Ask]:
    """Ingest the file of which the figures are known."""
    return ingested(
        tmp_path_factory.mktemp("month"), session, "user_days", "org-users-28-day.viewer.ndjson", days=MONTH
    )


@pytest.fixture
def users(month: tuple[Ingested, Ask]) -> Ask:
    found, ask = month
    assert (found.rows, found.unknown_fields, found.parts) == (107, (), 1)
    assert sum(file.doubles for file in found.days.values()) == 0
    assert found.window == {"report_start_day": "2026-03-29", "report_end_day": "2026-04-25"}
    return ask


def sums(names: Sequence[str]) -> str:
    return ", ".join(f"sum({name})::BIGINT" for name in names)


def test_users_are_as_many_as_are_known(users: Ask) -> None:
    asked = "SELECT count(*), count(DISTINCT user_id), count(DISTINCT (user_id, day)), round(sum(ai_credits_used), 6)"
    assert users("user_days", f"{asked} FROM {{}}") == [(107, 8, 107, 4014.09)]


CUTS = {
    "user_days": (M7, (2987, 4987, 3630, 59135, 2868, 100878, 17311), 107),
    "user_day_features": (M7, (2987, 4987, 3630, 59135, 2868, 100878, 17311), 195),
    "user_day_language_features": (M6, (4987, 3630, 59135, 2868, 100878, 17311), 361),
    "user_day_ides": (M7, (1347, 2444, 1140, 59135, 2868, 49293, 5653), 75),
    "user_day_language_models": (M6, (3221, 2494, 1167, 0, 62858, 16187), 307),
    "user_day_model_features": (M7, (2489, 4768, 3576, 58738, 2868, 100738, 17311), 263),
}


@pytest.mark.parametrize("name", CUTS)
def test_every_cut_adds_up_to_what_is_known(users: Ask, name: str) -> None:
    metrics, expected, rows = CUTS[name]
    assert users(name, f"SELECT {sums(metrics)}, count(*) FROM {{}}") == [(*expected, rows)]


def test_the_acceptance_of_completions_is_what_is_known(users: Ask) -> None:
    asked = "SELECT sum(code_generation_activity_count), sum(code_acceptance_activity_count)"
    assert users("user_day_features", f"{asked} FROM {{}} WHERE feature = 'code_completion'") == [(1766, 1136)]
    rate = "round(100 * sum(code_acceptance_activity_count) / sum(code_generation_activity_count), 1)"
    assert users("user_day_features", f"SELECT {rate} FROM {{}} WHERE feature = 'code_completion'") == [(64.3,)]
    assert users("user_day_features", f"SELECT {rate} FROM {{}}") == [(72.8,)]


def test_command_line_sessions_and_tokens_are_what_is_known(users: Ask) -> None:
    tokens = "sum(totals_by_cli.token_usage.prompt_tokens_sum), sum(totals_by_cli.token_usage.output_tokens_sum)"
    asked = f"SELECT count(totals_by_cli), sum(totals_by_cli.session_count), {tokens} FROM {{}}"
    assert users("user_days", asked) == [(51, 274, 1327259411, 6594915)]


def test_absent_false_and_zero_stay_apart(users: Ask) -> None:
    asked = "SELECT used_cli, count(*) FROM {} GROUP BY ALL ORDER BY ALL NULLS LAST"
    assert users("user_days", asked) == [(False, 22), (True, 51), (None, 34)]
    assert users("user_days", "SELECT count(totals_by_language_model) FROM {}") == [(78,)]
    idle = "count(*) FILTER (user_initiated_interaction_count = 0)"
    idler = "count(*) FILTER (user_initiated_interaction_count = 0 AND code_generation_activity_count = 0)"
    more = "count(*) FILTER (loc_added_sum > loc_suggested_to_add_sum)"
    assert users("user_days", f"SELECT {idle}, {idler}, {more} FROM {{}}") == [(18, 17, 44)]


def test_each_day_is_a_file_of_its_own(month: tuple[Ingested, Ask]) -> None:
    found, ask = month
    assert {*found.days, *found.empty_days} == set(MONTH)
    assert ask("user_days", "SELECT day, count(*) FROM {} GROUP BY ALL ORDER BY ALL") == [
        (day, file.rows) for day, file in found.days.items()
    ]
    assert found.bytes == (SAMPLES / "org-users-28-day.viewer.ndjson").stat().st_size
    assert found.bytes - 28 <= sum(file.bytes for file in found.days.values()) <= found.bytes


def test_teams_are_joined_to_users_by_day_and_number(
    ingest: Callable[..., tuple[Ingested, Ask]], session: Session
) -> None:
    day = (date(2026, 5, 7),)
    _, users = ingest("user_days", "org-users-1-day.for-user-teams.docs.ndjson", days=day)
    rows = users("user_days", "SELECT user_id, code_acceptance_activity_count, loc_added_sum FROM {} ORDER BY ALL")
    _, teams = ingest("user_team_days", "org-user-teams-1-day.docs.ndjson", days=day)
    values = ", ".join(map(str, rows))
    joined = f"SELECT slug, count(*), sum(a), sum(l) FROM {{}} JOIN (VALUES {values}) u(user_id, a, l) USING (user_id)"
    found = teams("user_team_days", f"{joined} GROUP BY slug ORDER BY slug")
    assert found == [("backend", 1, 12, 88), ("frontend", 2, 19, 112)]


def test_a_wrapper_of_28_days_becomes_its_days(ingest: Callable[..., tuple[Ingested, Ask]]) -> None:
    found, ask = ingest("entity_days", "org-28-day.viewer.json")
    assert (found.rows, len(found.days), found.unknown_fields) == (28, 28, ())
    assert ask("entity_days", "SELECT count(*), count(DISTINCT day), min(day), max(day) FROM {}") == [
        (28, 28, min(found.days), max(found.days))
    ]


WHOLE = {
    "entity_days": ("enterprise-1-day.docs.json", 1),
    "repo_days": ("enterprise-repos-1-day.docs.ndjson", 1),
    "user_team_days": ("org-user-teams-1-day.docs.ndjson", 3),
    "user_days": ("enterprise-users-1-day.docs.ndjson", 1),
}


@pytest.mark.parametrize("parent", WHOLE)
def test_nothing_in_the_documented_examples_is_unknown(
    ingest: Callable[..., tuple[Ingested, Ask]], parent: str
) -> None:
    file, rows = WHOLE[parent]
    found, ask = ingest(parent, file)
    assert (found.rows, found.unknown_fields) == (rows, ())
    assert ask(parent, "SELECT count(*), count(extra) FROM {}") == [(rows, 0)]


def test_every_array_of_the_documented_example_has_its_elements(ingest: Callable[..., tuple[Ingested, Ask]]) -> None:

    row = json.loads((SAMPLES / "enterprise-users-1-day.docs.ndjson").read_text())
    _, ask = ingest("user_days", "enterprise-users-1-day.docs.ndjson")
    arrays = {name: about(name)["array"] for name in service().resources if name.startswith("user_day_")}
    assert len(arrays) > 9
    for name, array in arrays.items():
        assert ask(name, "SELECT count(*) FROM {}") == [(len(row.get(array, ())),)], name


def test_a_day_on_which_nothing_happened_is_a_row(ingest: Callable[..., tuple[Ingested, Ask]]) -> None:
    found, ask = ingest("entity_days", "org-1-day.inactive-day.anonymised.json")
    assert (found.rows, len(found.days)) == (1, 1)
    assert ask("entity_days", "SELECT count(*) FROM {} WHERE daily_active_users = 0") == [(1,)]


def test_both_reports_of_one_day_replace_each_other(ingest: Callable[..., tuple[Ingested, Ask]]) -> None:
    _, ask = ingest("user_days", "org-users-1-day.viewer.ndjson", "org-users-1-day.viewer.ndjson")
    assert ask("user_days", "SELECT count(*) FROM {}") == [(2,)]
