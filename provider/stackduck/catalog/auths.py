"""Read how a document wants a credential to be shown. Pure. Names of environment variables in it mean nothing here."""

from __future__ import annotations

import re

from stackduck.catalog.model import Auth

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PRINTABLE = re.compile(r"[ -~]*")
_FRAMING = frozenset(("connection", "content-length", "cookie", "expect", "host", "te", "trailer", "transfer-encoding"))


def auth_of(said: object) -> Auth:
    """Return how a credential is shown: as a bearer token where a document is silent."""
    if not isinstance(said, dict) or not said:
        return Auth()
    kind = str(said.get("type") or "").strip().lower()
    if kind in ("", "bearer", "null_auth"):
        return _key(said) if said.get("valuePrefix") else Auth()
    if kind == "basic":
        return Auth("basic")
    if kind in ("api_key", "custom") and not said.get("successor"):
        return _key(said)
    return Auth(flaw=f"{kind} with a successor" if said.get("successor") else kind)


def _key(said: dict[str, object]) -> Auth:
    """Return where an API key goes; only one that has a name is anywhere but in the header Authorization."""
    prefix, name = str(said.get("valuePrefix") or ""), str(said.get("name") or "Authorization")
    location = str(said.get("location") or "header").lower()
    is_key = location in ("header", "query") and _HEADER.fullmatch(name) and _PRINTABLE.fullmatch(prefix)
    if not is_key or name.lower() in _FRAMING:
        return Auth(flaw=f"a key in {location} '{name}'")
    return Auth("api_key", name, location == "query", prefix)
