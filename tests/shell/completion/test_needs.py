"""What a resource still needs, by what is given."""

from __future__ import annotations

import pytest

from stackduck.catalog.model import Method, Parameter, Resource
from stackduck.catalog.names import Catalog
from stackduck.shell.completion.needs import optional, still_needed


def resource(*ways: str) -> Resource:
    """Return a resource with a method for each way, which names what it requires and [what it takes]."""
    methods = {}
    for number, way in enumerate(ways):
        names = [(word.strip("[]"), word[0] != "[") for word in way.split()]
        parameters = tuple(Parameter(name, "query", "VARCHAR", required) for name, required in names)
        methods[f"m{number}"] = Method(f"m{number}", "GET", "/", parameters)
    return Resource("p", "s", "r", methods=methods, verbs={"select": tuple(methods)})


@pytest.mark.parametrize(
    ("ways", "given", "expected"),
    [
        pytest.param((), (), [], id="no way to ask"),
        pytest.param(("org",), ("ORG",), ["org"], id="names in lower case are expected"),
        pytest.param(("org", ""), (), [], id="one way needs nothing"),
        pytest.param(("org",), (), ["org"], id="one"),
        pytest.param(("org day",), ("org",), ["day"], id="the rest"),
        pytest.param(("enterprise", "org"), (), ["enterprise, or org", "org, or enterprise"], id="either"),
        pytest.param(("enterprise", "org"), ("org",), [], id="either is given"),
        pytest.param(("org", "org username"), (), ["org", "username, or org"], id="more for another way"),
        pytest.param(("org username", "enterprise username"), ("org",), ["username"], id="the way that was begun"),
        pytest.param(("org [page]", "enterprise"), ("page",), ["org"], id="the way that takes what is given"),
        pytest.param(("a b", "a c"), ("a",), ["b, or c", "c, or b"], id="either of the rest"),
    ],
)
def test_what_is_missing_is_told(ways: tuple[str, ...], given: tuple[str, ...], expected: list[str]) -> None:
    found = still_needed(resource(*ways), "select", set(given))
    told = [f"{need.parameter.name}{', or ' * bool(need.instead)}{' or '.join(need.instead)}" for need in found]
    assert told == expected


def test_what_may_be_given_is_told_once() -> None:
    assert [each.name for each in optional(resource("org [page]", "[page] [sort]"), "select")] == ["page", "sort"]


def test_every_resource_of_the_catalog_is_satisfied_by_what_it_needs() -> None:
    catalog = Catalog.default()
    for service in catalog.services("github"):
        for name in catalog.resources("github", service.name):
            found = catalog.resource("github", service.name, name)
            given: set[str] = set()
            while needs := still_needed(found, "select", given):
                given.add(needs[0].parameter.name.lower())
            assert len(given) <= 4
