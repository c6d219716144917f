"""Signed links to report files, in the manner of Azure's: a path, an expiry and a signature over both.

Knows nothing of what a file holds. The key lives as long as the server, and never leaves it.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from urllib.parse import quote

FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


class Signer:
    """Signs paths and checks what it signed."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, path: str, *, now: float, seconds: float) -> str:
        """Give a path with a query that admits to it for some seconds."""
        start, end = _instant(now), _instant(now + seconds)
        return f"{path}?sv=2025-11-05&sp=r&st={quote(start)}&se={quote(end)}&sig={self._signature(path, end)}"

    def refusal(self, path: str, query: dict[str, str], *, now: float) -> str | None:
        """Say why a link does not admit to a path, or None if it does."""
        end = query.get("se", "")
        if not hmac.compare_digest(self._signature(path, end).encode(), query.get("sig", "").encode()):
            return "Signature did not match"
        if end <= _instant(now):
            return f"Signature not valid in the specified time frame: Expiry [{end}], Current [{_instant(now)}]"
        return None

    def _signature(self, path: str, end: str) -> str:
        """Give the signature of a path and its expiry."""
        return urlsafe_b64encode(hmac.digest(self._key, f"{path}\n{end}".encode(), hashlib.sha256)).decode().rstrip("=")


def _instant(seconds: float) -> str:
    """Give an instant as text whose order is that of time."""
    return datetime.fromtimestamp(seconds, UTC).strftime(FORM)
