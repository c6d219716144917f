"""How documents want a credential to be shown; never whose it is."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.auths import auth_of
from stackduck.catalog.model import Auth


@pytest.mark.parametrize(
    ("said", "flaw"),
    [
        ({"type": "aws_signing_v4"}, "aws_signing_v4"),
        ({"type": "oauth2", "token_url": "https://x"}, "oauth2"),
        ({"type": "service_account"}, "service_account"),
        ({"type": "custom", "name": "A", "successor": {"type": "custom"}}, "custom with a successor"),
        ({"type": "api_key", "name": "A", "location": "cookie"}, "a key in cookie 'A'"),
        ({"type": "api_key", "name": "Host"}, "a key in header 'Host'"),
        ({"type": "api_key", "name": "Content-Length"}, "a key in header 'Content-Length'"),
        ({"type": "api_key", "name": "A\r\nB"}, "a key in header 'A\r\nB'"),
        ({"type": "api_key", "valuePrefix": "A\r\n"}, "a key in header 'Authorization'"),
    ],
    ids=range(9),
)
def test_what_stackduck_does_not_make_is_told(said: Any, flaw: str) -> None:
    assert auth_of(said).flaw == flaw


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, Auth()),
        ({}, Auth()),
        ("bearer", Auth()),
        ({"type": "bearer", "credentialsenvvar": "HOME"}, Auth()),
        ({"type": "null_auth"}, Auth()),
        ({"type": "basic", "username_var": "A", "password_var": "B"}, Auth("basic")),
        ({"type": "api_key"}, Auth("api_key")),
        ({"type": "api_key", "valuePrefix": "SSWS "}, Auth("api_key", prefix="SSWS ")),
        ({"type": "bearer", "valuePrefix": "Token "}, Auth("api_key", prefix="Token ")),
        ({"type": "api_key", "name": "X-Key", "location": "header"}, Auth("api_key", "X-Key")),
        ({"type": "custom", "name": "key", "location": "query"}, Auth("api_key", "key", True)),
    ],
    ids=range(11),
)
def test_how_a_credential_is_shown(said: Any, expected: Auth) -> None:
    assert auth_of(said) == expected
