"""Where a token comes from, and how it is kept out of everything that can be read.

Finds one credential for one host. Sends nothing; the only program it may start is gh.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from stackduck.errors import AuthenticationError

_GH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Credential:
    """A value for the Authorization header."""

    authorization: str = field(repr=False)
    source: str
    """Where it came from, for messages: GH_TOKEN."""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def redact(self, text: str) -> str:
        """Return a text without the secrets of this credential."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def find(*, token: str | None, token_env: str | None, gh_host: str, environ: Mapping[str, str]) -> Credential:
    """Return the first credential of: the argument, the named variable, the known variables, gh."""
    if token is not None:
        return _bearer(token, "the token argument")
    if token_env is not None:
        return _named(token_env, environ)
    for name in ("GH_TOKEN", "GITHUB_TOKEN"):
        if environ.get(name, "").strip():
            return _bearer(environ[name], name)
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
    return _bearer(environ[name], name)


def _stackql(environ: Mapping[str, str]) -> Credential | None:
    """Return StackQL's pair of variables: basic authentication, or a bearer token without a user name."""
    password = environ.get("STACKQL_GITHUB_PASSWORD", "")
    if not password.strip():
        return None
    user = environ.get("STACKQL_GITHUB_USERNAME", "").strip()
    if not user:
        return _bearer(password, "STACKQL_GITHUB_PASSWORD")
    secret = _clean(password, "STACKQL_GITHUB_PASSWORD")
    pair = b64encode(f"{user}:{secret}".encode()).decode()
    return Credential(f"Basic {pair}", "STACKQL_GITHUB_PASSWORD", (secret, pair))


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
    return _bearer(done.stdout, f"gh auth token --hostname {host}") if done.stdout.strip() else None


def _bearer(token: str, source: str) -> Credential:
    secret = _clean(token, source)
    return Credential(f"Bearer {secret}", source, (secret,))


def _clean(token: str, source: str) -> str:
    """Return the token without surrounding blanks; never show a token that is refused."""
    secret = token.strip()
    if not secret:
        raise AuthenticationError(f"the token from {source} is empty; give a GitHub token")
    if not all("!" <= character <= "~" for character in secret):
        raise AuthenticationError(f"the token from {source} holds blanks, line breaks or other signs that no token has")
    return secret
