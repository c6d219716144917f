"""Rows as the storage keeps them: some parts compressed, and in the odd forms of the special names.

Pure functions of bytes: what the rows say is not known here, nor who may have them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable

from . import special
from .answers import encoded

MARK = b"\xef\xbb\xbf"
ALTERED = {"users": "loc_added_sum", "user-teams": "slug", "repos": "repo_visibility"}
"""The field in which one of two rows of a key differs, by the beginning of the report's name."""


def stored(rows: Callable[[int], bytes], part: int, *, parts: int, report: str, twist: str | None) -> bytes:
    """Give a part as it is kept; `rows` gives the lines of any part of the report."""
    if twist == special.FORMS:
        return odd_form(rows(part), part)
    body = doubled(rows, part, parts=parts, report=report) if twist == special.DOUBLES else rows(part)
    return packed(body) if is_packed(part) else body


def is_packed(part: int) -> bool:
    """Say whether a part is compressed: every second one is."""
    return part % 2 == 1


def encoding(part: int, twist: str | None) -> dict[str, str]:
    """Give the header that admits to a compression, which half of the compressed parts lack."""
    return {"Content-Encoding": "gzip"} if part % 4 == 3 and twist != special.FORMS else {}


def packed(body: bytes) -> bytes:
    """Compress a body as gzip, fast rather than well."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def odd_form(lines: bytes, part: int) -> bytes:
    """Give lines with a byte order mark, blank lines and CRLF between them, or as one array over many lines."""
    if part % 2:
        return json.dumps([json.loads(line) for line in lines.splitlines()], indent=1, ensure_ascii=False).encode()
    return MARK + lines.replace(b"\n", b"\r\n\r\n") + b"\r\n"


def doubled(rows: Callable[[int], bytes], part: int, *, parts: int, report: str) -> bytes:
    """Give a part with its first row again at its end, then the next part's first row with other figures."""
    own = rows(part).splitlines()
    following = rows(part + 1).splitlines() if part + 1 < parts else []
    older = [_altered(line, report) for line in following[:1]]
    return b"\n".join([*own, *(own[:1] if parts > 1 else []), *older])


def _altered(line: bytes, report: str) -> bytes:
    """Give a row of the same key that differs in one field."""
    row = json.loads(line)
    name = next(field for start, field in ALTERED.items() if report.startswith(f"{start}-"))
    row[name] = row[name] + (1 if isinstance(row[name], int) else "-old")
    return encoded(row)
