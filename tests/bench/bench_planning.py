"""What planning costs: from the text of a statement not seen before to its plan, against sqlglot's parse and
qualify of the same text; medians of runs in turn."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from time import perf_counter

import sqlglot
from sqlglot.optimizer.qualify import qualify

from stackduck.catalog.names import Catalog
from stackduck.engine.session import Session
from stackduck.execute.planning import PlanningDatabase
from stackduck.sql.plan import make_plan
from stackduck.sql.statements import of_text

RUNS = 61
LIMIT = 5.0
STATEMENT = """
WITH active AS (
    SELECT s.org, s.assignee.login AS login, s.last_activity_at, s.plan_type FROM github.copilot.org_seats s
    WHERE s.org IN ('octo-eng', 'octo-data') AND s.last_activity_at >= current_date - 30
)
SELECT a.org, a.login, d.plan_type, count(*) AS seats, max(a.last_activity_at) AS latest, m.report_end_day
FROM active a
JOIN github.copilot.org_details d ON d.org = a.org
LEFT JOIN github.copilot.copilot_user_usage_metrics m ON m.enterprise = 'octo-{number}'
JOIN people p ON lower(p.login) = lower(a.login)
WHERE d.org IN ('octo-eng', 'octo-data') AND p.team = 'platform' AND a.plan_type IS NOT NULL
GROUP BY ALL HAVING count(*) > 1 ORDER BY a.org, seats DESC LIMIT 50
"""
COLUMNS = {
    "org_seats": ("org", "assignee", "last_activity_at", "plan_type"),
    "org_details": ("org", "plan_type"),
    "copilot_user_usage_metrics": ("enterprise", "report_end_day"),
}
SCHEMA = {"github": {"copilot": {table: dict.fromkeys(names, "VARCHAR") for table, names in COLUMNS.items()}}}


def seconds(work: Callable[[str], object], number: int) -> float:
    """Time the work on a statement that nothing has seen."""
    text = STATEMENT.format(number=number)
    started = perf_counter()
    work(text)
    return perf_counter() - started


def main() -> int:
    """Print the ratio beside its limit; 1 when it is over it."""
    catalog, session = Catalog.default(), Session()
    session.rows("CREATE TABLE people (login VARCHAR, team VARCHAR)")
    database = PlanningDatabase(session)

    def planned(text: str) -> object:
        return make_plan(of_text(text), {}, catalog, database=database)

    def qualified(text: str) -> object:
        tree = sqlglot.parse_one(text, read="duckdb")
        return qualify(tree, schema=SCHEMA, dialect="duckdb", validate_qualify_columns=False)

    for number in range(3):
        seconds(planned, number), seconds(qualified, number)
    pairs = [(seconds(planned, n), seconds(qualified, n)) for n in range(10, 10 + RUNS)]
    ratio = statistics.median(plan / base for plan, base in pairs)
    plan, base = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    print(
        f"planning {len(STATEMENT)} characters, 3 provider tables: {plan:.1f} ms, {ratio:.2f} x "
        f"sqlglot's parse and qualify ({base:.1f} ms; limit {LIMIT})"
    )
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
