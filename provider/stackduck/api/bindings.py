"""Which credential goes to which host: what the user bound, and nothing that a document says.

A document says how a credential is shown (as a bearer token, in a header of its own); never where it comes from or
where it goes. Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field

from stackduck.api import hosts
from stackduck.api.credentials import Credential, basic, bearer, key
from stackduck.api.hosts import Base
from stackduck.catalog.model import Auth
from stackduck.errors import AuthenticationError, InterfaceError
from stackduck.frozen import frozen

Secret = str | Callable[[], str] | None
"""[bearer:|basic:]NAME of a variable; basic:NAME:NAME of two; 'none' or None for no credential; or what gives it."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FORM = "HOST=[bearer:|basic:]NAME, or HOST=none"


@frozen
class Binding:
    """Where the credential of one host comes from."""

    host: str
    """As the user wrote it, for messages."""
    kind: str = ""
    """bearer or basic, where the user says so; else the document does."""
    variables: tuple[str, ...] = ()
    give: Callable[[], str] | None = field(default=None, repr=False)

    @property
    def is_none(self) -> bool:
        """Whether the host is asked without a credential."""
        return not self.variables and self.give is None


class Bindings:
    """The hosts that the user named, beside GitHub's."""

    def __init__(self, auth: Mapping[str, Secret], environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._by_origin = {_origin(host): _binding(host, secret) for host, secret in auth.items()}

    def binds(self, base: Base) -> bool:
        """Tell whether the user bound a credential to this host, scheme and port."""
        return base.origin in self._by_origin

    def credential(self, base: Base, auth: Auth, *, resource: str) -> Credential | None:
        """Return the credential of a host in the form that a document wants; None for none.

        Raises AuthenticationError for a host that nothing is bound to, and where the variable holds nothing.
        """
        binding = self._by_origin.get(base.origin)
        if binding is None:
            raise _unbound(base, auth, resource)
        if binding.is_none:
            return None
        if auth.flaw and not binding.kind:
            raise AuthenticationError(
                f"{resource} wants a credential of the kind '{auth.flaw}', which stackduck does not make; "
                f"if {base.host} takes a token, bind one with --auth {binding.host}=bearer:NAME"
            )
        kind = binding.kind or auth.kind
        values = [binding.give()] if binding.give else [self._value(name, binding) for name in binding.variables]
        source = " and ".join(binding.variables) or f"the credential bound to {binding.host}"
        if kind == "basic":
            return basic(":".join(values), source)
        if kind == "api_key" and not binding.kind:
            return key(values[0], source, name=auth.name, prefix=auth.prefix, in_query=auth.in_query)
        return bearer(values[0], source)

    def _value(self, name: str, binding: Binding) -> str:
        value = self._environ.get(name, "")
        if not value.strip():
            # A name in small letters may be a token that was written in the name's place.
            shown = f"the variable {name}" if name.isupper() else "the variable that --auth names"
            raise AuthenticationError(f"{shown} for {binding.host} is not set; set it, or bind another with --auth")
        return value


def _origin(host: str) -> str:
    """Return the origin of a host as the user writes it: api.example.com, api.example.com:8443 or a URL."""
    url = host if "://" in host else f"https://{host}"
    base = hosts.parse(url, source="the host of --auth")
    if base.prefix:
        raise InterfaceError("the host of --auth has a path; a credential is bound to a whole host")
    return base.origin


def _binding(host: str, secret: Secret) -> Binding:
    if secret is None or secret == "none":
        return Binding(host)
    if not isinstance(secret, str):
        return Binding(host, give=secret)
    kind, colon, rest = secret.partition(":")
    kind, names = (kind, rest.split(":")) if colon else ("", [secret])
    is_form = kind in ("", "bearer", "basic") and len(names) <= (2 if kind == "basic" else 1)
    if not is_form or not all(_VARIABLE.fullmatch(name) for name in names):
        raise InterfaceError(f"--auth for {host} names no environment variable; write {_FORM}")
    return Binding(host, kind, tuple(names))


def _unbound(base: Base, auth: Auth, resource: str) -> AuthenticationError:
    host = base.origin.removeprefix("https://")
    kind = "bearer:" if auth.flaw else ""
    return AuthenticationError(
        f"{resource} is asked at {host}, to which no credential is bound; "
        f"bind one with --auth {host}={kind}NAME (connect(auth={{'{host}': '{kind}NAME'}})), "
        f"where NAME is the environment variable that holds it, or write none for no credential"
    )
