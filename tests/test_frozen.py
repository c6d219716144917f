"""Frozen dataclasses: what they have in common with those of the standard library, and what they leave to mypy."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace

import pytest

from stackduck.frozen import frozen


@frozen
class Point:
    """A place."""

    x: int
    y: int = 0
    seen: list[int] = field(default_factory=list, compare=False)
    token: str = field(default="secret", repr=False)


@dataclass(frozen=True, slots=True)
class Usual:
    """The same by the standard library."""

    x: int
    y: int = 0
    seen: list[int] = field(default_factory=list, compare=False)
    token: str = field(default="secret", repr=False)


@frozen
class Empty:
    """No field at all."""


@frozen
class Named:
    """With methods of its own."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.name.lower() == other.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())

    def __repr__(self) -> str:
        return f"<{self.name}>"


@frozen
class Marked(Point):
    """A subclass."""

    mark: str = ""


@pytest.mark.parametrize("kind", [Point, Usual])
def test_they_are_compared_hashed_and_shown_by_their_fields(kind: type[Point]) -> None:
    assert kind(1, 2) == kind(1, 2, seen=[3]) != kind(1, 3)
    assert kind(1, token="a") != kind(1, token="b")
    assert len({kind(1), kind(1, 0), kind(2)}) == 2
    assert repr(kind(1, seen=[4])) == f"{kind.__name__}(x=1, y=0, seen=[4])"
    assert kind(1) != (1, 0, "secret")


@pytest.mark.parametrize("kind", [Point, Usual])
def test_they_are_dataclasses_with_slots(kind: type[Point]) -> None:
    assert is_dataclass(kind)
    assert [each.name for each in fields(kind)] == ["x", "y", "seen", "token"]
    assert replace(kind(1), y=5) == kind(1, 5)
    assert not hasattr(kind(1), "__dict__")
    match kind(1, 2):
        case Point(x, y) | Usual(x, y):
            assert (x, y) == (1, 2)


def test_they_are_copied_and_pickled() -> None:
    point = Point(1, 2, [3], "t")
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point


def test_a_subclass_is_of_another_kind() -> None:
    assert Marked(1) != Point(1)
    assert Marked(1, mark="a") != Marked(1, mark="b")
    assert repr(Marked(1, mark="a")) == "Marked(x=1, y=0, seen=[], mark='a')"


def test_without_fields_all_are_equal() -> None:
    assert Empty() == Empty()
    assert len({Empty(), Empty()}) == 1
    assert repr(Empty()) == "Empty()"


def test_methods_of_its_own_stay() -> None:
    assert Named("A") == Named("a")
    assert len({Named("A"), Named("a")}) == 1
    assert repr(Named("A")) == "<A>"


@frozen
class Single:
    """With one field."""

    value: float


@frozen
class Loose:
    """With a comparison of its own, and no hash."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loose)


def test_a_single_field_is_compared_like_several() -> None:
    nan = float("nan")
    assert Single(nan) == Single(nan)
    assert Single(1) != Single(2)
    assert hash(Single(1)) == hash(Single(1.0))


def test_a_comparison_of_its_own_takes_no_hash_away() -> None:
    assert Loose("a") == Loose("b")
    assert hash(Loose("a")) == hash(Loose("a"))


def test_a_field_that_cannot_be_hashed_is_told_of() -> None:
    @frozen
    class Listed:
        values: list[int]

    with pytest.raises(TypeError, match="unhashable"):
        hash(Listed([]))


def test_an_assignment_is_the_type_checkers_to_refuse() -> None:
    with pytest.raises(FrozenInstanceError):
        Usual(1).x = 2  # type: ignore[misc]
    # mypy reports this one as well: an ignore that ignores nothing would be an error.
    Point(1).x = 2  # type: ignore[misc]
