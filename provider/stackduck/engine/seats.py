"""The SQL that makes people of seat grants: GitHub lists a person once for every organization and team that grants.

Only text is made here.
"""

from __future__ import annotations

# Of two plans the better one counts; one that GitHub adds some day is more than none known.
_PLAN_RANK = "CASE plan_type WHEN 'enterprise' THEN 3 WHEN 'business' THEN 2 WHEN 'unknown' THEN 0 ELSE 1 END"
# The editor of the latest activity; of two at the same instant one that is named.
_ACTIVITY = "{'at': last_activity_at, 'named': last_activity_editor IS NOT NULL, 'editor': last_activity_editor}"


def merged(grants: str) -> str:
    """Return the query of the people in a relation of grants, with the documented columns of `seats` in their order.

    The relation has the columns of GitHub's seats. A person is known by number, or by login where GitHub gives none;
    a grant without a person is a row of its own.
    """
    return (
        "SELECT max(assignee.login) AS login, "
        "assignee.id AS user_id, "
        f"{_names('organization.login')} AS organizations, "
        f"{_names('assigning_team.slug')} AS teams, "
        "count(*) AS seats, "
        f"arg_max(plan_type, {{'rank': {_PLAN_RANK}, 'name': plan_type}}) AS plan_type, "
        "max(last_activity_at) AS last_activity_at, "
        f"arg_max_null(last_activity_editor, {_ACTIVITY}) FILTER (last_activity_at IS NOT NULL) "
        "AS last_activity_editor, "
        "max(last_authenticated_at) AS last_authenticated_at, "
        "min(created_at) AS created_at, "
        "CASE WHEN bool_and(pending_cancellation_date IS NOT NULL) THEN max(pending_cancellation_date) END "
        "AS pending_cancellation_date "
        f"FROM (SELECT *, row_number() OVER () AS number FROM {grants}) "
        "GROUP BY assignee.id, CASE WHEN assignee.id IS NULL THEN assignee.login END, "
        "CASE WHEN coalesce(assignee.id::VARCHAR, assignee.login) IS NULL THEN number END"
    )


def _names(name: str) -> str:
    """Return the aggregate that lists names once each, in order; an empty list where there are none."""
    return f"coalesce(list(DISTINCT {name} ORDER BY {name}) FILTER ({name} IS NOT NULL), [])"
