"""The rows of the users reports: one person on one day, with every field that GitHub had by that day.

An absent key, a null and a zero are three things here, as they are in GitHub's reports.
"""

from __future__ import annotations

from typing import Any

from . import arrivals, undocumented
from .activity import SETTLED, Activity
from .arrivals import day_text
from .cells import Cell, cells, groupings, named, total
from .enterprise import Scope
from .people import (
    AGENT,
    APP,
    CHAT,
    CLI,
    CLOUD,
    REVIEW_ACTIVE,
    REVIEW_PASSIVE,
    SERVER,
    VSCODE_AGENT,
    Person,
    dice,
    pick,
)

PHASES = ("No Cohort", "Phase 1", "Phase 2", "Phase 3")
AGENTS = (("2246796", "Claude (Anthropic)"), ("2248422", "Codex (OpenAI)"))
CUSTOMIZATIONS = {
    "skill": ("release-notes", "api-review", "other"),
    "custom_agent": ("general-purpose", "test-writer", "other"),
    "mcp": ("github-mcp-server", "playwright", "other"),
    "slash_cmd": ("/plan", "/fix", "custom"),
    "plugin": ("azure-tools", "other"),
}
IDE_VERSIONS = {
    "vscode": ("1.{minor}.{patch}", 106, "copilot-chat", "0.{minor}.{patch}", 34),
    "jetbrains": ("2026.1.{patch}", 0, "copilot", "1.{minor}.{patch}", 60),
    "visualstudio": ("18.{minor}.{patch}", 0, "copilot", "18.{minor}.{patch}", 0),
    "eclipse": ("4.{minor}", 36, "copilot", "0.{minor}.{patch}", 12),
    "xcode": ("26.{patch}", 0, "copilot", "0.{minor}.{patch}", 44),
    "neovim": ("0.11.{patch}", 0, "copilot", "1.{minor}.{patch}", 52),
}


def user_row(
    activity: Activity, index: int, day: int, *, scope: Scope, used: int, is_documented: bool = False
) -> dict[str, Any]:
    """Give a person's row of a day, without the window that the 28-day report puts before it.

    It has fields that no document knows, unless it is to be as documented.
    """
    someone = activity.people[index]
    rolls = row_rolls(activity.seed, someone, day)
    done = cells(activity.seed, someone, day, used)
    row = {
        "day": day_text(day),
        **scope.ids,
        "user_id": someone.id,
        "user_login": someone.login,
        **named(total(done)),
        **_flags(someone, day, used, scope),
        **_credits(day, done, used, rolls, age=activity.age(day)),
        **_phase(activity, index, day),
        **_arrays(someone, day, done, used, rolls),
        **surface_blocks(someone, day, done, used, rolls, scope),
        **customizations(day, used, rolls),
    }
    return row if is_documented else row | undocumented.added(someone, day, row, rolls)


def row_rolls(seed: int, someone: Person, day: int) -> bytes:
    """Give the dice of a row."""
    return dice(seed, "row", someone.id, day, size=48)


def _flags(someone: Person, day: int, used: int, scope: Scope) -> dict[str, bool | None]:
    """Give the used_ fields that existed on the day."""
    flags: dict[str, bool | None] = {"used_agent": bool(used & AGENT), "used_chat": bool(used & CHAT)}
    cli_matters = used & CLI or someone.habit.has(CLI) or day >= arrivals.CLI_SUGGESTIONS
    if day >= scope.cli_since and cli_matters:
        flags["used_cli"] = bool(used & CLI)
    if day >= arrivals.CODING_AGENT:
        flags["used_copilot_coding_agent"] = bool(used & CLOUD)
    if day >= arrivals.CLOUD_AGENT:
        flags["used_copilot_cloud_agent"] = bool(used & CLOUD)
    if day >= arrivals.CODE_REVIEW and someone.habit.has(REVIEW_ACTIVE):
        flags["used_copilot_code_review_active"] = True if used & REVIEW_ACTIVE else None
        flags["used_copilot_code_review_passive"] = True if used & REVIEW_PASSIVE else None
    if day >= arrivals.COPILOT_APP:
        flags["used_copilot_app"] = bool(used & APP)
    if day >= arrivals.VSCODE_AGENT:
        flags["used_vscode_agent"] = bool(used & VSCODE_AGENT)
    return flags


