"""REGISTRY LIST and PULL: what is asked, and what says nothing."""

from __future__ import annotations

import pytest

from stackduck.errors import ProgrammingError
from stackduck.sql.inspecting.registries import RegistryList, RegistryPull, read
from stackduck.sql.statements import of_text


@pytest.mark.parametrize(
    "text",
    [
        "REGISTRY",
        "REGISTRY PULL",
        "REGISTRY DROP github",
        "REGISTRY LIST a b",
        "REGISTRY PULL a b c",
        "STACKQL REGISTRY",
        "REGISTRY PULL github x'ff'",
        "REGISTRY SELECT 1",
    ],
)
def test_what_says_nothing_is_an_error_that_shows_the_form(text: str) -> None:
    with pytest.raises(ProgrammingError, match=r"write REGISTRY LIST \[provider\] or REGISTRY PULL provider"):
        read(of_text(text))


@pytest.mark.parametrize(
    "text", ["SELECT 1", "FROM registry", "SELECT registry FROM t", "stackql", "SHOW PROVIDERS", ""]
)
def test_other_statements_are_none(text: str) -> None:
    assert read(of_text(text)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("REGISTRY LIST", RegistryList()),
        ("registry list github", RegistryList("github")),
        ("stackql registry list 'github'", RegistryList("github")),
        ("REGISTRY PULL github", RegistryPull("github")),
        ("REGISTRY PULL github 'v0.3.6'", RegistryPull("github", "v0.3.6")),
        ("REGISTRY PULL github v24.11.00355", RegistryPull("github", "v24.11.00355")),
        ("REGISTRY PULL github v0.1.1-alpha01", RegistryPull("github", "v0.1.1-alpha01")),
        ('STACKQL REGISTRY PULL "azure_extras" v0.3.0', RegistryPull("azure_extras", "v0.3.0")),
        ("REGISTRY /* all */ PULL github -- the newest\n", RegistryPull("github")),
    ],
)
def test_what_is_asked(text: str, expected: object) -> None:
    assert read(of_text(text)) == expected
