"""When it makes no difference which of several parameters is given."""

from __future__ import annotations

import pytest

from stackduck.catalog.names import Catalog
from stackduck.files.checking.symmetry import is_symmetric
from stackduck.sql.statements import of_text

CATALOG = Catalog.default()
NAMES = ("enterprise", "org")
DAYS = "FROM github.copilot_usage.user_days"


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT user_id {DAYS} WHERE org = $org OR (enterprise = $enterprise)",
        f"SELECT user_id {DAYS} WHERE (enterprise = $enterprise OR org = $enterprise)",
        f"SELECT user_id {DAYS} WHERE (enterprise = $enterprise OR org != $org)",
        f"SELECT user_id {DAYS} WHERE (enterprise = $enterprise OR org = $org OR day = $day)",
        f"SELECT user_id, org {DAYS} WHERE (enterprise = $enterprise OR org = $org)",
        f"SELECT user_id {DAYS} WHERE (enterprise = $enterprise OR org = $org) AND $org IS NULL",
        f"SELECT user_id {DAYS} WHERE (enterprise = $enterprise)",
        "SELECT login FROM github.copilot.org_seats WHERE (enterprise = $enterprise OR org = $org)",
        "SELECT login FROM github.copilot.nothing WHERE (enterprise = $enterprise OR org = $org)",
    ],
)
def test_what_may_make_a_difference_is_not_symmetric(text: str) -> None:
    assert not is_symmetric(of_text(text), NAMES, CATALOG)


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT user_id {DAYS} WHERE (enterprise = $enterprise OR org = $org)",
        f"SELECT user_id {DAYS} AS u WHERE (u.org = $org or u.enterprise = $enterprise) AND day > $day",
        f"""WITH a AS (SELECT * {DAYS} WHERE (enterprise = $enterprise OR org = $org))
            SELECT * FROM a WHERE user_id IN (SELECT user_id FROM github.copilot_usage.seats
            WHERE (enterprise = $enterprise OR org = $org) AND (plan_type = 'business' OR seats > 1))""",
    ],
)
def test_groups_of_all_the_parameters_are_symmetric(text: str) -> None:
    assert is_symmetric(of_text(text), NAMES, CATALOG)
