"""The feature engagement of a 28-day report's window: a few rows that only the wrapper of the report has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stackduck.engine.ingest import drift
from stackduck.engine.ingest.drift import Drift
from stackduck.engine.ingest.pieces import PARQUET
from stackduck.engine.ingest.trees import Struct, tree
from stackduck.engine.ingest.workbench import Workbench
from stackduck.engine.session import ColumnTypes, quoted
from stackduck.engine.shapes import text

REPORT = "feature_engagement_windows"
"""Its name among the reports of an archive."""
FIELD = "copilot_feature_engagement"
_FEATURES = "totals_by_feature"


def write(bench: Workbench, head: Mapping[str, Any], columns: ColumnTypes, *, target: Path) -> int:
    """Write one row a feature of a wrapper; returns how many.

    A column comes from the feature's own fields, else from those around the features, else from the wrapper's.
    """
    around = head.get(FIELD)
    features = around.get(_FEATURES) if isinstance(around, dict) else None
    if not isinstance(around, dict) or not isinstance(features, list) or not features:
        return 0
    outer = {name: value for name, value in {**head, **around}.items() if name not in (FIELD, _FEATURES)}
    rows = [outer | (feature if isinstance(feature, dict) else {"feature": feature}) for feature in features]
    row = Struct({name: tree(kind) for name, kind in columns})
    watched = Drift(watched=frozenset((name,) for name in row.fields))
    known = set(row.fields)
    extras = [{name: value for name, value in each.items() if name not in known} or None for each in rows]
    fields = ", ".join(f"json_extract(r, {text(f'$.{json.dumps(name)}')}) AS {quoted(name)}" for name in row.fields)
    source = f"SELECT {fields}, x AS extra FROM (SELECT unnest($rows::JSON[]) AS r, unnest($extras::JSON[]) AS x)"
    bench.rows(
        f"COPY (SELECT {drift.selected(row, watched)}, extra FROM ({source})) TO {text(str(target))} ({PARQUET})",
        {"rows": [json.dumps(each) for each in rows], "extras": [each and json.dumps(each) for each in extras]},
    )
    return len(rows)
