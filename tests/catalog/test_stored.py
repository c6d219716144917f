"""Resources as JSON values and back."""

from __future__ import annotations

import json

from stackduck.catalog.model import Auth, Column, GraphQL, Method, Paging, Parameter, Resource, View
from stackduck.catalog.stored import made, written

COLUMNS = (Column("login", "VARCHAR", "Who.", "string"), Column("id", "BIGINT"))
ORG = Parameter("org", "path", "VARCHAR", True, "The organization.", is_multi_segment=True)
SIZE = Parameter("per_page", "query", "BIGINT", False, default="30", maximum=100, enum=("30", "100"))
BODY = Parameter("data__names", "body", "JSON", True, schema_type="array", attribute="names")
SEATS = Resource(
    "github",
    "copilot",
    "org_seats",
    "Seats",
    "Who has one.",
    methods={
        "list": Method(
            "list", "GET", "/orgs/{org}/seats", (ORG, SIZE), COLUMNS, "$.seats", True, total_key="total_seats",
            summary="List", description="All", scopes="read:org",
        ),
        "get": Method("get", "GET", "/seat", columns=COLUMNS, follows_link=False, rows_are_values=True),
        "add": Method("add", "POST", "/seats", (BODY,), media_type="a/b", flaw="no", extras={"config": {"x": [1]}}),
        "ask": Method(
            "ask", "POST", "/graphql", columns=COLUMNS, graphql=GraphQL("query { a }", "$.data.a"),
            paging=Paging("after", response_key="$.end", end_key="$.more", size=3),
        ),
        "far": Method(
            "far", "GET", "/far", server="https://{x}.example", fixed_query=(("beta", "true"),),
            auth=Auth("api_key", "X-Key", True, "Key "), paging=Paging("token", "page", "header", "$.next"),
        ),
    },
    verbs={"select": ("list", "get"), "insert": ("add",)},
    views=(View("SELECT '{{ ref }}'", ("ref",), COLUMNS), View("SELECT 1")),
)  # fmt: skip


def test_a_resource_comes_back_as_it_was() -> None:
    assert made(json.loads(json.dumps(written(SEATS))), provider="github", service="copilot") == SEATS


def test_columns_that_methods_share_are_written_once() -> None:
    assert len(written(SEATS)["columns"]) == 2
