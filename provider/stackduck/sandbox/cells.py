"""A day's work of one person as cells: (feature, language, model, editor) and the seven metrics.

Every total of a report, of a person or of a whole enterprise, is a grouping of cells, which is why they reconcile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import shake_128
from typing import Any

from . import arrivals
from .people import AGENT, APP, CHAT, CLI, COMPLETION, Person, pick

Key = tuple[str, str, str | None, str | None]
"""feature, language, model (None: the model arrays leave it out), editor (None: no editor was used)."""
Metrics = tuple[int, int, int, int, int, int, int]
Cell = tuple[Key, Metrics]

M7 = (
    "user_initiated_interaction_count",
    "code_generation_activity_count",
    "code_acceptance_activity_count",
    "loc_suggested_to_add_sum",
    "loc_suggested_to_delete_sum",
    "loc_added_sum",
    "loc_deleted_sum",
)
ZERO: Metrics = (0, 0, 0, 0, 0, 0, 0)
FEATURE, LANGUAGE, MODEL, EDITOR = range(4)

GROUPS: tuple[tuple[str, tuple[tuple[str, int], ...], bool], ...] = (
    ("totals_by_ide", (("ide", EDITOR),), True),
    ("totals_by_feature", (("feature", FEATURE),), True),
    ("totals_by_language_feature", (("language", LANGUAGE), ("feature", FEATURE)), False),
    ("totals_by_language_model", (("language", LANGUAGE), ("model", MODEL)), False),
    ("totals_by_model_feature", (("model", MODEL), ("feature", FEATURE)), True),
)
"""Name of the array, its dimensions, and whether it counts interactions."""

CLI_SPELLING = {"claude-4.5-haiku": "claude-haiku-4.5", "claude-sonnet-4.6": "claude-4.6-sonnet"}
"""The command line names some models its own way, as GitHub's data do."""


def cells(seed: int, someone: Person, day: int, used: int) -> list[Cell]:
    """Give the cells of a person's day; the command line counts only since GitHub counts it."""
    rolls = shake_128(b"%d|cells|%d|%d" % (seed, someone.id, day)).digest(96)
    editor = someone.editors[-1 if rolls[0] > 180 else 0]
    found: list[Cell] = []
    if used & COMPLETION:
        found += _completions(someone, editor, rolls[1:16])
    if used & CHAT:
        found += _chats(someone, editor, rolls[16:32], day)
    if used & AGENT:
        found += _agent(someone, editor, rolls[32:48], day)
    if used & CLI and day >= arrivals.CLI_IN_TOTALS:
        found += _terminal(someone, "copilot_cli", rolls[48:64], day)
    if used & APP:
        found += _terminal(someone, "copilot_app", rolls[64:80], day)
    return found


