"""Asks a registry server for provider documents: its list, and a version's archive into a file. Holds no credentials.

The layout is StackQL's: <url>/dist/providers.yaml and <url>/dist/<provider>/<version>.tgz. What the bytes mean, and
where they are kept, is the catalog's.
"""

from __future__ import annotations

import os
import tempfile
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from threading import Event
from typing import IO

from stackduck.api import hosts, waits
from stackduck.api.caller import Pause
from stackduck.api.links import Link, parse
from stackduck.api.model import CancelledError, TransferError
from stackduck.api.storage import Storage
from stackduck.catalog import folders, pulled
from stackduck.catalog.archives import LIMITS
from stackduck.catalog.names import did_you_mean
from stackduck.catalog.pulled import Archive, Offer
from stackduck.errors import (
    DataError,
    InterfaceError,
    NotFoundError,
    OperationalError,
    ProgrammingError,
    RequestTimeoutError,
)

PUBLIC = "https://registry.stackql.app/providers"
_VARIABLE = "STACKDUCK_REGISTRY_URL"
_LARGEST_LIST = 8 * 1024 * 1024
_DIGEST_HEADERS = ("content-digest", "repr-digest", "digest")


def registry_url(given: str | None, environ: Mapping[str, str]) -> str:
    """Return the URL of the registry: the given one, STACKDUCK_REGISTRY_URL's, or StackQL's public one.

    Raises InterfaceError for what is no https URL, but for plain http on this machine.
    """
    source = "the registry URL" if given is not None else _VARIABLE
    url = given if given is not None else environ.get(_VARIABLE, "").strip() or PUBLIC
    base = hosts.parse(url, source=source)
    return base.origin + base.prefix


