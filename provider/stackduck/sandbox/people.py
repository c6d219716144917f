"""The made-up people of the enterprise: who they are and how they use Copilot.

A person is a pure function of the seed and a number. Knows nothing of days, reports or HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from . import arrivals

T = TypeVar("T")

SURFACES = 10
COMPLETION, CHAT, AGENT, CLI, CLOUD = 1, 2, 4, 8, 16
REVIEW_ACTIVE, REVIEW_PASSIVE, APP, VSCODE_AGENT, SERVER = 32, 64, 128, 256, 512

FOREVER = 10**7


def words(text: str) -> tuple[str, ...]:
    """Give the words of a text."""
    return tuple(text.split())


FIRST_NAMES = words(
    "ada bela chidi dana emre farah goran hana ines jomo kaya lars mei nils olga priya quinn rosa sami tove "
    "uma vito wanda ximena yara zeno aino bram cleo dara eino fleur gita hugo isla juno kofi lena milo nora"
)
SECOND_NAMES = words(
    "otter heron lynx finch badger marten curlew gecko ibis kestrel lemur magpie newt osprey puffin quail raven stoat "
    "tapir urchin vole wren yak zebra alder birch cedar dogwood elm fir gorse hazel ivy juniper larch maple oak pine "
    "rowan spruce teak willow yew aster clover daisy fern iris lotus poppy"
)


class Habit(NamedTuple):
    """How one kind of person works: chances out of 256."""

    presence: int
    """Of using Copilot at all on a normal working day."""
    chances: tuple[tuple[int, int], ...]
    """(surface, chance) of using a surface on a day with any use."""
    otherwise: int
    """The surface used when chance chose none."""

    def has(self, surface: int) -> bool:
        """Say whether this kind of person uses a surface at all."""
        return any(bit == surface and chance for bit, chance in self.chances)


HABITS = {
    "multi": Habit(
        218,
        (
            (COMPLETION, 200),
            (CHAT, 150),
            (AGENT, 215),
            (CLI, 140),
            (CLOUD, 70),
            (REVIEW_ACTIVE, 60),
            (REVIEW_PASSIVE, 80),
            (APP, 50),
            (VSCODE_AGENT, 60),
        ),
        AGENT,
    ),
    "agent": Habit(
        205,
        ((COMPLETION, 180), (CHAT, 130), (AGENT, 235), (CLOUD, 24), (REVIEW_ACTIVE, 30), (REVIEW_PASSIVE, 60)),
        AGENT,
    ),
    "completer": Habit(195, ((COMPLETION, 250), (CHAT, 80), (AGENT, 10)), COMPLETION),
    "chatter": Habit(130, ((COMPLETION, 60), (CHAT, 245), (AGENT, 20)), CHAT),
    "cli": Habit(185, ((CLI, 256),), CLI),
    "reviewer": Habit(120, ((CHAT, 70), (REVIEW_ACTIVE, 190), (REVIEW_PASSIVE, 120)), REVIEW_ACTIVE),
    "server": Habit(150, ((SERVER, 256),), SERVER),
    "idle": Habit(170, ((COMPLETION, 245), (CHAT, 90)), COMPLETION),
    "web": Habit(0, (), 0),
    "never": Habit(0, (), 0),
}
"""`server` sends no telemetry from the editor; `web` uses only github.com, which the reports leave out."""

KINDS = words(
    "multi agent completer agent cli completer multi chatter agent completer idle agent never "
    "completer multi server agent web completer reviewer cli multi completer chatter idle"
)

EDITORS = (
    ("vscode",),
    ("vscode", "jetbrains"),
    ("vscode",),
    ("jetbrains",),
    ("visualstudio", "vscode"),
    ("vscode", "neovim"),
    ("vscode",),
    ("xcode", "vscode"),
    ("eclipse",),
    ("vscode",),
)
STACKS = (
    ("typescript", "tsx", "css", "markdown"),
    ("python", "sql", "yaml", "markdown"),
    ("go", "shell", "dockerfile", "yaml"),
    ("java", "kotlin", "xml", "markdown"),
    ("c#", "powershell", "json", "others"),
    ("ruby", "html", "javascript", "unknown"),
    ("terraform", "hcl", "bash", "github-actions-workflow"),
    ("rust", "c++", "toml", "markdown"),
)
MODELS = (
    ("claude-sonnet-4.6", "gpt-5-mini", "gpt-4.1"),
    ("gpt-5.3-codex", "gpt-5.4", "claude-4.5-haiku"),
    ("gpt-4.1", "gpt-5-mini", "claude-sonnet-4.6"),
    ("claude-opus-4.6", "claude-sonnet-4.6", "gpt-5.4"),
    ("gemini-3-pro", "gpt-5-mini", "grok-code-fast-1"),
)


class Person(NamedTuple):
    """Somebody of the enterprise."""

    number: int
    """Their position among the people."""
    id: int
    login: str
    name: str
    kind: str
    organizations: tuple[int, ...]
    """Positions of the organizations they are a member of; the first is their home."""
    first_day: int
    last_day: int
    """The days between which they may use Copilot."""
    pace: int
    """How much of their kind's presence is theirs, out of 256."""
    editors: Sequence[str]
    languages: Sequence[str]
    models: Sequence[str]

    @property
    def habit(self) -> Habit:
        """Give how this person works."""
        return HABITS[self.kind]


