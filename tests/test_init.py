from __future__ import annotations

import subprocess
import sys

import pytest

import stackduck
from stackduck import errors


@pytest.mark.parametrize("name", stackduck.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(stackduck, name) is not None


def test_public_names_are_sorted_and_complete() -> None:
    constants = [name for name in stackduck.__all__ if name.isupper()]
    classes = [name for name in stackduck.__all__ if name[0].isupper() and not name.isupper()]
    others = [name for name in stackduck.__all__ if not name[0].isupper()]
    assert stackduck.__all__ == [*sorted(constants), *sorted(classes), *sorted(others)]
    assert set(errors.__all__) <= set(stackduck.__all__)
    assert set(stackduck.__all__) <= set(dir(stackduck))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = stackduck.nonsense


def test_importing_the_package_imports_no_library() -> None:
    code = "import sys, stackduck; print(*{'duckdb', 'sqlglot', 'httpx', 'yaml', 'typing'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
