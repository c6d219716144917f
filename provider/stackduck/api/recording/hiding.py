"""What must not be in a recording: signed links become placeholders, credentials become stars. Pure.

A placeholder is a link itself, to a host that cannot exist, so that whoever takes links takes it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

HOST = "recording.invalid"
STARS = "***"
"""What stands for a credential; it is in the place of one where an answer repeats what was asked."""
_LINKS = "download_links"
_SIGNS = re.compile(
    r"(?:^|[-_])(?:sig|signature|token|credential|secret|password|policy|jwt|key|accesskeyid|authorization)(?:$|[-_])",
    re.IGNORECASE,
)
_TURNS_PAGES = re.compile(r"page|next|cursor|continu|sort", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_SHORTEST = 8
"""A credential with fewer signs is not looked for in answers: it would be found in other words."""

Note = Callable[[str, str], None]


@dataclass
class Hider:
    """Hides what an answer to one request must not show."""

    name: str
    """host/request: what placeholders are named after."""
    note: Note
    """Told each link and its placeholder."""
    secrets: tuple[str, ...] = ()
    origin: tuple[str, str] = ("", "")
    """An origin that is another one each time, and what stands for it."""
    _found: dict[str, str] = field(default_factory=dict)

    def tree(self, value: Any, *, is_link: bool = False) -> Any:
        """Return a JSON value that may be read by anyone."""
        if isinstance(value, str):
            return self.text(value, is_link=is_link)
        if isinstance(value, list):
            return [self.tree(each, is_link=is_link) for each in value]
        if isinstance(value, Mapping):
            return {key: self.tree(each, is_link=key == _LINKS) for key, each in value.items()}
        return value

    def text(self, text: str, *, is_link: bool = False) -> str:
        """Return a text that may be read by anyone."""
        if is_link:
            return self._placeholder(text)
        for secret in self.secrets:
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, STARS)
        text = _URL.sub(lambda match: self._placeholder(match[0]) if is_signed(match[0]) else match[0], text)
        shown, fixed = self.origin
        return re.sub(re.escape(shown) + r"(?![0-9])", fixed, text) if shown and shown in text else text

    def _placeholder(self, link: str) -> str:
        if link not in self._found:
            self._found[link] = f"https://{HOST}/{quote(self.name)}/{len(self._found) + 1}"
            self.note(link, self._found[link])
        return self._found[link]


def is_signed(url: str) -> bool:
    """Tell whether a URL is as good as a password: its query holds a signature, or it names a user's password."""
    try:
        parts = urlsplit(url)
        return "@" in parts.netloc or any(
            _SIGNS.search(name) and not _TURNS_PAGES.search(name) and value != STARS
            for name, value in parse_qsl(parts.query)
        )
    except ValueError:
        return True


def named(placeholder_path: str) -> tuple[str, str] | None:
    """Return the name and the number in the path of a placeholder; None for what is none."""
    name, _, number = unquote(placeholder_path).strip("/").rpartition("/")
    is_plain = name and number.isdecimal() and ".." not in name.split("/")
    return (name, number) if is_plain else None
