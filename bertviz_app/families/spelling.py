"""The three kinds of tokenizers: how each writes its tokens, and how people read them.

    WordPiece         a token that continues a word begins with ##
    byte-level BPE    a token is a string of bytes, each written as one letter (Ġ is the space); so every text has tokens
    Unigram           the space is a letter of its own, written ▁

Sources: Wu et al. (2016), section 4.1; Sennrich et al. (2016), section 3.2; Radford et al., GPT-2 (2019), section 2.2; Kudo (2018), section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

SPACE = "␣"  # a space that belongs to a token, where people can see it
BLANK_LETTERS = f"{SPACE}⏎⇥ "  # all that stands for white space in a legible token
METASPACE = "▁"


@dataclass(frozen=True)
class Spelling:
    """A kind of tokenizer. `steps` is one sentence on how it finds the tokens of a word; `mark` is what its space looks like inside."""

    name: str
    legible: Callable[[str], str]
    steps: str
    mark: str = ""


@dataclass(frozen=True)
class SpecialTokens:
    """How a model writes its special tokens; the defaults are BERT's, which the texts of this program are written with."""

    cls: str = "[CLS]"
    sep: str = "[SEP]"
    mask: str = "[MASK]"
    pad: str = "[PAD]"
    unk: str = "[UNK]"

    def spelled(self, text: str) -> str:
        """A text of this program with this model's spelling in the place of BERT's. Not for what visitors typed.

        >>> SpecialTokens(cls="<s>", sep="</s>").spelled("without [CLS] and [SEP]")
        'without <s> and </s>'
        """
        for kind in fields(self):
            text = text.replace(str(kind.default), getattr(self, kind.name))
        return text


@dataclass(frozen=True)
class TokenizerTrace:
    """What the tokenizer did before it looked words up.

    normalized   the text after cleaning, lower-casing and stripping accents
    words        (word, start, end): the pre-split words, with offsets in `normalized`
    spelled      the same words with the letters that the tokenizer looks up: Ġlove for ␣love
    """

    text: str
    normalized: str
    words: tuple[tuple[str, int, int], ...]
    spelled: tuple[str, ...]


@dataclass(frozen=True)
class Cut:
    """A text in the pieces of one tokenizer, without special tokens.

    kind       WordPiece, byte-level BPE or Unigram
    offsets    for each token the characters it stands for: start, end (exclusive)
    """

    title: str
    kind: str
    tokens: tuple[str, ...]
    token_ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]
    vocab_size: int


def byte_letters() -> dict[str, int]:
    """The letter that byte-level BPE writes for each byte, as {letter: byte}: printable bytes as they are, the others from U+0100 on.

    Source: the published encoder of GPT-2, `bytes_to_unicode`.
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + place): byte for place, byte in enumerate(others)}


_BYTES = byte_letters()


def from_bytes(token: str) -> str:
    """A token of byte-level BPE as text; a byte that is only a part of a letter is written as its number.

    >>> from_bytes("Ġlove"), from_bytes("Ã©"), from_bytes("Ã"), from_bytes("<s>")
    ('␣love', 'é', '⟨C3⟩', '<s>')
    """
    if not all(letter in _BYTES for letter in token):
        return token
    text = bytes(_BYTES[letter] for letter in token).decode("utf-8", errors="surrogateescape")
    readable = "".join(f"⟨{ord(c) - 0xDC00:02X}⟩" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)
    return readable.replace(" ", SPACE).replace("\n", "⏎").replace("\t", "⇥")


WORDPIECE = Spelling(
    "WordPiece",
    legible=lambda token: token,
    steps="WordPiece takes, again and again, the longest piece of the vocabulary that the rest of the word starts with.",
)
BYTE_LEVEL_BPE = Spelling(
    "byte-level BPE",
    legible=from_bytes,
    steps="Byte-level BPE starts from single bytes and joins two neighbours again and again, always the pair that its training joined first.",
    mark="Ġ",
)
UNIGRAM = Spelling(
    "Unigram",
    legible=lambda token: token.replace(METASPACE, SPACE),
    steps="Unigram knows a probability for each piece and takes, of all ways to cut a word, the one whose pieces are likeliest together.",
    mark=METASPACE,
)
# By the model of the tokenizers library.
KINDS = {"WordPiece": WORDPIECE, "BPE": BYTE_LEVEL_BPE, "Unigram": UNIGRAM}
KINDS_BY_NAME = {kind.name: kind for kind in KINDS.values()}
