"""Where GitHub's token comes from, what a credential looks like on its way, and how it is kept out of what can be read.

Finds one credential for one host. Sends nothing; the only program it may start is gh.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import quote

from stackduck.errors import AuthenticationError
from stackduck.frozen import frozen

_GH_SECONDS = 10.0


@frozen
class Credential:
    """A value for a header, Authorization unless it has another name, or for a parameter of the query."""

    value: str = field(repr=False)
    source: str
    """Where it came from, for messages: GH_TOKEN."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    name: str = "Authorization"
    in_query: bool = False

    @property
    def kind(self) -> str:
        """What it is: bearer, basic or api_key."""
        scheme = self.value.partition(" ")[0].lower()
        return scheme if self.name == "Authorization" and scheme in ("bearer", "basic") else "api_key"

    @property
    def principal(self) -> str | None:
        """The user, where the credential itself tells one."""
        user = b64decode(self.value.partition(" ")[2]).decode().partition(":")[0] if self.kind == "basic" else ""
        return None if user in ("", *self.secrets) else user

    @property
    def headers(self) -> dict[str, str]:
        """The headers that show it."""
        return {} if self.in_query else {self.name: self.value}

    def signed(self, target: str) -> str:
        """Return path and query with the parameter that shows it, where it is one."""
        if not self.in_query:
            return target
        path, _, query = target.partition("?")
        name, secret = quote(self.name, safe=""), quote(self.value, safe="")
        kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != name]
        return f"{path}?{'&'.join([*kept, f'{name}={secret}'])}"

    def redact(self, text: str) -> str:
        """Return a text without the secrets of this credential."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def find(*, token: str | None, token_env: str | None, gh_host: str, environ: Mapping[str, str]) -> Credential:
    """Return the first credential of: the argument, the named variable, the known variables, gh."""
    if token is not None:
        return bearer(token, "the token argument")
    if token_env is not None:
        return _named(token_env, environ)
    for name in ("GH_TOKEN", "GITHUB_TOKEN"):
        if environ.get(name, "").strip():
            return bearer(environ[name], name)
    found = _stackql(environ) or _from_gh(gh_host, environ)
    if found is None:
        raise AuthenticationError(
            "no GitHub token found; set GH_TOKEN or GITHUB_TOKEN (STACKQL_GITHUB_PASSWORD works too), "
            f"name another variable with --token-env, or run gh auth login --hostname {gh_host}"
        )
    return found


def _named(name: str, environ: Mapping[str, str]) -> Credential:
    if not environ.get(name, "").strip():
        raise AuthenticationError(f"the token variable {name} is not set; set it, or name another with --token-env")
    return bearer(environ[name], name)


def _stackql(environ: Mapping[str, str]) -> Credential | None:
    """Return StackQL's pair of variables: basic authentication, or a bearer token without a user name."""
    password = environ.get("STACKQL_GITHUB_PASSWORD", "")
    if not password.strip():
        return None
    user = environ.get("STACKQL_GITHUB_USERNAME", "").strip()
    if not user:
        return bearer(password, "STACKQL_GITHUB_PASSWORD")
    return basic(f"{user}:{password.strip()}", "STACKQL_GITHUB_PASSWORD")


def _from_gh(host: str, environ: Mapping[str, str]) -> Credential | None:
    """Ask the gh command for the token of exactly this host."""
    import shutil
    import subprocess

    program = shutil.which("gh", path=environ.get("PATH", ""))
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "auth", "token", "--hostname", host],
            capture_output=True,
            check=True,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_GH_SECONDS,
        )
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return None
    return bearer(done.stdout, f"gh auth token --hostname {host}") if done.stdout.strip() else None


def bearer(token: str, source: str) -> Credential:
    """Return a bearer token."""
    secret = _clean(token, source)
    return Credential(f"Bearer {secret}", source, (secret,))


def basic(pair: str, source: str) -> Credential:
    """Return a user's name and password, written with a colon between them, for basic authentication."""
    user, colon, password = pair.strip().partition(":")
    if not colon or not (user or password):
        raise AuthenticationError(f"the credential from {source} is no user:password; write both with a colon between")
    if not pair.strip().isprintable():
        raise AuthenticationError(f"the credential from {source} holds line breaks or other signs that none has")
    encoded = b64encode(f"{user}:{password}".encode()).decode()
    # Without a password the name is the key.
    return Credential(f"Basic {encoded}", source, (password or user, encoded))


def key(secret: str, source: str, *, name: str, prefix: str, in_query: bool) -> Credential:
    """Return an API key for a header or a parameter of this name."""
    secret = _clean(secret, source)
    return Credential(f"{prefix}{secret}", source, (secret, quote(secret, safe="")), name, in_query)


def _clean(token: str, source: str) -> str:
    """Return the token without surrounding blanks; never show a token that is refused."""
    secret = token.strip()
    if not secret:
        raise AuthenticationError(f"the token from {source} is empty; give a token")
    if not all("!" <= character <= "~" for character in secret):
        raise AuthenticationError(f"the token from {source} holds blanks, line breaks or other signs that no token has")
    return secret
