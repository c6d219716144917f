"""Copilot seat grants become persons: the SQL that merges what GitHub lists once for every grant."""

from __future__ import annotations

PLANS = ("enterprise", "business", "unknown")
"""Of several grants the first of these counts, as it does for the bill."""


def merged(grants: str) -> str:
    """Return the query of one row a person over a relation of grants, with the columns of github.copilot.org_seats.

    A person is known by id, or by login where GitHub gives no id. A grant without a person is a row of its own.
    """
    first = " ".join(f"WHEN bool_or(plan_type = '{plan}') THEN '{plan}'" for plan in PLANS)
    person = "assignee.id, CASE WHEN assignee.id IS NULL THEN assignee.login END"
    return f"""
        SELECT any_value(assignee.login) AS login,
               assignee.id AS user_id,
               {_names("organization.login")} AS organizations,
               {_names("assigning_team.slug")} AS teams,
               count(*) AS seats,
               CASE {first} ELSE min(plan_type) END AS plan_type,
               max(last_activity_at) AS last_activity_at,
               arg_max(last_activity_editor, last_activity_at) AS last_activity_editor,
               max(last_authenticated_at) AS last_authenticated_at,
               min(created_at) AS created_at,
               CASE WHEN count(*) = count(pending_cancellation_date) THEN max(pending_cancellation_date) END
                   AS pending_cancellation_date
        FROM (SELECT *, row_number() OVER () AS nth FROM {grants})
        GROUP BY {person}, CASE WHEN assignee.id IS NULL AND assignee.login IS NULL THEN nth END"""


def _names(value: str) -> str:
    """Return the aggregate that lists the different names in order; an empty list where there is none."""
    return f"coalesce(list_sort(list_distinct(list({value}) FILTER ({value} IS NOT NULL))), [])"
