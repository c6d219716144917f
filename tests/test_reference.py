"""The reference in docs/ says what the documents say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """Import the maker of the pages, which is no package."""
    spec = importlib.util.spec_from_file_location("docs_reference", DOCS / "reference.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_the_pages_are_current_else_run_make_reference(reference: ModuleType) -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "reference").glob("*.md")}
    assert kept == reference.pages()


def test_every_resource_has_a_description_an_example_and_described_columns(reference: ModuleType) -> None:
    made = reference.pages()
    assert "| `user_login` | `VARCHAR` |" in made["github.copilot_usage.md"]
    assert "\n## org_seats\n" in made["github.copilot.md"]
    without = [line for text in made.values() for line in text.splitlines() if line.endswith("` |  |")]
    assert without == []


@pytest.mark.parametrize(
    ("value", "shown"), [("a|b", "a\\|b"), ("two\nlines", "two lines"), ("'<slug>'", "'&lt;slug>'")]
)
def test_a_cell_breaks_no_table(reference: ModuleType, value: str, shown: str) -> None:
    assert reference.cell(value) == shown
