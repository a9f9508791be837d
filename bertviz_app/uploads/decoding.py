"""From the bytes of a file to its text: which encoding it is written in, and what had to be mended.

A byte order mark decides. Without one UTF-8 is tried, which no other text passes by chance; then UTF-16 and UTF-32, whose zero bytes
stand at every second or fourth place; then the one of `ENCODINGS` that charset-normalizer finds likeliest, which is a guess and said so.

Sources: The Unicode Standard, sections 3.10 (D95 to D101) and 23.8 (byte order mark); WHATWG, Encoding (windows-1252 writes its five free
bytes as control characters).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from bertviz_app.errors import BadTable

MAX_BYTES = 5_000_000
# Encodings by the name that people know them by; what may be chosen, and what is guessed among where a file is not UTF.
ENCODINGS = {
    "UTF-8": "utf_8",
    "UTF-16 (little-endian)": "utf_16_le",
    "UTF-16 (big-endian)": "utf_16_be",
    "UTF-32 (little-endian)": "utf_32_le",
    "UTF-32 (big-endian)": "utf_32_be",
    "Western European (Windows-1252)": "cp1252",
    "Central European (Windows-1250)": "cp1250",
    "Cyrillic (Windows-1251)": "cp1251",
    "Greek (Windows-1253)": "cp1253",
    "Turkish (Windows-1254)": "cp1254",
    "Hebrew (Windows-1255)": "cp1255",
    "Arabic (Windows-1256)": "cp1256",
    "Japanese (Shift JIS)": "shift_jis",
    "Japanese (EUC-JP)": "euc_jp",
    "Simplified Chinese (GB 18030)": "gb18030",
    "Traditional Chinese (Big5)": "big5",
    "Korean (EUC-KR)": "euc_kr",
}
UNICODE = tuple(ENCODINGS)[:5]
WESTERN = "Western European (Windows-1252)"
# UTF-32's mark begins with UTF-16's: it is looked for first.
_MARKS = (
    (codecs.BOM_UTF32_LE, UNICODE[3]), (codecs.BOM_UTF32_BE, UNICODE[4]), (codecs.BOM_UTF8, UNICODE[0]),
    (codecs.BOM_UTF16_LE, UNICODE[1]), (codecs.BOM_UTF16_BE, UNICODE[2]),
)  # fmt: skip
# How files that are no text begin, and what to do about them.
_NOT_TEXT = {
    b"PK\x03\x04": "a workbook or an archive, not a text. In the spreadsheet, choose “Save as” and “CSV UTF-8”",
    b"\xd0\xcf\x11\xe0": "a workbook or a document of an old Office, not a text. Choose “Save as” and “CSV UTF-8” there",
    b"%PDF-": "a PDF, not a text. Copy its text into a plain text file",
    b"\x1f\x8b": "compressed (gzip). Unpack it first",
    b"PAR1": "a Parquet file, not a text. Save the table as CSV",
    b"\x89PNG": "a picture, not a text",
    b"\xff\xd8\xff": "a picture, not a text",
    b"{\\rtf": "a document in Rich Text Format. Save it as plain text",
}
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x84\x86-\x9f]")
_MOST_CONTROLS = 0.02  # of all characters, in what is still a text
_MANY_ZEROS, _FEW_ZEROS = 0.3, 0.05  # of the bytes at every fourth place
_BAD = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Decoded:
    """The text of a file. `encoding` is a key of `ENCODINGS`; `is_guess`: nothing in the file says so for certain; `notes` are sentences."""

    text: str
    encoding: str
    is_guess: bool = False
    notes: tuple[str, ...] = ()


def decoded(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of a file, in the `encoding` that the visitor chose (a key of `ENCODINGS`), else in the one that it seems to have.

    Bytes that the encoding does not know become � and are counted in a note, as are zero bytes, which are taken out. A lone surrogate stays.

    Raises `BadTable` when the file is too large, empty, or no text.

    >>> found = decoded("Le café était fermé.".encode("cp1252"))
    >>> found.text, found.encoding, found.is_guess
    ('Le café était fermé.', 'Western European (Windows-1252)', True)
    """
    if len(data) > MAX_BYTES:
        raise BadTable(f"This file has {len(data) / 1e6:.1f} MB; the limit is {MAX_BYTES // 1_000_000} MB.")
    for start, what in _NOT_TEXT.items():
        if data.startswith(start):
            raise BadTable(f"This file is {what}.")
    mark, marked = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", None))
    body = data[len(mark) :]
    name = encoding or marked or _unmarked(body)
    is_guess = encoding is None and marked is None and name not in UNICODE
    text, n_bad = _text(body, name)
    n_zero = text.count("\0")
    text = text.replace("\0", "")
    if not text.strip():
        raise BadTable("This file is empty: there is no text in it.")
    if n_zero + len(_CONTROLS.findall(text)) > _MOST_CONTROLS * len(text) + 1:
        raise BadTable(
            "This file holds control characters where a text has letters: it is not text, or text in another encoding. Save it as “CSV UTF-8”."
        )
    return Decoded(text, name, is_guess, tuple(_notes(name, n_bad, n_zero)))


def _notes(name: str, n_bad: int, n_zero: int) -> list[str]:
    notes = []
    if n_bad:
        count = "One place is" if n_bad == 1 else f"{n_bad:,} places are"
        notes.append(f"{count} not {name} and shown as �.")
    if n_zero:
        count = (
            "One zero byte (NUL), which no text holds, was"
            if n_zero == 1
            else f"{n_zero:,} zero bytes (NUL), which no text holds, were"
        )
        notes.append(f"{count} taken out.")
    return notes


def _text(data: bytes, name: str) -> tuple[str, int]:
    """The text, and how many places of it are no characters of the encoding."""
    codec = ENCODINGS[name]
    try:
        text = data.decode(codec, "surrogatepass" if name in UNICODE else "strict")
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
        return text, max(1, text.count(_BAD) - (data.count(_BAD.encode(codec)) if name in UNICODE else 0))
    # A pair of surrogates that was written one by one is a character all the same.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"), 0


def _unmarked(data: bytes) -> str:
    """The encoding of bytes without a byte order mark."""
    zeros = [data[place::4].count(0) / max(1, len(data[place::4])) for place in range(4)]
    for name, empty, full in (
        (UNICODE[3], (2, 3), (0,)),
        (UNICODE[4], (0, 1), (3,)),
        (UNICODE[1], (1, 3), (0, 2)),
        (UNICODE[2], (0, 2), (1, 3)),
    ):
        if min(zeros[place] for place in empty) > _MANY_ZEROS and max(zeros[place] for place in full) < _FEW_ZEROS:
            return name
    text, n_bad = _text(data, UNICODE[0])
    n_fine = sum(character > "\x7f" for character in text) - text.count(_BAD)
    return UNICODE[0] if n_bad <= n_fine or not n_bad else _likeliest(data)


def _likeliest(data: bytes) -> str:
    from charset_normalizer import from_bytes  # a tenth of a second, which only those pay whose file needs it

    guess = from_bytes(data, cp_isolation=[codec for name, codec in ENCODINGS.items() if name not in UNICODE]).best()
    # Where the likeliest reads the same letters as Western European, that is what people call it.
    if guess is None or str(guess) == _text(data, WESTERN)[0]:
        return WESTERN
    return next((name for name, codec in ENCODINGS.items() if codecs.lookup(codec) == codecs.lookup(guess.encoding)), WESTERN)
