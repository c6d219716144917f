"""YAML text composed into nodes whose scalars are untyped, and no deeper than the parser's own stack allows."""

from __future__ import annotations

from typing import Any


class TooDeepError(Exception):
    """Values within values beyond what is read; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__("nested too deeply to be read")
        self.line = line


def compose(content: bytes | str, *, deepest: int, is_plain_python: bool = False) -> Any:
    """Return the root node, None for an empty text; raises TooDeepError and yaml.YAMLError.

    The parser in C is taken where there is one, unless `is_plain_python`: that says more plainly what is wrong. It
    composes by recursion and would crash on some thousands of levels.
    """
    import yaml

    base: Any = yaml.SafeLoader if is_plain_python else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = _loader(base, deepest)(content)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _loader(base: Any, deepest: int) -> Any:
    """Return a kind of loader that types no scalar and counts how deep it is; both parsers tell it."""

    class Loader(base):  # type: ignore[misc]
        # yaml's own resolvers cost more than all else, and make dates of dates and booleans of 'on'.
        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012
        depth = 0

        def descend_resolver(self, parent: Any, index: Any) -> None:
            self.depth += 1
            if self.depth > deepest:
                raise TooDeepError(parent.start_mark.line + 1)

        def ascend_resolver(self) -> None:
            self.depth -= 1

    return Loader
