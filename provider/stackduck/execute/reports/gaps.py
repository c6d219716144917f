"""What there is to know of the days behind an answer: which they are, which are not there, what was odd in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from stackduck.errors import MissingDaysError
from stackduck.reports.calendar import in_words
from stackduck.reports.coverage import reasons

if TYPE_CHECKING:
    from stackduck.execute.reports.model import Brought, Choice, Need, Source


def missing_days(choice: Choice, brought: Iterable[Brought]) -> Mapping[date, str]:
    """Return the wanted days that are not there, each with the reason; a day that was here before stays."""
    found = {**choice.coverage.unavailable}
    here: set[date] = set()
    for each in brought:
        found.update(each.missing)
        here.update(each.days)
    wanted = {*choice.coverage.unavailable, *choice.coverage.missing}
    kept = {day for day, entry in choice.kept.items() if entry.status == "data"}
    return {day: found[day] for day in sorted(found) if day in wanted and day not in here and day not in kept}


def refuse(gaps: Mapping[Source, Mapping[date, str]]) -> None:
    """Raise MissingDaysError where a day is missing."""
    if (error := refusal(gaps)) is not None:
        raise error


def refusal(gaps: Mapping[Source, Mapping[date, str]]) -> MissingDaysError | None:
    """Return the error for missing days; None where there are none."""
    told = [f"{source}: {'; '.join(reasons(days))}" for source, days in gaps.items() if days]
    if not told:
        return None
    days = tuple(sorted({day for missing in gaps.values() for day in missing}))
    return MissingDaysError(
        f"days are missing: {'; '.join(told)}; choose other days, or leave out --fail-on-gaps", days=days
    )


def notices(
    needs: Iterable[Need], gaps: Mapping[Source, Mapping[date, str]], brought: Mapping[Source, Iterable[Brought]]
) -> list[str]:
    """Return what to tell the user, a line each."""
    told = []
    for days in dict.fromkeys(need.days for need in needs if need.is_default):
        told.append(f"no condition on day: the days are the latest {len(days)} processed ones, {in_words(days)}")
    for source, missing in gaps.items():
        if missing:
            told.append(f"days are missing in the {source}: {'; '.join(reasons(missing))}")
    for source, each in brought.items():
        names = sorted({name for one in each for name in one.unknown_fields})
        if names:
            kept = "their values are in the column extra"
            told.append(f"the {source} has fields that its document does not describe: {', '.join(names)}; {kept}")
    return told


def damage(choice: Choice) -> list[str]:
    """Return what to tell of damaged files: each is fetched again where it is wanted."""
    again = {day for fetch in choice.coverage.fetches for day in fetch.days}
    return [
        f"the archive's file of {each.day} of the {choice.source} is damaged ({each.why}); it was fetched again"
        for each in choice.damaged
        if each.day in again
    ]
