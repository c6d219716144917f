"""What the queries by feature, language, editor and model must answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ... import usage_oracle as oracle
from ...usage_oracle import Row
from .world import (
    ACCEPTANCES,
    ADDED,
    COMPLETION,
    DELETED,
    GENERATIONS,
    PROMPTS,
    SUGGESTED,
    Answer,
    World,
    descending,
    groups,
    percent,
    total,
    utc_day,
    weeks,
)


def feature_mix(world: World) -> list[Row]:
    used = world.elements("totals_by_feature")
    rows = [
        {
            "feature": feature,
            "kind": _kind(feature),
            "users": oracle.distinct(some),
            "users_percent": percent(oracle.distinct(some), oracle.distinct(used)),
            "prompts": total(some, PROMPTS),
            "prompts_percent": percent(total(some, PROMPTS), total(used, PROMPTS)),
            "code_generations": total(some, GENERATIONS),
            "lines_added": total(some, ADDED),
        }
        for feature, some in groups(used, "feature").items()
    ]
    return descending(rows, "users", "feature")


def _kind(feature: str) -> str:
    kinds = {
        COMPLETION: "completion",
        "chat_panel_agent_mode": "agent",
        "agent_edit": "agent",
        "copilot_cli": "cli",
        "cli_agent": "cli",
        "copilot_app": "app",
    }
    return kinds.get(feature, "chat" if feature.startswith("chat_") else "other")


def acceptance_by_feature(world: World) -> list[Row]:
    rows = []
    for feature, some in groups(world.elements("totals_by_feature"), "feature").items():
        generated, accepted = total(some, GENERATIONS), total(some, ACCEPTANCES)
        rows.append(
            {
                "feature": feature,
                "users": oracle.distinct(some),
                "code_generations": generated,
                "code_acceptances": accepted,
                "acceptance_percent": percent(accepted, generated) if feature == COMPLETION else None,
            }
        )
    return descending(rows, "code_generations", "feature")


def lines_by_feature(world: World) -> list[Row]:
    used = world.elements("totals_by_feature")
    rows = [
        {
            "feature": feature,
            "users": oracle.distinct(some),
            "lines_suggested": total(some, SUGGESTED),
            "lines_added": total(some, ADDED),
            "lines_added_percent": percent(total(some, ADDED), total(used, ADDED)),
            "lines_deleted": total(some, DELETED),
            "user_days_with_more_added": sum(row[ADDED] > row[SUGGESTED] for row in some),
        }
        for feature, some in groups(used, "feature").items()
    ]
    return descending(rows, "lines_added", "feature")


def completion_acceptance_by_week(world: World) -> list[Row]:
    completions = [row for row in world.elements("totals_by_feature") if row["feature"] == COMPLETION]
    return [
        {
            "week": week,
            "days_with_users": oracle.distinct(some, "day"),
            "users": oracle.distinct(some),
            "completions": total(some, GENERATIONS),
            "accepted_completions": total(some, ACCEPTANCES),
            "acceptance_percent": percent(total(some, ACCEPTANCES), total(some, GENERATIONS)),
        }
        for week, some in weeks(completions)
    ]


def language_usage(world: World) -> list[Row]:
    used = [{**row, "language": row["language"].lower()} for row in world.elements("totals_by_language_feature")]
    rows = []
    for language, some in groups(used, "language").items():
        completions = [row for row in some if row["feature"] == COMPLETION]
        generated, accepted = total(completions, GENERATIONS) or 0, total(completions, ACCEPTANCES) or 0
        rows.append(
            {
                "language": language,
                "users": oracle.distinct(some),
                "code_generations": total(some, GENERATIONS),
                "completions": generated,
                "accepted_completions": accepted,
                "acceptance_percent": percent(accepted, generated),
                "lines_added": total(some, ADDED),
                "lines_added_percent": percent(total(some, ADDED), total(used, ADDED)),
            }
        )
    return descending(rows, "lines_added", "language")


def editor_usage(world: World) -> list[Row]:
    used = world.elements("totals_by_ide")
    rows = [
        {
            "editor": editor,
            "users": oracle.distinct(some),
            "users_percent": percent(oracle.distinct(some), oracle.distinct(used)),
            "prompts": total(some, PROMPTS),
            "code_generations": total(some, GENERATIONS),
            "lines_added": total(some, ADDED),
            "last_day": max(row["day"] for row in some),
        }
        for editor, some in groups(used, "ide").items()
    ]
    return descending(rows, "users", "editor")


def outdated_editors(world: World, grace_days: int = 7) -> list[Row]:
    name, plugin, sampled = (f"last_known_plugin_version.{part}" for part in ("plugin_version", "plugin", "sampled_at"))
    samples = [row for row in world.elements("totals_by_ide") if re.search(r"\d", row.get(name) or "")]
    newest = {}
    for kind, some in groups(samples, "ide", plugin).items():
        seen = {version: min(_moment(row[sampled]) for row in of) for version, of in groups(some, name).items()}
        old_enough = [version for version, at in seen.items() if utc_day(at) <= world.last - timedelta(grace_days)]
        newest[kind] = max(old_enough, key=_numbers, default="")
    latest = [max(own, key=lambda row: row[sampled]) for own in groups(samples, "ide", "user_id").values()]
    rows = [
        {
            "user_login": row["user_login"],
            "editor": row["ide"],
            "plugin": row[plugin],
            "plugin_version": row[name],
            "newest_version": newest[row["ide"], row[plugin]],
            "editor_version": row.get("last_known_ide_version.ide_version"),
            "last_seen_at": _moment(row[sampled]),
        }
        for row in latest
        if _numbers(row[name]) < _numbers(newest[row["ide"], row[plugin]])
    ]
    return sorted(rows, key=lambda row: (row["editor"], row["user_login"]))


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def model_mix(world: World) -> list[Row]:
    used = [{**row, "name": _model(row["model"])} for row in world.elements("totals_by_model_feature")]
    rows = [
        {
            "model": name,
            "spellings": sorted({row["model"] for row in some}),
            "users": oracle.distinct(some),
            "prompts": total(some, PROMPTS),
            "prompts_percent": percent(total(some, PROMPTS), total(used, PROMPTS)),
            "code_generations": total(some, GENERATIONS),
            "lines_added": total(some, ADDED),
        }
        for name, some in groups(used, "name").items()
    ]
    return descending(rows, "prompts", "model")


def _model(name: str) -> str:
    """Return a model's name with its number last: claude-4.5-haiku is claude-haiku-4.5."""
    parts = name.lower().split("-")
    if parts[0] == "claude" and len(parts) > 2 and parts[1].replace(".", "").isdigit():
        parts[1], parts[2] = parts[2], parts[1]
    return "-".join(parts)


