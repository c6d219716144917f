"""A request and its answer as a JSON file that can be reviewed and compared, and the answer again from it. Pure.

What tells two requests apart names the file; of the headers only those are kept that say something of the rows.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from stackduck.api import waits
from stackduck.api.model import Answer
from stackduck.api.recording.hiding import HOST, Hider
from stackduck.frozen import frozen

_LONGEST = 120
_KEPT = re.compile(r"link|location|.*(?:next|cursor|continu|page|total).*")
_PARTIAL = "x-github-sso"
_ACCEPT = ("accept", "application/vnd.github+json")
_OURS = frozenset(("accept-encoding", "authorization", "cookie", "user-agent", "x-github-api-version"))
"""Headers of requests that say nothing of what is asked, or that nobody may read."""


@frozen
class Ask:
    """A request without its credential: what its answer is found by."""

    host: str
    """'github', or another provider's host."""
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None

    @property
    def name(self) -> str:
        """The name of the answer's file, without its ending: the target for people, a digest for what else it says."""
        shown = re.sub(r"[^A-Za-z0-9_-]+", ".", self.target).strip(".") or "root"
        told = [self.host, self.method, self.target, [list(pair) for pair in self.headers], self.body]
        digest = sha256(json.dumps(told).encode()).hexdigest()[:10]
        return f"{self.method.lower()}.{shown[:_LONGEST]}.{digest}"

    def __str__(self) -> str:
        return f"{self.method} {self.target}" + (f" of {self.host}" if self.host != "github" else "")


def ask(host: str, method: str, target: str, *, headers: Mapping[str, str], body: str | None, secret: str = "") -> Ask:
    """Return a request by what tells it from others; `secret` is the header that shows the credential."""
    hidden = _OURS | {secret.lower()}
    told = sorted((name.lower(), value) for name, value in headers.items() if name.lower() not in hidden)
    return Ask(host, method, target, tuple(pair for pair in told if pair != _ACCEPT), body)


def is_kept(answer: Answer) -> bool:
    """Tell an answer that says something of the question from one that asks for patience."""
    return not (waits.is_passing(answer.status) or waits.is_rate_limit(answer) or answer.status == 401)


def written(asked: Ask, answer: Answer, hider: Hider) -> bytes:
    """Return the file of an exchange."""
    path, _, query = asked.target.partition("?")
    request: dict[str, Any] = {"method": asked.method, "path": path}
    request |= {"query": query} if query else {}
    request |= {"headers": dict(asked.headers)} if asked.headers else {}
    request |= {"body": asked.body} if asked.body is not None else {}
    headers = {name: hider.text(value) for name, value in _kept_headers(answer.headers).items()}
    said = {"status": answer.status, "headers": headers, **_body(answer.body, hider)}
    told = {"request": hider.tree(request), **said}
    return _dumped(told, indent=1) + b"\n"


def read(content: bytes) -> Answer:
    """Return the answer that a file holds. Raises ValueError or KeyError for another file."""
    told = json.loads(content)
    if "json" in told:
        body = _dumped(told["json"])
    else:
        body = told["text"].encode() if "text" in told else b64decode(told["base64"])
    # What comes from a file is whole, which this header says where a connection's end would have to.
    headers = {**told["headers"], "content-length": str(len(body))}
    return Answer(int(told["status"]), headers, body, len(body))


def placeholders(content: bytes) -> frozenset[str]:
    """Return the placeholders in a file's answer."""
    return frozenset(re.findall(rf"https://{re.escape(HOST)}(/[^\s\"\\]+/[0-9]+)", content.decode()))


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name.lower(): value for name, value in headers.items() if _KEPT.fullmatch(name.lower())}
    if (told := headers.get(_PARTIAL, "")).startswith("partial-results"):
        kept[_PARTIAL] = told
    return dict(sorted(kept.items()))


def _body(body: bytes, hider: Hider) -> dict[str, Any]:
    """Return a body in the form in which it is best read, and comes back as it was."""
    try:
        return {"json": hider.tree(json.loads(body, parse_float=_exact, parse_constant=_exact))}
    except (ValueError, ArithmeticError):
        pass
    try:
        return {"text": hider.text(body.decode())}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


def _dumped(value: object, *, indent: int | None = None) -> bytes:
    try:
        return json.dumps(value, indent=indent, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # Half of a pair of surrogates is no text, but JSON can name it.
        return json.dumps(value, indent=indent).encode()


def _exact(text: str) -> float:
    """Read a number that Python would write again with the same value; anything else is a ValueError."""
    value = float(text)
    if Decimal(repr(value)) != Decimal(text):
        raise ValueError
    return value