class Registry:
    """A registry server."""

    def __init__(
        self,
        url: str | None = None,
        *,
        timeout: float = 60.0,
        sleep: Callable[[float], None] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._url = registry_url(url, os.environ if environ is None else environ)
        is_plain = self._url.startswith("http:")
        self._storage = Storage(timeout=timeout, connections=1, is_plain_allowed=is_plain)
        self._is_plain_allowed = is_plain
        self._pause = Pause(sleep)
        self._stop = Event()

    @property
    def host(self) -> str:
        """The server's name, for messages."""
        return self._url.partition("://")[2].partition("/")[0]

    def offers(self) -> dict[str, Offer]:
        """Return what the registry has, by the providers' names."""
        self._stop.clear()
        return self._offers()

    def versions(self, provider: str) -> tuple[str, ...]:
        """Return the versions of a provider, from the oldest to the newest."""
        self._stop.clear()
        return self._offered(provider)[1].versions

    @contextmanager
    def archive(self, provider: str, version: str | None) -> Iterator[Archive]:
        """Fetch a version's archive, the newest where none is named, for as long as the context lasts."""
        self._stop.clear()
        name, offer = self._offered(provider)
        wanted = offer.latest if version is None else version
        if wanted not in offer.versions:
            hint = did_you_mean(wanted, offer.versions) or f"; the newest is {offer.latest}"
            raise ProgrammingError(f"the registry at {self.host} has no version '{wanted}' of {name}{hint}")
        with tempfile.TemporaryDirectory(prefix="stackduck-pull-") as folder:
            yield self._downloaded(name, wanted, os.path.join(folder, "archive.tgz"), told=offer.checksums.get(wanted))

    def interrupt(self) -> None:
        """Stop what is under way, from any thread; what is asked later is not."""
        self._stop.set()

    def close(self) -> None:
        """Stop what is under way and close the connections."""
        self.interrupt()
        self._storage.close()

    def _offers(self) -> dict[str, Offer]:
        with tempfile.TemporaryFile() as file:
            self._fetch("providers.yaml", file, limit=_LARGEST_LIST, what="the list of providers")
            file.seek(0)
            return pulled.offers(file.read(), f"{self._url}/dist/providers.yaml")

    def _offered(self, provider: str) -> tuple[str, Offer]:
        offers = self._offers()
        name = next((each for each in offers if each.lower() == provider.lower()), None)
        if name is None:
            raise ProgrammingError(
                f"the registry at {self.host} has no provider '{provider}'{did_you_mean(provider, offers)}"
            )
        return name, offers[name]

    def _downloaded(self, provider: str, version: str, path: str, *, told: str | None) -> Archive:
        place = f"{folders.folder_of(provider)}/{version}.tgz"
        with open(path, "wb") as file:
            found, headers = self._fetch(place, file, limit=LIMITS.archive, what=f"{provider} {version}")
        sums = {*([told] if told else []), *_digests(headers)}
        sums = sums or self._beside(place)
        return Archive(path, provider, version, found, frozenset(sums), f"{self._url}/dist/{place}")

    def _beside(self, place: str) -> set[str]:
        """Return the checksum in a file beside an archive, where there is one."""
        with tempfile.TemporaryFile() as file:
            try:
                self._fetch(f"{place}.sha256", file, limit=4096, what="a checksum")
            except NotFoundError:
                return set()
            file.seek(0)
            found = pulled.checksum(file.read().decode("utf-8", "replace"))
        if found is None:
            raise DataError(f"the registry at {self.host} has a checksum for {place} that is no SHA-256")
        return {found}

    def _fetch(self, place: str, file: IO[bytes], *, limit: int, what: str) -> tuple[str, Mapping[str, str]]:
        """Write what the registry has at a place to a file; return its SHA-256 and the answer's headers."""
        link = parse(f"{self._url}/dist/{place}", is_plain_allowed=self._is_plain_allowed)
        if link is None:
            raise InterfaceError(f"the registry URL with '{place}' is no URL")
        try:
            return self._tried(link, file, limit, what)
        except CancelledError:
            raise OperationalError("interrupted") from None

    def _tried(self, link: Link, file: IO[bytes], limit: int, what: str) -> tuple[str, Mapping[str, str]]:
        tries = 1
        while True:
            try:
                return self._once(link, file, limit, what)
            except TransferError as fault:
                wait = self._wait(fault, tries)
                if wait is None:
                    raise self._failed(fault, what, tries) from None
            self._pause.wait(wait, self._stop)
            tries += 1

    def _once(self, link: Link, file: IO[bytes], limit: int, what: str) -> tuple[str, Mapping[str, str]]:
        headers = {"Accept-Encoding": "identity", "User-Agent": f"stackduck/{import_module('stackduck').__version__}"}
        file.seek(0)
        file.truncate()
        digest, size = sha256(), 0
        with self._storage.open(link, headers=headers) as body:
            if body.status != 200:
                raise TransferError(f"it answered {body.status}", status=body.status)
            for piece in body.pieces(self._stop):
                if self._stop.is_set():
                    raise CancelledError
                size += len(piece)
                if size > limit:
                    raise DataError(f"the registry at {self.host} sends more than {limit:,} bytes for {what}")
                digest.update(piece)
                file.write(piece)
            if body.length is not None and size < body.length:
                raise TransferError("the body stops before its end")
            return digest.hexdigest(), body.headers

    def _wait(self, fault: TransferError, tries: int) -> float | None:
        """Return the seconds until the next try; None when there is none."""
        if self._stop.is_set():
            raise CancelledError
        if fault.status is not None:
            is_passing = waits.is_passing(fault.status) or fault.status == 429
            return waits.backoff(tries - 1) if is_passing and tries <= waits.RETRIES else None
        return waits.after_fault(fault, tries - 1, is_safe=True)

    def _failed(self, fault: TransferError, what: str, tries: int) -> OperationalError:
        again = f" after {tries} tries" if tries > 1 else ""
        if fault.status == 404:
            text = f"the registry at {self.host} does not have {what}; check the registry URL, {self._url}"
            return NotFoundError(text, status=404)
        if fault.timed_out:
            text = f"the registry at {self.host} did not send {what} in time{again}"
            return RequestTimeoutError(f"{text}; run again later")
        text = f"the registry at {self.host} did not send {what}{again}: {fault.reason}"
        return OperationalError(f"{text}; check the network and the registry URL", status=fault.status)


def _digests(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the SHA-256 that an answer's headers tell of its body (RFC 9530, and RFC 3230 before it)."""
    for name in _DIGEST_HEADERS:
        for each in headers.get(name, "").split(","):
            kind, equals, value = each.strip().partition("=")
            if equals and kind.lower() == "sha-256":
                try:
                    yield b64decode(value.strip(":"), validate=True).hex()
                except (Base64Error, ValueError):
                    continue
