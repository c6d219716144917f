"""Values of a YAML tree as what they are to be: a mapping of known keys, a text, a list, yes or no; else a Flaw."""

from __future__ import annotations

from collections.abc import Mapping

from stackduck.catalog.names import did_you_mean
from stackduck.files.yaml_lines import Located

_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Flaw(Exception):
    """Something that front matter does not say rightly, and its line in the file."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def plain_of(node: Located) -> object:
    """Return a default as text, None, or a list or mapping of such."""
    value = node.value
    if isinstance(value, Mapping):
        return {key: plain_of(each) for key, each in value.items()}
    return value if value is None or isinstance(value, str) else [plain_of(each) for each in value]


def keys_of(node: Located, *known: str, where: str) -> Mapping[str, Located]:
    """Return a mapping's values; a key that is not known is an error."""
    found = mapping_of(node, where)
    for key, each in found.items():
        if key not in known:
            hint = did_you_mean(key, known) or f"; known: {', '.join(known)}"
            # A key without a value is mostly the rest of a text that was torn at a comma.
            quoting = ", and quote a text that has a comma in it" if each.value is None else ""
            raise Flaw(f"{where} has no key '{key}'{hint}{quoting}", each.line)
    return found


def mapping_of(node: Located | None, where: str) -> Mapping[str, Located]:
    """Return a mapping; what is absent or null is an empty one."""
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, Mapping):
        raise Flaw(f"{where} must be a mapping (key: value), not {node.kind}", node.line)
    return node.value


def text_of(node: Located | None, where: str) -> str:
    """Return a scalar's text; what is absent or null is an empty one."""
    if node is None or node.value is None:
        return ""
    if not isinstance(node.value, str):
        raise Flaw(f"{where} must be a text, not {node.kind}", node.line)
    return node.value.strip()


def texts_of(node: Located, where: str) -> tuple[str, ...]:
    """Return the texts of a list."""
    if isinstance(node.value, str | Mapping) or node.value is None:
        raise Flaw(f"{where} must be a list ([a, b]), not {node.kind}", node.line)
    return tuple(text_of(each, where) for each in node.value)


def boolean_of(node: Located, where: str) -> bool:
    """Return whether it says yes."""
    found = _BOOLEANS.get(text_of(node, where).lower())
    if found is None:
        raise Flaw(f"{where} must be yes or no, not {node.kind}", node.line)
    return found