def _credits(day: int, done: list[Cell], used: int, rolls: bytes, *, age: int) -> dict[str, float]:
    """Give the credits, which a day without telemetry has too; not all of them are counted at once."""
    if day < arrivals.AI_CREDITS:
        return {}
    prompts = sum(metrics[0] for _, metrics in done)
    cents = prompts * (8 + rolls[0] // 4) + (rolls[1] * 4 if used & (SERVER | CLOUD) else 0)
    return {"ai_credits_used": cents * age // SETTLED / 100}


def _phase(activity: Activity, index: int, day: int) -> dict[str, Any]:
    """Give the adoption phase."""
    if day < arrivals.ADOPTION_PHASE:
        return {}
    number = activity.phases(day)[index]
    return {"ai_adoption_phase": {"phase_number": number, "phase": PHASES[number], "version": "v1"}}


def _arrays(someone: Person, day: int, done: list[Cell], used: int, rolls: bytes) -> dict[str, Any]:
    """Give the five arrays; older rows leave an empty model array out."""
    arrays = groupings(done)
    if not arrays["totals_by_language_model"] and day < arrivals.ADOPTION_PHASE:
        del arrays["totals_by_language_model"]
    if used & SERVER and day >= arrivals.CLI_SUGGESTIONS:
        arrays["totals_by_ide"].append({"ide": "others", **named(total([]))})
    for row in arrays["totals_by_ide"]:
        if row["ide"] in IDE_VERSIONS and rolls[2] < 225:
            row |= _versions(row["ide"], someone, day, rolls)
    return arrays


def _versions(ide: str, someone: Person, day: int, rolls: bytes) -> dict[str, Any]:
    """Give the editor's versions: a release every five weeks, and one person in six who is behind."""
    ide_form, ide_base, plugin, plugin_form, plugin_base = IDE_VERSIONS[ide]
    behind = 4 if someone.id % 6 == 0 else 0
    minor, patch = max(0, (day - arrivals.ENTERPRISE_HISTORY) // 35 - behind), rolls[3] // 100
    sampled_at = _instant(day, rolls[4:6])
    return {
        "last_known_ide_version": {
            "ide_version": ide_form.format(minor=ide_base + minor, patch=patch),
            "sampled_at": sampled_at,
        },
        "last_known_plugin_version": {
            "plugin": plugin,
            "plugin_version": plugin_form.format(minor=plugin_base + minor, patch=patch),
            "sampled_at": sampled_at,
        },
    }


def surface_blocks(
    someone: Person, day: int, done: list[Cell], used: int, rolls: bytes, scope: Scope
) -> dict[str, Any]:
    """Give the blocks of the surfaces outside the editor, each only where it was used."""
    found: dict[str, Any] = {}
    if used & CLI and day >= scope.cli_since:
        version = f"1.0.{(day - arrivals.CLI) // 4 - (8 if someone.id % 6 == 0 else 0) + 8}"
        block = _tokens(_prompts(done, "copilot_cli") or 1 + rolls[6] // 16, rolls[6:12])
        stamp = {"cli_version": version, "sampled_at": _instant(day, rolls[12:14])}
        found["totals_by_cli"] = {**block, "last_known_cli_version": stamp}
    if used & APP:
        found["totals_by_copilot_app"] = _tokens(_prompts(done, "copilot_app"), rolls[14:20])
    if used & VSCODE_AGENT:
        messages = 2 + rolls[20] // 10
        found["totals_by_vscode_agent"] = {"session_count": 1 + messages // 6, "total_user_messages": messages}
    if used & CLOUD and day >= arrivals.THIRD_PARTY_AGENTS:
        chosen = AGENTS if rolls[21] > 200 else AGENTS[rolls[21] % 2 :][:1]
        found["totals_by_3rd_party_agent"] = [
            {"agent_id": agent_id, "agent_name": name, "user_initiated_interaction_count": 1 + rolls[22 + n] // 90}
            for n, (agent_id, name) in enumerate(chosen)
        ]
    return found


def _prompts(done: list[Cell], feature: str) -> int:
    """Give the prompts of a feature."""
    return sum(metrics[0] for key, metrics in done if key[0] == feature)


def _tokens(prompts: int, rolls: bytes) -> dict[str, Any]:
    """Give a token block: several requests a prompt, and many more tokens in than out."""
    requests = prompts * (3 + rolls[0] // 24)
    incoming, outgoing = requests * (9_000 + rolls[1] * 311), requests * (240 + rolls[2] * 5)
    return token_block((1 + prompts // 9, requests, prompts, incoming, outgoing))


def token_block(sums: tuple[int, int, int, int, int]) -> dict[str, Any]:
    """Give the token block of sessions, requests, prompts, tokens in and tokens out."""
    sessions, requests, prompts, incoming, outgoing = sums
    average = round((incoming + outgoing) / requests, 2) if requests else None
    usage = {"output_tokens_sum": outgoing, "prompt_tokens_sum": incoming, "avg_tokens_per_request": average}
    return {"session_count": sessions, "request_count": requests, "prompt_count": prompts, "token_usage": usage}


def customizations(day: int, used: int, rolls: bytes) -> dict[str, Any]:
    """Give what was used of skills, custom agents, MCP servers, slash commands and plugins."""
    if day < arrivals.CUSTOMIZATION or not used & (AGENT | CLI):
        return {}
    found: dict[str, Any] = {}
    for n, (kind, names) in enumerate(CUSTOMIZATIONS.items()):
        most = rolls[24 + n] * (len(names) + 1) >> 8
        items = [{kind: name, "interaction_count": 1 + rolls[30 + n + i] // 32} for i, name in enumerate(names[:most])]
        found[f"totals_by_{kind}"] = items
        found[f"distinct_{kind}_use_count"] = len(items)
    return found


def _instant(day: int, rolls: bytes) -> str:
    """Give an instant of the working hours of a day."""
    hour, minute, second = 7 + rolls[0] * 12 // 256, rolls[1] * 60 // 256, rolls[0] * 7 % 60
    return f"{day_text(day)}T{hour:02}:{minute:02}:{second:02}.{rolls[1] * 3 + 100}Z"


def surface_of(someone: Person, byte: int) -> str:
    """Give the editor in which a person was last seen, as seats name it."""
    editor = pick(someone.editors, byte)
    return {"vscode": "vscode/1.116.0/copilot-chat/0.44.2", "jetbrains": "JetBrains-IC/261.22158/copilot/1.5.70"}.get(
        editor, f"{editor}/unknown/copilot/1.308.0"
    )
