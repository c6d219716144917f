"""sqlglot, imported without what looks for its plugins: it is not paid for, and it is there for who asks."""

from __future__ import annotations

import subprocess
import sys


def said(code: str) -> list[str]:
    """Run code in a process of its own, and return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_nobody_looks_for_plugins_until_one_is_asked_for() -> None:
    assert said(
        "import sys, stackduck.sql, sqlglot\n"
        "print('importlib.metadata' in sys.modules, sqlglot.__spec__.loader is sqlglot.__loader__)\n"
        "try: sqlglot.Dialect.get_or_raise('nobody')\n"
        "except ValueError as exc: print(exc)\n"
        "print('importlib.metadata' in sys.modules)"
    ) == ["False True", "Unknown dialect 'nobody'.", "True"]


def test_a_plugin_is_found() -> None:
    assert said(
        "import stackduck.sql, sqlglot, importlib.metadata as metadata\n"
        "point = metadata.EntryPoint('mine', 'sqlglot.dialects.sqlite:SQLite', 'sqlglot.dialects')\n"
        "metadata.entry_points = lambda: metadata.EntryPoints([point])\n"
        "print(sqlglot.Dialect.get_or_raise('mine').__class__.__name__)"
    ) == ["SQLite"]


def test_what_was_imported_before_is_left_alone() -> None:
    assert said(
        "import sys, importlib.metadata as before, stackduck.sql, sqlglot, importlib\n"
        "print(sys.modules['importlib.metadata'] is before is importlib.metadata)"
    ) == ["True"]


def test_others_may_import_it_meanwhile_and_afterwards() -> None:
    assert said(
        "import sys\n"
        "from stackduck.sql import lean\n"
        "with lean.without_metadata():\n"
        "    import importlib.metadata\n"
        "    from importlib.metadata import version\n"
        "    print(importlib.metadata.version('sqlglot') == version('sqlglot'))\n"
        "import importlib.metadata as after\n"
        "print(after is sys.modules['importlib.metadata'], after.__file__ is not None)"
    ) == ["True", "True True"]
    assert said(
        "from stackduck.sql import lean\n"
        "with lean.without_metadata():\n"
        "    import importlib.metadata\n"
        "    import importlib.metadata._meta\n"
        "print(importlib.metadata.version('sqlglot') > '')"
    ) == ["True"]


def test_it_is_not_imported_before_it_is_needed() -> None:
    assert said("import sys, stackduck.sql; print('sqlglot' in sys.modules)") == ["False"]
