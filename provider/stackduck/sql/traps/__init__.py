"""The traps of Copilot's metrics that a statement shows: right SQL whose numbers do not mean what they seem to.

One trap, one function: each yields the nodes at which it is seen. Nothing is run, and nothing is refused: it is for
those who check a statement before they believe it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from stackduck.frozen import frozen
from stackduck.sql.asked import Names
from stackduck.sql.spans import Span, value_span
from stackduck.sql.statements import Statement
from stackduck.sql.traps import cuts, days, joins, money, ratios, users
from stackduck.sql.traps.asked import Find
from stackduck.sql.traps.reading import read

__all__ = ["TRAPS", "Seen", "Trap", "find"]

_NAMES = (exp.Table, exp.Identifier, exp.Column, exp.Literal, exp.Cast, exp.Alias)
"""Nodes whose first and last names are their first and last words."""


@frozen
class Trap:
    """A way in which a statement about the reports goes wrong without an error."""

    name: str
    message: str
    """What is wrong with the numbers, and why."""
    instead: str
    """What to write instead."""
    find: Find


@frozen
class Seen:
    """A trap in a statement, and where: from its first character to the one after its last."""

    trap: Trap
    start: int
    end: int


TRAPS = (
    Trap(
        "acceptance-of-all-features",
        "an acceptance rate over all features means nothing: edits of agents are generated and never accepted, "
        "and the CLI accepts nearly all",
        "read a table that has the feature, and add feature = 'code_completion'",
        ratios.acceptance_of_all_features,
    ),
    Trap(
        "accepted-lines",
        "lines added are no part of the lines suggested: agents add lines that nobody suggested, so the quotient "
        "passes 1",
        "divide code_acceptance_activity_count by code_generation_activity_count for feature = 'code_completion', "
        "or show both sums side by side",
        ratios.accepted_lines,
    ),
    Trap(
        "averaged-ratio",
        "an average of quotients gives a day of one event the weight of one of a thousand",
        "divide the sums: sum(a) / nullif(sum(b), 0)",
        ratios.averaged_ratio,
    ),
    Trap(
        "averaged-summary",
        "averages and medians of groups do not average, or add up, to that of all",
        "weigh an average by its number, sum(avg * n) / sum(n), or show the median of each group by itself",
        ratios.averaged_summary,
    ),
    Trap(
        "averaged-absence",
        "NULL says that nothing is known, and counts as 0 in this average",
        "leave coalesce out: avg passes over NULL; or count the rows with count(*) FILTER (WHERE …)",
        ratios.averaged_absence,
    ),
    Trap(
        "always-zero",
        "this is 0 by definition: completions have no prompts, and edits of agents have no acceptances or suggestions",
        "take code_generation_activity_count and the lines that were added, or another feature",
        ratios.always_zero,
    ),
    Trap(
        "summed-users",
        "different users, and different skills or plugins, do not add up: who or what comes on two days, in two "
        "features or in two teams counts twice",
        "count them where they are one row each: count(DISTINCT user_id) over user_days, or show avg or max",
        users.summed_users,
    ),
    Trap(
        "active-by-presence",
        "a row in the report is no activity: many rows have neither prompts nor generated code",
        "say what active means, such as user_initiated_interaction_count > 0 OR code_generation_activity_count > 0",
        users.active_by_presence,
    ),
    Trap(
        "user-days-as-users",
        "user_days has a row for each user and day, so this counts everyone once a day",
        "write count(DISTINCT user_id)",
        users.user_days_as_users,
    ),
    Trap(
        "summed-organizations",
        "who is a member of two organizations is in the reports of both, with all of the activity",
        "group by org, or read the report of the enterprise",
        users.summed_organizations,
    ),
    Trap(
        "teams-without-day",
        "teams are joined by the user alone, so that the members of one day get the usage of another, once for each "
        "day of membership",
        "join on both: USING (user_id, day)",
        joins.teams_without_day,
    ),
    Trap(
        "teams-without-user",
        "teams are joined by the day alone, so that each member gets the usage of everyone on that day",
        "join on both: USING (user_id, day)",
        joins.teams_without_user,
    ),
    Trap(
        "teams-counted-twice",
        "a member of two teams comes twice in this total, which is no total of the organization",
        "group by team_id, or read user_days without the teams; team_id = … asks for one of them",
        joins.teams_counted_twice,
    ),
    Trap(
        "joined-cuts",
        "two cuts of the same days stand side by side: each row of one comes with every row of the other",
        "aggregate each in a query of its own, grouped by the day (and the user), and join these",
        joins.joined_cuts,
    ),
    Trap(
        "multiplied-days",
        "beside a cut, the day's own number comes once for each row of the cut, and this adds all of them",
        "sum the column of the cut, or aggregate the cut in a query of its own before it is joined",
        joins.multiplied_days,
    ),
    Trap(
        "added-cuts",
        "these tables cut the same activity in different ways; added up, it counts more than once",
        "take one of them, or user_days or entity_days for the whole",
        cuts.added_cuts,
    ),
    Trap(
        "not-there-yet",
        "there is no report of today: GitHub has a day, counted in UTC, on the next one at the earliest",
        "end with current_date - 1, and take its last three days as preliminary",
        days.not_there_yet,
    ),
    Trap(
        "across-a-break",
        "the series goes across a day from which GitHub counts otherwise (2026-04-10, 06-15, 07-02 or 07-28)",
        "compare days on one side of it, or show where it is",
        days.across_a_break,
    ),
    Trap(
        "never-used",
        "last_activity_at is emptied after 90 days and comes up to a day late: NULL is not 'never used'",
        "also ask that the user is not in user_days: user_id NOT IN (SELECT user_id FROM …user_days …)",
        money.never_used,
    ),
    Trap(
        "credits-as-bill",
        "ai_credits_used is a signal of usage and not what is billed",
        "call it credits, and take amounts from GitHub's billing",
        money.credits_as_bill,
    ),
)


def find(statement: Statement, catalog: Names, definitions: Mapping[str, str]) -> list[Seen]:
    """Return the traps of a statement, in its order.

    `definitions` has the queries of the views and tables that it may read, by lower-case name.
    """
    asked = read(statement, catalog, definitions)
    if asked is None:
        return []
    found = [Seen(trap, *_span(node, statement)) for trap in TRAPS for node in trap.find(asked)]
    return sorted(dict.fromkeys(found), key=lambda seen: (seen.start, seen.end))


def _span(node: exp.Expr, statement: Statement) -> Span:
    """Return where a node stands: as its words, else from its first name to its last, else the whole statement."""
    places = [(n.meta["start"], n.meta["end"] + 1) for n in node.walk() if n.meta.get("end")]
    if not places:
        return 0, len(statement.text)
    start, end = min(a for a, _ in places), max(b for _, b in places)
    if isinstance(node, _NAMES):
        return start, end
    whole = value_span(node, statement)
    return whole if whole and whole[0] <= start and end <= whole[1] else (start, _closed(start, end, statement))


def _closed(start: int, end: int, statement: Statement) -> int:
    """Return the end of a stretch with the brackets closed that are opened in it."""
    depth = 0
    for token in statement.tokens:
        if token.start < start:
            continue
        if token.start >= end and depth <= 0:
            break
        depth += (token.text == "(") - (token.text == ")")
        end = max(end, token.end)
    return end
