"""What there is to know of the days behind an answer: which they are, which are not there, what was odd in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from stackduck.engine.ingest.naming import MISFIT
from stackduck.errors import MissingDaysError
from stackduck.execute.reports.shapes import WINDOWS
from stackduck.reports.calendar import in_words
from stackduck.reports.coverage import NO_DATA, NOT_PROCESSED, reasons
from stackduck.reports.kinds import report_of

if TYPE_CHECKING:
    from stackduck.engine.archive.days import Damaged
    from stackduck.execute.reports.model import Brought, Choice, Need, Source


_NOT_THERE = (NO_DATA, NOT_PROCESSED)
"""Why a day is missing where GitHub answered, and has nothing."""


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
    needs: Sequence[Need],
    gaps: Mapping[Source, Mapping[date, str]],
    choices: Mapping[Source, Choice],
    brought: Mapping[Source, Sequence[Brought]],
) -> list[str]:
    """Return what to tell the user, a line each; `choices` are those whose kept days are read."""
    told = []
    for days in dict.fromkeys(need.days for need in needs if need.is_default):
        told.append(f"no condition on day: the days are the latest {len(days)} processed ones, {in_words(days)}")
    for each in needs:
        if not each.is_default and not each.days:
            told.append(f"the condition on day holds for no day that the {each.source} can have")
    for source, missing in gaps.items():
        if missing:
            told.append(f"days are missing in the {source}: {'; '.join(reasons(missing))}")
    for source in dict.fromkeys((*choices, *brought)):
        found, choice = brought.get(source, ()), choices.get(source)
        told += stale(choice, found) if choice else []
        read = choice.coverage.kept if choice else ()
        told += _odd(source, [choice.kept[day].unknown_fields for day in read] if choice else [], found)
    return told


def stale(choice: Choice, brought: Sequence[Brought]) -> list[str]:
    """Tell of days that are here and that GitHub has no more."""
    here = {day for each in brought for day in each.days}
    gone = {day for each in brought for day, why in each.missing.items() if why in _NOT_THERE} - here
    days = sorted(day for day in gone if day in choice.kept and choice.kept[day].status == "data")
    return [f"GitHub has no {choice.source} of {in_words(days)} now; what it had before is used"] if days else []


def _odd(source: Source, kept: Iterable[Sequence[str]], brought: Sequence[Brought]) -> list[str]:
    """Tell of fields that are not described, when they come, and of values that do not fit, whenever they are read."""
    new = {name for each in brought for name in each.unknown_fields}
    read = {name for names in kept for name in names}
    strangers = sorted(name for name in new if MISFIT not in name)
    misfits = sorted(name for name in new | read if MISFIT in name)
    place = f"the column extra of {report_of(source.report).parent}"
    told = []
    if strangers:
        what = f"the {source} has fields that its document does not describe: {', '.join(strangers)}"
        told.append(f"{what}; their values are in {place}")
    if misfits:
        what = f"the {source} has values that do not fit: {', '.join(misfits)}"
        told.append(f"{what}; they are NULL in their columns, and in {place}")
    return told


def damage(choice: Choice) -> list[str]:
    """Return what to tell of damaged files: each is fetched again where it is wanted, if GitHub still has it."""
    fates = ((each, _fate(each, choice)) for each in choice.damaged)
    return [f"{damaged(choice.source, each.day, each.why)}; {fate}" for each, fate in fates if fate]


def set_aside(found: Iterable[tuple[Source, Damaged]], choices: Iterable[Choice]) -> list[str]:
    """Return what to tell of damaged files that were set aside, those of days that nobody wants now included."""
    chosen = {(choice.source.report, *choice.source.owner): choice for choice in choices}
    told = []
    for source, each in found:
        choice = chosen.get((source.report, *source.owner))
        fate = _fate(each, choice) if choice else ""
        if not fate and source.report == WINDOWS:
            fate = f"GitHub has the latest window alone, so it stays at {each.path}"
        what = damaged(choice.source if choice else source, each.day, each.why)
        told.append(f"{what}; {fate or f'it is fetched again when its day is asked for, and stays at {each.path}'}")
    return told


def _fate(file: Damaged, choice: Choice) -> str:
    """Return what becomes of the day of a damaged file; nothing where it is not wanted."""
    if any(file.day in fetch.days for fetch in choice.coverage.fetches):
        return "it is fetched again"
    if why := choice.coverage.unavailable.get(file.day):
        return f"it cannot be fetched again ({why}), and stays at {file.path}"
    return ""


def damaged(source: Source, day: date, why: str) -> str:
    """Return what to tell of a damaged file."""
    return f"the archive's file of {day} of the {source} is damaged ({why})"


def replaced(source: Source, day: date) -> str:
    """Return what to tell of a file that was replaced while it was read."""
    return f"the archive's file of {day} of the {source} was replaced while it was read"
