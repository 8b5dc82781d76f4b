"""Whatever a library does with a broken file, the reader of the message gets one that can be acted on."""

from __future__ import annotations

import csv
import re
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from manfaat.base.problems import Problem, ProblemsError
from manfaat.files.formats.tables import FormatOptions

MEBIBYTE = 1 << 20
FREE = 2 * MEBIBYTE  # a part this small is harmless whatever its ratio
DAMAGED = "the file is damaged or not what its name says"
FOLDERS = re.compile(r"(?:[A-Za-z]:)?(?:[\\/][^\\/\s'\"]+)+[\\/](?=[^\s])")
AGAIN = "a whole copy of the file: ask for it again, or open it in the program that made it and save it anew"


def refusal(
    file: str, message: str, *, expected: str | None = None, row: int | None = None, column: str | None = None
) -> ProblemsError:
    """Return the error to raise for one problem."""
    return ProblemsError([Problem(file, message, row=row, column=column, expected=expected)])


@contextmanager
def plain_problems(file: str) -> Iterator[None]:
    """Turn every exception inside into a ``ProblemsError`` about ``file``.

    Raises
    ------
    ProblemsError; interrupts and exits pass through. (Native libraries, which raise their panics outside
    ``Exception``, run in the reading process.)
    """
    try:
        yield
    except ProblemsError:
        raise
    except FileNotFoundError as error:
        raise refusal(file, "the file is missing") from error
    except PermissionError as error:
        raise refusal(
            file, "the file may not be read", expected="a file that is not locked by another program"
        ) from error
    except MemoryError as error:
        raise refusal(
            file,
            "the file needs more memory than there is",
            expected="a smaller file, for example one sheet or one cohort",
        ) from error
    except zipfile.BadZipFile as error:
        raise refusal(file, f"the workbook is damaged ({first_line(error)})", expected=AGAIN) from error
    except (EOFError, zlib.error, struct.error, csv.Error) as error:
        raise refusal(file, f"{DAMAGED} ({first_line(error)})", expected=AGAIN) from error
    except Exception as error:
        raise refusal(
            file, f"{DAMAGED} ({type(error).__name__}: {first_line(error)})", expected=AGAIN
        ) from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, cut to a readable length."""
    lines = str(error).strip().splitlines()
    return without_folders(lines[0])[:160] if lines else type(error).__name__


def without_folders(text: str) -> str:
    """Return a message without the folders of the paths in it: messages are shared, folders are not."""
    return FOLDERS.sub("", text)


def check_file(path: Path, options: FormatOptions, *, file: str) -> int:
    """Return the size of the file in bytes.

    Raises
    ------
    ProblemsError if it is missing, no ordinary file, empty or larger than ``options.max_bytes``.
    """
    if not path.exists():
        raise refusal(file, "the file is missing")
    if not path.is_file():
        raise refusal(file, "this is a folder or a device, not a file")
    size = path.stat().st_size
    if size == 0:
        raise refusal(file, "the file is empty", expected="a header row and at least one row of answers")
    if size > options.max_bytes:
        raise refusal(
            file,
            f"the file has {size:,} bytes, more than the {options.max_bytes:,} allowed",
            expected="a smaller file, or a larger max_bytes",
        )
    return size


def check_zip(path: Path, options: FormatOptions, *, file: str) -> list[str]:
    """Return the names of the parts of a zipped workbook after checking what they would unpack to.

    The sizes that the file declares are checked first, then every part is unpacked once in small pieces,
    since a hostile file can declare less than it holds. Parts that declare XML entities are refused: no
    spreadsheet program writes them.

    Raises
    ------
    ProblemsError if the parts unpack to more than ``max_bytes`` or ``max_ratio`` times their size, or are
    damaged.
    """
    with zipfile.ZipFile(path) as archive:
        parts = [part for part in archive.infolist() if not part.is_dir()]
        packed = max(1, path.stat().st_size)
        total = sum(part.file_size for part in parts)
        check_sizes(total, packed, options, file=file)
        if any(part.flag_bits & 1 for part in parts):
            raise refusal(
                file, "the file is protected by a password", expected="a copy saved without a password"
            )
        seen = 0
        for part in parts:
            tail = b""
            with closing(unpack(archive, part)) as pieces:
                for piece in pieces:
                    seen += len(piece)
                    check_sizes(seen, packed, options, file=file)
                    check_entities(part.filename, tail + piece, file=file)
                    tail = piece[-16:]
        return [part.filename for part in parts]


def check_entities(name: str, content: bytes, *, file: str) -> None:
    """Refuse XML that declares entities."""
    if name.endswith((".xml", ".rels")) and (b"<!ENTITY" in content or b"<!DOCTYPE" in content):
        raise refusal(
            file,
            f"the part '{name}' declares XML entities, which no spreadsheet program writes",
            expected=AGAIN,
        )


def check_sizes(unpacked: int, packed: int, options: FormatOptions, *, file: str) -> None:
    """Refuse contents that are too large, or too large for the size of the file (a zip bomb)."""
    if unpacked > options.max_bytes:
        raise refusal(
            file,
            f"the workbook unpacks to more than {options.max_bytes:,} bytes",
            expected="a smaller workbook, or the table as CSV",
        )
    if unpacked > FREE and unpacked / packed > options.max_ratio:
        raise refusal(
            file,
            f"the workbook unpacks to more than {options.max_ratio} times its size, which ordinary tables"
            " do not",
            expected="the table without thousands of empty formatted rows, or as CSV",
        )


def unpack(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, *, size: int = MEBIBYTE
) -> Generator[bytes, None, None]:
    """Yield one part of a zip file in pieces of at most ``size`` bytes, to its true end whatever size it
    declares.
    """
    whole = zipfile.ZipInfo(part.filename, part.date_time)
    for name in ("compress_type", "flag_bits", "header_offset", "compress_size", "CRC", "orig_filename"):
        setattr(whole, name, getattr(part, name))
    whole.file_size = 1 << 62  # zipfile stops at the declared size; the true end is where the packed data end
    with archive.open(whole) as stream:
        while piece := stream.read(size):
            yield piece
