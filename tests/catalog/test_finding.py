"""What a name may mean, by its full name, the end of it, or a part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stackduck.catalog.finding import find
from stackduck.catalog.names import Catalog
from stackduck.errors import ProgrammingError

SEATS = ("github", "billing", "seats")


@pytest.fixture
def catalog(
    write_registry: Callable[..., Path], service_document: Callable[..., dict[str, Any]], tmp_path: Path
) -> Catalog:
    registry = write_registry({"billing": service_document(), "copilot": service_document(), "bad": "paths: ["})
    return Catalog([registry], cache_dir=tmp_path / "cache")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("zzz", "nothing is called 'zzz'; stackduck inspect without a name lists"),
        ("seaks", "nothing is called 'seaks'; did you mean 'seats'?"),
        ("billin.seaks", "nothing is called 'billin.seaks'; did you mean 'seats'?"),
        ("", "'' is no name"),
        ("a..b", "'a..b' is no name"),
        ("a.b.c.d.e", "'a.b.c.d.e' is no name"),
    ],
)
def test_a_name_that_nothing_has_is_an_error(name: str, told: str, catalog: Catalog) -> None:
    with pytest.raises(ProgrammingError) as raised:
        find(catalog, name)
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("GitHub", [("github",)]),
        ("billing", [("github", "billing")]),
        ("github.billing;", [("github", "billing")]),
        ("billing.seats", [SEATS]),
        ('"github".`billing`.Seats', [SEATS]),
        ("seats", [SEATS, ("github", "copilot", "seats")]),
        ("billing.seats.list", [(*SEATS, "list")]),
        ("list", [(*SEATS, "list"), ("github", "copilot", "seats", "list")]),
        ("copi", [("github", "copilot")]),
        ("bil.eat", [SEATS]),
    ],
)
def test_what_a_name_means(name: str, found: list[tuple[str, ...]], catalog: Catalog) -> None:
    assert sorted(find(catalog, name)) == sorted(found)
