"""Signed links: which are followed, how they are kept out of sight, and how all of a report's are renewed at once.

A link is as good as a password: nothing here shows more of one than its host. Opens no connection.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from threading import Lock
from urllib.parse import urljoin

from stackduck.api import hosts
from stackduck.frozen import frozen


@frozen
class Link:
    """A link that may be followed."""

    origin: str
    host: str
    is_loopback: bool
    target: str = field(repr=False)
    """Path and query, letter for letter as they are sent."""

    @property
    def is_tls(self) -> bool:
        """Tell whether the way there is encrypted."""
        return self.origin.startswith("https:")

    @property
    def path(self) -> str:
        """The target without the signature: what names the file."""
        return self.target.partition("?")[0]


def parse(url: str, *, is_plain_allowed: bool) -> Link | None:
    """Return a link; None unless it is https, or plain http to loopback where that is allowed."""
    match = hosts.URL.fullmatch(url.partition("#")[0])
    if match is None:
        return None
    scheme, host = match[1].lower(), match[2].lower()
    is_loopback = hosts.is_loopback_host(host.strip("[]"))
    if scheme == "http" and not (is_loopback and is_plain_allowed):
        return None
    return Link(hosts.origin_of(scheme, host, match[3]), host.strip("[]"), is_loopback, match[4] or "/")


def onward(link: Link, location: str, *, is_plain_allowed: bool) -> Link | None:
    """Return where a redirect leads, under the same rule as any link."""
    try:
        return parse(urljoin(link.origin + link.target, location), is_plain_allowed=is_plain_allowed)
    except ValueError:
        return None


class ChangedError(Exception):
    """The renewed links are of other files than those that were asked for first."""

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__("other files")
        self.links = links


class Links:
    """The links of one report, which expire together and are renewed together."""

    def __init__(self, links: Sequence[Link], renew: Callable[[], Sequence[Link]]) -> None:
        self._links = links
        self._renew = renew
        self._lock = Lock()
        self._generation = 0
        self._failure: BaseException | None = None

    def __len__(self) -> int:
        return len(self._links)

    def at(self, index: int) -> tuple[int, Link]:
        """Return a part's link, with the number of renewals before it."""
        with self._lock:
            return self._generation, self._links[index]

    def renew(self, generation: int) -> None:
        """Replace the links of a generation that has expired; who comes second finds it done."""
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._generation != generation:
                return
            try:
                links = self._renew()
                if [link.path for link in links] != [link.path for link in self._links]:
                    raise ChangedError(links)
            except BaseException as exc:
                self._failure = exc
                raise
            self._links = links
            self._generation += 1