def _completions(someone: Person, editor: str, rolls: bytes) -> Iterator[Cell]:
    """Give completions: no prompt, and about a third of them accepted."""
    for n in range(1 + (rolls[0] > 100)):
        generated = 4 + (rolls[1 + n] * 44 >> 8)
        accepted = generated * (60 + rolls[3 + n] // 4) >> 8
        suggested = generated + (generated * rolls[5 + n] >> 7)
        kept = suggested * accepted // generated + (rolls[7 + n] >> 5 if accepted else 0)
        language = someone.languages[n if rolls[9] < 200 else 2 + n]
        yield ("code_completion", language, None, editor), (0, generated, accepted, suggested, 0, kept, 0)


def _chats(someone: Person, editor: str, rolls: bytes, day: int) -> Iterator[Cell]:
    """Give one or two of the chat modes."""
    modes = ["chat_panel_ask_mode", "chat_inline", "chat_panel_custom_mode", "chat_panel_ask_mode"]
    modes.append("chat_panel_plan_mode" if day >= arrivals.PLAN_MODE else "chat_panel_edit_mode")
    first = rolls[0] * len(modes) >> 8
    for n in range(1 + (rolls[1] > 190)):
        prompts = 1 + (rolls[2 + n] * 7 >> 8)
        generated = prompts * rolls[4 + n] >> 8
        accepted = generated * rolls[6 + n] >> 9
        suggested = generated * (2 + (rolls[8 + n] >> 4))
        model = _model(someone, rolls[10 + n], day)
        key = modes[(first + n) % len(modes)], pick(someone.languages, rolls[12 + n]), model, editor
        yield key, (prompts, generated, accepted, suggested, 0, suggested * accepted // max(generated, 1), 0)


def _agent(someone: Person, editor: str, rolls: bytes, day: int) -> Iterator[Cell]:
    """Give agent mode and its edits: those are generated and applied, but neither suggested nor accepted."""
    model = _model(someone, rolls[0], day)
    prompts, answers = 1 + (rolls[1] * 10 >> 8), rolls[2] >> 6
    mode = "chat_panel_agent_mode", pick(someone.languages, rolls[3]), model, editor
    yield mode, (prompts, answers, 0, answers * 3, 0, 0, 0)
    for n in range(1 + (rolls[4] > 120)):
        edits = 1 + (rolls[5 + n] * 18 >> 8)
        added, deleted = edits * (2 + (rolls[7 + n] >> 4)), edits * rolls[9 + n] >> 6
        key = "agent_edit", someone.languages[n + rolls[11] // 128], model, editor
        yield key, (0, edits, 0, 0, 0, added, deleted)


def _terminal(someone: Person, feature: str, rolls: bytes, day: int) -> Iterator[Cell]:
    """Give work outside any editor, nearly all of it accepted."""
    prompts = 2 + (rolls[0] * 24 >> 8)
    for n in range(1 + (rolls[1] > 90)):
        generated = prompts * rolls[2 + n] >> 7
        added, deleted = generated * (3 + (rolls[4 + n] >> 4)), generated * rolls[6 + n] >> 6
        seen = (added, deleted) if day >= arrivals.CLI_SUGGESTIONS else (0, 0)
        model = pick(someone.models, rolls[8 + n])
        key = feature, someone.languages[n + (rolls[10] > 200)], CLI_SPELLING.get(model, model), None
        yield key, (0 if n else prompts, generated, generated - (generated >> 5), *seen, added, deleted)


def _model(someone: Person, byte: int, day: int) -> str:
    """Give the model of a chat; `auto` was not yet resolved to the real one in the first months."""
    return "auto" if byte > 190 and day < arrivals.PLAN_MODE else pick(someone.models, byte)


def merged(many: Iterable[Cell]) -> list[Cell]:
    """Add up cells of the same key."""
    sums: dict[Key, list[int]] = {}
    for key, metrics in many:
        _add(sums, key, metrics)
    return [(key, _seven(found)) for key, found in sums.items()]


def total(some: Sequence[Cell]) -> Metrics:
    """Add up cells of every key."""
    return _seven([sum(column) for column in zip(*(metrics for _, metrics in some), strict=True)]) if some else ZERO


def named(metrics: Metrics) -> dict[str, int]:
    """Give the seven metrics under GitHub's names."""
    return dict(zip(M7, metrics, strict=True))


def groupings(some: Sequence[Cell]) -> dict[str, list[dict[str, Any]]]:
    """Give the five totals_by_ arrays of cells."""
    return {name: _group(some, dimensions, interactions) for name, dimensions, interactions in GROUPS}


def _group(some: Sequence[Cell], dimensions: tuple[tuple[str, int], ...], interactions: bool) -> list[dict[str, Any]]:
    """Group cells by some of their keys, the busiest group first."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for key, metrics in some:
        wanted = tuple(key[n] for _, n in dimensions)
        if None not in wanted:
            _add(sums, wanted, metrics)
    names = [name for name, _ in dimensions]
    metric_names = M7 if interactions else M7[1:]
    busiest = sorted(sums.items(), key=lambda group: (-group[1][1], group[0]))
    return [
        dict(zip((*names, *metric_names), (*key, *(sums if interactions else sums[1:])), strict=True))
        for key, sums in busiest
    ]


def _add(sums: dict[Any, list[int]], key: Any, metrics: Metrics) -> None:
    """Add metrics to the sums of a key."""
    found = sums.get(key)
    if found is None:
        sums[key] = list(metrics)
    else:
        for n, metric in enumerate(metrics):
            found[n] += metric


def _seven(sums: Sequence[int]) -> Metrics:
    """Give sums as metrics."""
    first, second, third, fourth, fifth, sixth, seventh = sums
    return first, second, third, fourth, fifth, sixth, seventh
