"""The bar says as much as the screen has room for, and nothing by halves."""

from __future__ import annotations

import pytest

from stackduck.shell import toolbar
from stackduck.shell.reading import Query
from stackduck.shell.session import Session

SEATS = "SELECT count(*) AS n FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'"


@pytest.fixture
def asked(session: Session) -> Session:
    session.perform(Query(SEATS))
    return session


def test_all_is_said_where_there_is_room(asked: Session) -> None:
    said = toolbar.fitted(asked, 110)
    assert said.split("  │  ")[:2] == [" csv", "1 row"]
    assert " of 15,000 left until " in said


def test_a_narrow_screen_has_the_parts_without_their_details(asked: Session) -> None:
    said = toolbar.fitted(asked, 60)
    assert said.endswith(" left ")
    assert len(said.split("  │  ")) == 5


@pytest.mark.parametrize("room", range(1, 80))
def test_a_part_is_whole_or_not_there(asked: Session, room: int) -> None:
    said = toolbar.fitted(asked, room)
    assert len(said) <= room or said == " csv "
    assert set(said.strip().split("  │  ")) <= {*toolbar.parts(asked), *toolbar.parts(asked, is_brief=True)}
