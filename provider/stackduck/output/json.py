"""JSON: an array of objects a statement, or one object a line; key order is column order, types are kept."""

from __future__ import annotations

from collections.abc import Iterator
from json.encoder import encode_basestring

from stackduck.engine.names import distinct
from stackduck.output.results import Result, Stream, Style, batches, columns
from stackduck.output.values import json_encoder


def write_json(result: Result, stream: Stream, style: Style) -> int:
    """Write one array of objects, a row a line."""
    count = 0
    for lines in _objects(result):
        stream.write(("[\n" if not count else ",\n") + ",\n".join(lines))
        count += len(lines)
    stream.write("\n]\n" if count else "[]\n")
    return count


def write_ndjson(result: Result, stream: Stream, style: Style) -> int:
    """Write one object a line."""
    count = 0
    for lines in _objects(result):
        stream.write("\n".join(lines) + "\n")
        count += len(lines)
    return count


write_jsonl = write_ndjson


def _objects(result: Result) -> Iterator[list[str]]:
    """Turn the rows, batch by batch, into JSON objects."""
    names, types = columns(result)
    keys = [f"{encode_basestring(name)}: " for name in distinct(names)]
    encoders = [json_encoder(kind) for kind in types]
    for rows in batches(result):
        yield [
            "{" + ", ".join([key + encode(value) for key, encode, value in zip(keys, encoders, row, strict=True)]) + "}"
            for row in rows
        ]
