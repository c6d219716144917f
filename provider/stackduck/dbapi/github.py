"""Where a connection's calls go: one client, made when the first call is needed, perhaps to a sandbox of its own."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stackduck.errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stackduck.api.bindings import Secret
    from stackduck.api.client import CallRecord, Client, RateLimit
    from stackduck.api.credentials import Credential
    from stackduck.api.pulling import Registry
    from stackduck.catalog.model import Request


@dataclass(frozen=True, slots=True)
class Settings:
    """What connect() takes, but for the database."""

    token: str | None = field(default=None, repr=False)
    token_env: str | None = None
    auth: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    api_url: str | None = None
    registry: Sequence[str | Path] = ()
    registry_url: str | None = None
    max_calls: int = 2_000
    max_wait: float = 60.0
    concurrency: int = 8
    sandbox: bool = False
    allow_writes: bool = False
    dry_run: bool = False


class GitHub:
    """A client that waits to be needed, and what it has cost so far."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Client | None = None
        self._registry: Registry | None = None
        self._resources = ExitStack()
        self._is_closed = False

    def client(self) -> Client:
        """Return the client."""
        if self._is_closed:
            raise InterfaceError("the connection is closed")
        if self._client is None:
            self._client = self._make()
        return self._client

    def registry(self) -> Registry:
        """Return the registry that provider documents are pulled from."""
        if self._is_closed:
            raise InterfaceError("the connection is closed")
        if self._registry is None:
            from stackduck.api.pulling import Registry

            self._registry = Registry(self._settings.registry_url)
            self._resources.callback(self._registry.close)
        return self._registry

    def credential(self, request: Request) -> Credential | None:
        """Find the credential that a request would show; sends nothing."""
        return self.client().credential(request)

    @property
    def calls(self) -> list[CallRecord]:
        """Every exchange so far."""
        return self._client.calls if self._client else []

    @property
    def rate_limit(self) -> RateLimit | None:
        """The token's hourly limit, as the latest answers told it."""
        return self._client.rate_limit if self._client else None

    def interrupt(self) -> None:
        """Stop the calls that are under way, from another thread."""
        if self._client:
            self._client.interrupt()
        if self._registry:
            self._registry.interrupt()

    def close(self) -> None:
        """Close the client, and end the sandbox."""
        self._is_closed = True
        self._resources.close()

    def _make(self) -> Client:
        from stackduck.api.client import Client

        wanted = self._settings
        api_url, token, token_env = wanted.api_url, wanted.token, wanted.token_env
        if wanted.sandbox:
            from stackduck.sandbox import serve

            served = self._resources.enter_context(serve())
            api_url, token, token_env = served.api_url, served.token, None
        client = Client(
            api_url=api_url,
            token=token,
            token_env=token_env,
            auth=wanted.auth,
            concurrency=wanted.concurrency,
            max_wait=wanted.max_wait,
        )
        self._resources.callback(client.close)
        return client
