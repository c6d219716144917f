"""What a document may ask for that stackduck lacks: told when the method is used."""

from __future__ import annotations

from typing import Any

import pytest

from stackduck.catalog.flaws import flaw_of, path_flaw


def flaw(*, method: Any = None, config: Any = None, media: str = "application/json") -> str:
    return flaw_of(method or {}, config or {}, media_type=media)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"media": "text/xml"}, "answers text/xml"),
        ({"media": "application/vnd.github.diff"}, "answers application/vnd.github.diff"),
        ({"method": {"response": {"transform": {"type": "golang_template_json_v0.3.0"}}}}, "'transform'"),
        ({"method": {"request": {"base": "{}"}}}, "request needs 'base'"),
        ({"method": {"request": {"nativeCasing": "pascal"}}}, "'nativeCasing'"),
        ({"method": {"request": {"mediaType": "application/xml"}}}, "request is application/xml"),
        ({"config": {"requestBodyTranslate": {"algorithm": "naive_DesiredState"}}}, "'naive_DesiredState'"),
        ({"config": {"queryParamTranspose": {"algorithm": "AWSCanonical"}}}, "'queryParamTranspose'"),
        ({"config": {"requestTranslate": {"algorithm": "get_query_to_post_form_utf_8"}}}, "'requestTranslate'"),
    ],
    ids=range(9),
)
def test_what_is_lacking_is_told(asked: Any, told: str) -> None:
    assert told in flaw(**asked)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"media": "application/vnd.github.object"},
        {"media": "application/scim+json"},
        {"config": {"requestBodyTranslate": {"algorithm": "naive"}}},
        {"method": {"request": {"mediaType": "application/json"}}},
        {"config": {"queryParamPushdown": {"top": {"paramName": "$top"}}}},
    ],
    ids=["plain", "object", "scim", "naive", "json", "push-down"],
)
def test_what_is_there_is_no_flaw(asked: Any) -> None:
    assert flaw(**asked) == ""


def test_a_value_inside_the_query_string_of_a_path_is_lacking() -> None:
    assert "'/a?b={c}'" in path_flaw("/a?b={c}")
    assert path_flaw("/a/{c}?b=1") == path_flaw("/a/{c}") == ""
