"""REGISTRY LIST and REGISTRY PULL, StackQL's statements about provider documents. Sees tokens; fetches nothing."""

from __future__ import annotations

from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import Token, string_value

_FORMS = "write REGISTRY LIST [provider] or REGISTRY PULL provider ['version']"


@frozen
class RegistryList:
    """What a registry has: its providers, or the versions of one."""

    provider: str | None = None


@frozen
class RegistryPull:
    """Fetch a provider's documents, the newest where no version is named."""

    provider: str
    version: str | None = None


def read(statement: Statement) -> RegistryList | RegistryPull | None:
    """Return what a statement asks of the registry; None for any other statement."""
    tokens = statement.tokens
    if tokens and tokens[0].is_word("STACKQL"):
        tokens = tokens[1:]
    if not tokens or not tokens[0].is_word("REGISTRY"):
        return None
    verb, rest = tokens[1:2], _words(statement.text, tokens[2:])
    if verb and verb[0].is_word("LIST") and len(rest) < 2:
        return RegistryList(*rest)
    if verb and verb[0].is_word("PULL") and 0 < len(rest) < 3:
        return RegistryPull(*rest)
    raise ProgrammingError(f"REGISTRY as it stands here says nothing; {_FORMS}")


def _words(text: str, tokens: tuple[Token, ...]) -> list[str]:
    """Return names and versions: quoted, or what stands between two blanks (v1.2.3 is several tokens)."""
    words: list[str] = []
    end = -1
    for token in tokens:
        value = string_value(token) if token.kind == "string" else token.name
        if value is None:
            raise ProgrammingError(f"a registry knows no {token.text}; {_FORMS}")
        if token.start == end and token.kind != "string":
            words[-1] += value
        else:
            words.append(value)
        end = token.end
    return words