def dice(*parts: object, size: int = 16) -> bytes:
    """Give bytes that only the parts decide: the source of every number in the sandbox."""
    return blake2b("|".join(map(str, parts)).encode(), digest_size=size).digest()


def pick(choices: Sequence[T], byte: int) -> T:
    """Choose one by a byte."""
    return choices[byte * len(choices) >> 8]


def person(seed: int, number: int, *, seated: bool, organizations: int) -> Person:
    """Make up the person of a number."""
    rolls = dice(seed, "person", number)
    kind = _kind(number, rolls[0]) if seated else "never"
    first = FIRST_NAMES[(number + seed) % 40]
    second = SECOND_NAMES[(number // 40 * 41 + number % 40 + seed) % 50]
    return Person(
        number=number,
        id=_identity(number),
        login=_login(number, first, second),
        name=f"{first.title()} {second.title()}",
        kind=kind,
        organizations=_memberships(number, organizations),
        first_day=arrivals.ENTERPRISE_HISTORY + (rolls[1] if rolls[2] < 90 else 0),
        last_day=arrivals.ordinal("2026-02-20") + rolls[3] % 60 if kind == "idle" else FOREVER,
        pace=140 + rolls[7] * 116 // 255,
        editors=pick(EDITORS, rolls[4]),
        languages=pick(STACKS, rolls[5]),
        models=pick(MODELS, rolls[6]),
    )


def _kind(number: int, byte: int) -> str:
    """Give every kind to the first people in turn, and then by chance."""
    return KINDS[number] if number < len(KINDS) else pick(KINDS, byte)


def _identity(number: int) -> int:
    """Give a user id; every third is too large for 32 bits, as new accounts' ids will be."""
    return 2_190_000_000 + number * 101 if number % 3 == 2 else 583_200 + number * 37


def _login(number: int, first: str, second: str) -> str:
    """Give a login with an enterprise's suffix, so that no account on github.com can bear it."""
    if number < 40:
        return f"{first}_octo"
    return f"{first}-{second}_octo" if number < 2000 else f"{first}-{second}-{number // 2000}_octo"


def _memberships(number: int, organizations: int) -> tuple[int, ...]:
    """Give the first organization three fifths of the people, and one person in eight a second one."""
    if organizations == 1:
        return (0,)
    home = 0 if number % 5 < 3 else 1 + number // 5 % (organizations - 1)
    return (home, (home + 1) % organizations) if number % 8 == 3 else (home,)
