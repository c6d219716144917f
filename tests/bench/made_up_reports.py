"""Made-up files of the users report in GitHub's own shape, 2 to 6 KB a record: the same bytes everywhere, made fast."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from stackduck.catalog.names import Catalog
from stackduck.engine.ingest.trees import ReportShape

FIRST_DAY = date(2026, 1, 4)
_VARIANTS = 400
_COUNTS = ("user_initiated_interaction_count", "code_generation_activity_count", "code_acceptance_activity_count",
           "loc_suggested_to_add_sum", "loc_suggested_to_delete_sum", "loc_added_sum", "loc_deleted_sum")  # fmt: skip
_LANGUAGES = ("python", "typescript", "markdown", "bash", "go", "java", "yaml", "csharp", "rust", "unknown")
_MODELS = ("gpt-5.4", "claude-opus-4.6", "claude-4.5-haiku", "gemini-3-pro", "auto")
_FEATURES = ("code_completion", "chat_panel_agent_mode", "chat_panel_ask_mode", "agent_edit", "copilot_cli")
_IDES = ("vscode", "intellij", "visualstudio", "neovim")
_FLAGS = ("used_agent", "used_chat", "used_cli", "used_copilot_coding_agent", "used_copilot_cloud_agent")


def users_shape() -> ReportShape:
    """Return what the document declares of the users report."""
    (method, *_) = Catalog.default().resource("github", "copilot_usage", "user_days").methods.values()
    columns = tuple((column.name, column.type) for column in method.columns if column.name != "extra")
    return ReportShape("users", columns, ("day", "user_id"))


def days(count: int) -> list[date]:
    """Return the first days of the reports."""
    return [FIRST_DAY + timedelta(days=n) for n in range(count)]


def write_parts(folder: Path, *, size: int, parts: int, of: Sequence[date]) -> list[Path]:
    """Write a users report of about so many bytes over some days, each part with all users of some of them.

    Where there are more parts than days, a day's users are shared out among the parts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Records()
    share = size // parts
    paths = []
    for number in range(parts):
        mine = of[number * len(of) // parts : max((number + 1) * len(of) // parts, number * len(of) // parts + 1)]
        path = folder / f"part-{number:05}.ndjson"
        with path.open("wb", buffering=1 << 20) as file:
            for at, day in enumerate(mine):
                for record in writer.records(number * 1_000_000, day):
                    file.write(record)
                    if file.tell() >= share * (at + 1) // len(mine):
                        break
        paths.append(path)
    return paths


def write_day(path: Path, day: date, *, users: int) -> Path:
    """Write the report of a day with so many users."""
    with path.open("wb") as file:
        for _, record in zip(range(users), _Records().records(0, day), strict=False):
            file.write(record)
    return path


class _Records:
    """Puts records together from parts of text that were made before."""

    def __init__(self) -> None:
        random = Random(7)
        self._random = random
        self._tops = [_text(_top(random)) for _ in range(_VARIANTS)]
        kinds = {
            "totals_by_ide": lambda: _ide(random),
            "totals_by_feature": lambda: {"feature": random.choice(_FEATURES), **_counts(random)},
            "totals_by_language_feature": lambda: {
                "language": random.choice(_LANGUAGES),
                "feature": random.choice(_FEATURES),
                **_counts(random, 1),
            },
            "totals_by_language_model": lambda: {
                "language": random.choice(_LANGUAGES),
                "model": random.choice(_MODELS),
                **_counts(random, 1),
            },
            "totals_by_model_feature": lambda: {
                "model": random.choice(_MODELS),
                "feature": random.choice(_FEATURES),
                **_counts(random),
            },
        }
        most = {"totals_by_ide": 2, "totals_by_feature": 4}
        self._arrays = [
            [_text({name: [make() for _ in range(random.randint(1, most.get(name, 6)))]}) for _ in range(_VARIANTS)]
            for name, make in kinds.items()
        ]
        self._cli = [b"", *(_text({"totals_by_cli": _cli(random)}) for _ in range(_VARIANTS))]

    def records(self, first_user: int, day: date) -> Iterator[bytes]:
        """Return the records of a day, one a user, without end."""
        pick, user = self._random.choice, first_user
        head = f'{{"day":"{day}","enterprise_id":"200001","organization_id":"100000001","user_id":'
        while True:
            user += 1
            fields = [pick(self._tops), *(pick(variants) for variants in self._arrays)]
            if user % 3 == 0:
                fields.append(self._cli[1 + user % _VARIANTS])
            login = f'{head}{5_000_000 + user},"user_login":"user-{user}",'
            yield login.encode() + b",".join(fields) + b"}\n"


def _text(fields: dict[str, object]) -> bytes:
    """Return fields as the inside of an object."""
    return json.dumps(fields, separators=(",", ":")).encode()[1:-1]


def _counts(random: Random, start: int = 0) -> dict[str, object]:
    return {name: random.choice((0, random.randint(0, 40), random.randint(0, 900))) for name in _COUNTS[start:]}


def _top(random: Random) -> dict[str, object]:
    spent = {"ai_credits_used": round(random.random() * 40, 2)}
    phase = {"ai_adoption_phase": {"phase_number": 2, "phase": "Phase 2", "version": "v1"}}
    return {**_counts(random), **{name: random.random() < 0.5 for name in _FLAGS}, **spent, **phase}


def _ide(random: Random) -> dict[str, object]:
    at = f"2026-01-{random.randint(10, 28)}T15:{random.randint(10, 59)}:11.845Z"
    plugin = {"sampled_at": at, "plugin": "copilot-chat", "plugin_version": f"0.{random.randint(30, 41)}.2"}
    version = {"sampled_at": at, "ide_version": f"1.{random.randint(100, 113)}.0"}
    ide = {"ide": random.choice(_IDES), **_counts(random)}
    return {**ide, "last_known_plugin_version": plugin, "last_known_ide_version": version}


def _cli(random: Random) -> dict[str, object]:
    prompt, output, requests = random.randint(1, 9**8), random.randint(1, 9**6), random.randint(1, 90)
    tokens = {"prompt_tokens_sum": prompt, "output_tokens_sum": output}
    tokens["avg_tokens_per_request"] = (prompt + output) / requests  # type: ignore[assignment]
    return {"session_count": random.randint(1, 9), "request_count": requests, "prompt_count": 3, "token_usage": tokens}
