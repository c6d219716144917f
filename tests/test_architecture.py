"""The direction of imports, and one home for each library, as pyproject.toml states them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_imports_keep_their_direction() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_yaml_has_one_home_and_so_one_bound_on_its_depth() -> None:
    files = (ROOT / "provider").rglob("*.py")
    homes = [path.name for path in files if "import yaml\n" in path.read_text(encoding="utf-8")]
    assert homes == ["yaml_nodes.py"]
