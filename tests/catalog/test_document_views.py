"""The views of documents."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.model import Column, View
from stackduck.catalog.views import views_of


def read(select: Any, **config: Any) -> tuple[View, ...]:
    return views_of({"views": {"select": select}, **config})


@pytest.mark.parametrize(
    "config", [{}, {"views": None}, {"views": {"select": {}}}, {"views": {"select": {"ddl": 7}}}], ids=range(4)
)
def test_a_resource_without_a_text_has_no_view(config: Any) -> None:
    assert views_of(config) == ()


def test_texts_for_other_databases_are_left_out() -> None:
    lite = {"predicate": 'sqlDialect == "sqlite3"', "ddl": "SELECT 1;"}
    other = {"predicate": 'sqlDialect == "postgres"', "ddl": "SELECT 2", "fallback": lite}
    assert read(other) == (View("SELECT 1"),)
    assert read({"ddl": "SELECT 3"}) == (View("SELECT 3"),)


@pytest.mark.parametrize("listed", ["[ ref, site ]", '["ref","site"]', "[ref,site]"])
def test_a_view_needs_what_its_predicate_lists_and_its_text_names(listed: str) -> None:
    predicate = f'sqlDialect == "sqlite3" && requiredParams == {listed}'
    found = read({"predicate": predicate, "ddl": "SELECT '{{ ref }}', '{{ org }}'"})
    assert found[0].required == ("ref", "site", "org")


def test_views_are_tried_in_the_order_of_their_fallbacks() -> None:
    first = {"predicate": "requiredParams == [ a ]", "ddl": "SELECT 1", "fallback": {"ddl": "SELECT 2"}}
    assert [(view.sql, view.required) for view in read(first)] == [("SELECT 1", ("a",)), ("SELECT 2", ())]


def test_fallbacks_that_lead_in_a_circle_end() -> None:
    node: dict[str, Any] = {"ddl": "SELECT 1"}
    node["fallback"] = node
    assert len(read(node)) < 100


def test_columns_are_those_that_the_document_tells_of() -> None:
    fields = [{"name": "a", "type": "boolean", "description": "It."}, {"type": "none"}, "b"]
    assert read({"ddl": "SELECT 1"}, docs={"fields": fields})[0].columns == (Column("a", "VARCHAR", "It.", "boolean"),)
