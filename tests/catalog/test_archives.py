"""What is unpacked of an archive that came over the network, and what is refused."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from stackduck.catalog.archives import Limits, unpack
from stackduck.errors import DataError

from ..archives import entry, raw, tgz

SMALL = Limits(archive=10_000, total=100_000, file=20_000, files=20)
HEADER = tarfile.TarInfo("v1/a.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "inside"
    found.mkdir()
    return found


def put(data: bytes, folder: Path, *, limits: Limits = SMALL) -> int:
    return unpack(io.BytesIO(data), str(folder), top=("acme", "v1"), limits=limits)


@pytest.mark.parametrize(
    "name",
    [
        "../v1/a.yaml",
        "v1/../a.yaml",
        "v1/../../a.yaml",
        "/v1/a.yaml",
        "/etc/a.yaml",
        "v2/a.yaml",
        "a.yaml",
        "other/v1/a.yaml",
        "v1/a\\..\\b.yaml",
        "v1/C:a.yaml",
        "v1//a.yaml",
        "v1/a\n.yaml",
        "v1/" + "d/" * 12 + "a.yaml",
        "v1/" + "a" * 201 + ".yaml",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, folder: Path) -> None:
    with pytest.raises(DataError, match=r"^holds '"):
        put(tgz({name: b"a: 1"}), folder)
    assert [path.name for path in folder.parent.rglob("*.yaml")] == []


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE],
    ids=["symlink", "hard link", "character device", "block device", "fifo", "sparse"],
)
def test_what_is_neither_a_file_nor_a_folder_is_refused(kind: bytes, folder: Path) -> None:
    with pytest.raises(DataError, match=r"^holds 'v1/a\.yaml', which is neither a file nor a folder$|^is no whole"):
        put(tgz({"v1/a.yaml": entry("v1/a.yaml", kind, linkname="/etc/passwd")}), folder)
    assert os.listdir(folder) == []


def test_a_link_and_a_file_behind_it_are_refused(folder: Path) -> None:
    link = entry("v1/services", tarfile.SYMTYPE, linkname=str(folder.parent))
    with pytest.raises(DataError, match="neither a file nor a folder"):
        put(tgz({"v1/services": link, "v1/services/a.yaml": b"a: 1"}), folder)
    assert list(folder.parent.glob("*.yaml")) == []


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"v1/a.yaml": b"0" * 20_001}, "'v1/a.yaml' of 20,001 bytes; 20,000 are allowed"),
        ({f"v1/{n}.yaml": b"0" * 20_000 for n in range(6)}, "unpacks to more than 100,000 bytes"),
        ({f"v1/{n}.bin": b"0" * 20_000 for n in range(6)}, "unpacks to more than 100,000 bytes"),
        ({f"v1/{n}.yaml": b"" for n in range(21)}, "holds more than 20 entries"),
        ({f"v1/{n}.sig": b"" for n in range(21)}, "holds more than 20 entries"),
        ({f"v1/{n}": entry(f"v1/{n}", tarfile.DIRTYPE) for n in range(21)}, "holds more than 20 entries"),
    ],
    ids=["file", "all files", "files that are not kept", "entries", "entries that are not kept", "folders"],
)
def test_too_much_is_refused(files: dict[str, bytes], told: str, folder: Path) -> None:
    with pytest.raises(DataError, match=told):
        put(tgz(files), folder)


def test_a_small_archive_that_unpacks_to_very_much_is_refused_early(folder: Path) -> None:
    bomb = tgz({"v1/a.yaml": b"0" * 50_000_000})
    assert len(bomb) < 60_000
    with pytest.raises(DataError, match="50,000,000 bytes"):
        put(bomb, folder)


def test_a_header_of_many_megabytes_is_refused_unread(folder: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 50_000_000
    with pytest.raises(DataError, match="header that is too large"):
        put(raw(header.tobuf(), b"0" * 50_000_000), folder, limits=Limits())


@pytest.mark.parametrize("size", [-1, -512, -1024, -(10**9)])
def test_a_size_that_leads_back_is_refused(size: int, folder: Path) -> None:
    header = bytearray(HEADER.tobuf(format=tarfile.GNU_FORMAT))
    header[124:136] = size.to_bytes(12, "big", signed=True)
    header[148:156] = b"%06o\x00 " % (256 + sum(header[:148]) + sum(header[156:512]))
    with pytest.raises(DataError):
        put(raw(bytes(header), b"\0" * 1024), folder)


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", gzip.compress(b"no archive" * 100), tgz({"v1/a.yaml": b"a" * 9_000})[:-30], b"\x1f\x8b"],
    ids=["empty", "text", "gzip of text", "cut", "two bytes"],
)
def test_a_broken_archive_is_refused(data: bytes, folder: Path) -> None:
    with pytest.raises(DataError, match=r"^is no whole \.tgz"):
        put(data, folder)


@pytest.mark.parametrize(
    "names", [("v1/a.yaml", "v1/a.yaml"), ("v1/a.yaml", "v1/a.yaml/b.yaml"), ("v1/a.yaml", "v1/a.yaml/b/c.yaml")]
)
def test_one_name_for_two_things_is_refused(names: tuple[str, str], folder: Path) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(DataError, match="twice"):
        put(made.getvalue(), folder)


@pytest.mark.parametrize("top", ["v1/", "./v1/", "acme/v1/", "./acme/v1/"])
def test_documents_are_kept_below_the_version(top: str, folder: Path) -> None:
    data = tgz(
        {
            top: entry(top, tarfile.DIRTYPE),
            f"{top}provider.yaml": b"a: 1",
            f"{top}services/a.yaml": b"b: 2",
            f"{top}services/a.yaml.sig": b"signature",
            f"{top}services/._a.yaml": b"resource fork",
            f"{top}README": b"read me",
        }
    )
    assert put(data, folder) == 2
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "provider.yaml",
        os.path.join("services", "a.yaml"),
    ]
    assert (folder / "services" / "a.yaml").read_bytes() == b"b: 2"


def test_modes_and_owners_of_the_archive_mean_nothing(folder: Path) -> None:
    put(tgz({"v1/a.yaml": entry("v1/a.yaml", mode=0o4777, uid=0)}), folder)
    assert (folder / "a.yaml").stat().st_mode & 0o7111 == 0


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1024, 300_000])
def test_files_of_any_size_come_whole(size: int, folder: Path) -> None:
    content = os.urandom(size)
    put(tgz({"v1/a.yaml": content, "v1/b.yaml": b"end"}), folder, limits=Limits())
    assert (folder / "a.yaml").read_bytes() == content
    assert (folder / "b.yaml").read_bytes() == b"end"