def cuts_compared(world: World) -> list[Row]:
    cuts = {
        "whole": world.users,
        "by feature": world.elements("totals_by_feature"),
        "by language and feature": world.elements("totals_by_language_feature"),
        "by editor": world.elements("totals_by_ide"),
        "by model and feature": world.elements("totals_by_model_feature"),
        "by language and model": world.elements("totals_by_language_model"),
    }
    sums = {cut: oracle.totals(rows, (PROMPTS, GENERATIONS, ADDED)) for cut, rows in cuts.items() if rows}
    rows = []
    for cut, found in sums.items():
        row: Row = {"cut": cut}
        for name, figure in (("prompts", PROMPTS), ("code_generations", GENERATIONS), ("lines_added", ADDED)):
            row |= {name: found[figure], f"{name}_percent": percent(found[figure], sums["whole"][figure])}
        rows.append(row)
    return sorted(
        rows,
        key=lambda row: (
            -row["code_generations"],
            row["prompts"] is None,
            -(row["prompts"] or 0),
            row["cut"] != "whole",
            row["cut"],
        ),
    )


ANSWERS: tuple[Answer, ...] = (
    feature_mix,
    acceptance_by_feature,
    lines_by_feature,
    completion_acceptance_by_week,
    language_usage,
    editor_usage,
    outdated_editors,
    model_mix,
    cuts_compared,
)
"""The queries of this module."""
