"""YAML text composed into nodes with untyped scalars, no deeper than the parser's stack allows. The home of yaml."""

from __future__ import annotations

from typing import Any


class UnreadableError(Exception):
    """A text that is no YAML, or more of YAML than is read."""

    def __init__(self, text: str, *, problem: str, line: int) -> None:
        super().__init__(text)
        self.problem = problem
        """What is wrong, without its place."""
        self.line = line
        """It counts from 1; 1 where it is not known."""


def compose(content: bytes | str, *, deepest: int, is_plain_python: bool = False) -> Any:
    """Return the root node, None for an empty text. Raises UnreadableError.

    `deepest` counts the levels of values in values; the parser in C, which is taken where there is one, would crash on
    some thousands. The one in Python is slow, and says more plainly what is wrong.
    """
    import yaml

    base: Any = yaml.SafeLoader if is_plain_python else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # A text of bytes that are none is refused here already.
        loader = _kind(base, deepest)(content)
        try:
            return loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as exc:
        raise _unreadable(exc) from None


def _kind(base: Any, deepest: int) -> Any:
    """Return a kind of loader that types no scalar and counts how deep it is; both parsers tell it."""

    class Loader(base):  # type: ignore[misc]
        # yaml's own resolvers cost more than all else, and make dates of dates and booleans of 'on'.
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012
        depth = 0

        def descend_resolver(self, parent: Any, index: Any) -> None:
            self.depth += 1
            if self.depth > deepest:
                line, problem = parent.start_mark.line + 1, "nested too deeply to be read"
                raise UnreadableError(f"{problem}, on line {line}", problem=problem, line=line)

        def ascend_resolver(self) -> None:
            self.depth -= 1

    return Loader


def _unreadable(exc: Exception) -> UnreadableError:
    text = " ".join(str(exc).split())
    mark = getattr(exc, "problem_mark", None) or getattr(exc, "context_mark", None)
    problem = getattr(exc, "problem", None) or getattr(exc, "context", None)
    return UnreadableError(text, problem=str(problem or text), line=mark.line + 1 if mark else 1)
