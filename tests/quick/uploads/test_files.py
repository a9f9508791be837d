"""Files as people have them: for each, the column that holds the texts, and its texts, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from bertviz_app.uploads.decoding import decoded
from bertviz_app.uploads.layout import layout
from bertviz_app.uploads.table import Table, label_columns, table, text_column

LONG = "Absolutely wonderful, silky and comfortable from the first day on."
OTHER = "I had such high hopes for this dress, and it fell apart at once."


@dataclass(frozen=True)
class File:
    """The bytes of a file, and what a person who looks at it would say that it holds."""

    data: bytes
    heading: str
    texts: tuple[str, ...]
    name: str = "file.csv"
    label: str | None = None
    above: tuple[str, ...] = ()


def rows(*lines: str, end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode()


TWO = ("Good film, really.", "Bad film.")
FILES = {
    # ── Which column ───────────────────────────────────────────────────────────────────────────────
    "a shop's reviews": File(
        rows("Clothing ID,Age,Title,Review Text,Rating", f'767,33,,"{LONG}",4', f'1080,34,Major flaws,"{OTHER}",3'),
        "Review Text", (LONG, OTHER), label="Rating",
    ),
    "id and title before the body": File(rows("id,title,body", f'1,A title of five words,"{LONG}"', f'2,Nice,"{OTHER}"'), "body", (LONG, OTHER)),
    "a column called text that holds keys": File(rows("text,notes", f'k1,"{LONG}"', f'k2,"{OTHER}"'), "notes", (LONG, OTHER)),
    "no heading that is known": File(rows("xa,xb", f'7,"{LONG}"', f'9,"{OTHER}"'), "xb", (LONG, OTHER)),
    "camel case": File(rows("reviewId,reviewText", "aa1,Fine", "aa2,Poor"), "reviewText", ("Fine", "Poor")),
    "capitals and plural": File(rows("ID;SENTENCES;X", "1;good;", "2;bad;"), "SENTENCES", ("good", "bad")),
    "German headings": File("Nummer;Bewertung;Sterne\n1;Sehr schön;5\n2;Übel;1\n".encode(), "Bewertung", ("Sehr schön", "Übel")),
    "Russian headings": File("номер,отзыв\n1,Очень хороший фильм\n2,Плохо\n".encode(), "отзыв", ("Очень хороший фильм", "Плохо")),
    "Chinese without spaces": File("编号,正文\n1,这部电影非常好看我很喜欢\n2,太糟糕了不推荐给任何人\n".encode(), "正文", ("这部电影非常好看我很喜欢", "太糟糕了不推荐给任何人")),
    "dates, addresses and prices": File(
        rows("when,page,cost,said", "2024-01-02,https://example.org/a/b,$3.50,A fine cup of tea", "2024-01-03,www.example.org,$4.00,A bad cup of tea"),
        "said", ("A fine cup of tea", "A bad cup of tea"),
    ),
    "text length is no text": File(rows("text_length,text", "4,Fine", "4,Poor"), "text", ("Fine", "Poor")),
    "an index without a name": File(rows(",text,label", "0,Fine,pos", "1,Poor,neg"), "text", ("Fine", "Poor"), label="label"),
    "two columns of the same name": File(rows("text,text", "Fine,Poor", "Good,Bad"), "text", ("Fine", "Good")),
    "label first": File(rows("Sentiment,Tweet", "neg,Never again", "pos,Every day"), "Tweet", ("Never again", "Every day"), label="Sentiment"),
    "a mostly empty column of notes": File(
        rows("comment,remark", *["Fine and good,"] * 9, f'Poor and bad,"{LONG}"'), "comment", ("Fine and good",) * 9 + ("Poor and bad",)
    ),
    "numbers for names, as pandas writes them": File(rows(",0,1", f'0,"{LONG}",4', f'1,"{OTHER}",3'), "0", (LONG, OTHER)),
    "the spam collection of Kaggle": File(
        b"v1,v2,,,\r\nham,\"Go until jurong point, crazy..\",,,\r\nspam,\"Free entry for \xa3100\",,,\r\nham,Ok lar,,,\r\nham,Nah,,,\r\n",
        "v2", ("Go until jurong point, crazy..", "Free entry for £100", "Ok lar", "Nah"), label="v1",
    ),
    # ── No heading ─────────────────────────────────────────────────────────────────────────────────
    "tweets without a heading": File(
        rows('"0","1467810369","NO_QUERY","_Switch","is upset that he cannot update"', '"4","1467810672","NO_QUERY","mattycus","I dived many times for the ball"'),
        "column 5", ("is upset that he cannot update", "I dived many times for the ball"),
    ),
    "text and number without a heading": File(rows("good,1", "bad,0"), "column 1", ("good", "bad")),
    "label and text without a heading": File(
        rows("positive,I loved it from the first minute", "negative,I hated it from the first minute", "positive,Fine"),
        "column 2", ("I loved it from the first minute", "I hated it from the first minute", "Fine"),
    ),
    "one word in the first row is a text": File(rows("good", "bad"), "text", ("good", "bad")),
    "a heading that is a bare word": File(rows("Kundenstimme", "Sehr gern wieder", "Nie im Leben", "Ganz gut so"), "Kundenstimme", ("Sehr gern wieder", "Nie im Leben", "Ganz gut so")),
    # ── A text a line ──────────────────────────────────────────────────────────────────────────────
    "a .txt is a text a line": File(rows(*TWO), "text", TWO, name="file.txt"),
    "a .txt with semicolons and bars": File(rows("One; two", "Three; four", "a|b", "c|d"), "text", ("One; two", "Three; four", "a|b", "c|d"), name="file.txt"),
    "quotes in a .txt are letters": File(rows('"Good," he said.', '"Never closed'), "text", ('"Good," he said.', '"Never closed'), name="file.txt"),
    "a .txt whose first line is a word": File(rows("Text", "Fine"), "text", ("Text", "Fine"), name="file.txt"),
    "a .txt of label and text with a tab": File(rows("ham\tOk lar, joking", 'spam\t"Free entry'), "column 2", ("Ok lar, joking", '"Free entry'), name="file.txt", label="column 1"),
    "sentences with commas in a .csv": File(rows("Nice, really", "Bad", "Well, yes, no"), "text", ("Nice, really", "Bad", "Well, yes, no")),
    "one comma in each sentence": File(rows("Nice film, really", "Bad film, sadly"), "text", ("Nice film, really", "Bad film, sadly")),
    "a heading over unquoted commas": File(rows("text", *TWO, "No, never"), "text", (*TWO, "No, never")),
    "a heading over quoted texts": File(rows("review", '"a, ""b"""', '"c\nd"'), "review", ('a, "b"', "c\nd")),
    "old Macintosh line ends": File(rows("Fine", "Poor", end="\r"), "text", ("Fine", "Poor"), name="file.txt"),
    "odd separators end no line": File("Fine\u2028still\x0bfine\nPoor\n".encode(), "text", ("Fine\u2028still\x0bfine", "Poor"), name="file.txt"),
    # ── Delimiters ─────────────────────────────────────────────────────────────────────────────────
    "semicolons and decimal commas": File(rows("id;text;score", "1;Good, really;0,5", "2;Bad, no;0,7"), "text", ("Good, really", "Bad, no"), label="score"),
    "tabs": File(rows("id\ttext", "1\tGood, really", "2\tBad, no"), "text", ("Good, really", "Bad, no"), name="file.tsv"),
    "bars": File(rows("id|text", "1|Good, really", "2|Bad; no"), "text", ("Good, really", "Bad; no")),
    "sep=;": File(rows("sep=;", "id;text", "1;Good, really", "2;Bad", end="\r\n"), "text", ("Good, really", "Bad")),
    "sep=^, in quotes": File(rows('"sep=^"', "id^text", "1^Good, really", "2^Bad"), "text", ("Good, really", "Bad")),
    "a space behind each comma": File(rows("id, text, stars", "1, fine, 3", "2, poor, 1"), "text", (" fine", " poor"), label="stars"),
    # ── Above the heading ──────────────────────────────────────────────────────────────────────────
    "a title row": File(rows("Reviews of 2024", "", "id,text,stars", "1,Fine,5", "2,Poor,1"), "text", ("Fine", "Poor"), label="stars", above=("Reviews of 2024",)),
    "title rows that a spreadsheet filled up": File(
        rows("Reviews,,", "as of 3 May,,", "id,text,stars", "1,Fine,5", "2,Poor,1"), "text", ("Fine", "Poor"), label="stars", above=("Reviews", "as of 3 May")
    ),
    "a title over two columns": File(rows("Reviews,", "text,stars", "Fine,5", "Poor,1"), "text", ("Fine", "Poor"), label="stars", above=("Reviews",)),
    "blank lines on top": File(rows("", "", "text", "Fine", "Poor", "", ""), "text", ("Fine", "Poor")),
    # ── Encodings ──────────────────────────────────────────────────────────────────────────────────
    "UTF-8 with a byte order mark": File("id,Text\n1,Señor\n2,Größe\n".encode("utf-8-sig"), "Text", ("Señor", "Größe")),
    "UTF-16 as Excel writes it": File("id\ttext\r\n1\tSeñor\r\n2\t好\r\n".encode("utf-16"), "text", ("Señor", "好")),
    "UTF-16 big-endian without a mark": File("id,text\n1,Fine\n2,Poor\n".encode("utf-16-be"), "text", ("Fine", "Poor")),
    "UTF-16 little-endian without a mark": File("id,text\n1,Fine\n2,Poor\n".encode("utf-16-le"), "text", ("Fine", "Poor")),
    "UTF-32": File("id,text\n1,Fine\n2,好\n".encode("utf-32"), "text", ("Fine", "好")),
    "Windows-1252": File("id,text\n1,I don’t like it – “bad”, 5 €\n".encode("cp1252").replace(b"\x94, 5", b"\x94 5"), "text", ("I don’t like it – “bad” 5 €",)),
    "Windows-1251": File("номер,отзыв\n1,Очень хороший фильм\n2,Плохо\n".encode("cp1251"), "отзыв", ("Очень хороший фильм", "Плохо")),
    "Shift JIS": File("番号,本文\n1,とても良い映画でした\n2,ひどい映画でした\n".encode("shift_jis"), "本文", ("とても良い映画でした", "ひどい映画でした")),
    # ── Quotation marks, broken characters, ragged rows ────────────────────────────────────────────
    "line breaks in quotes": File(b'text,n\n"a, ""b""\r\nc",1\nd,2\n', "text", ('a, "b"\r\nc', "d")),
    "quotes behind a backslash": File(rows('id,text', r'1,"He said \"no\", twice"', r'2,"Fine"'), "text", ('He said "no", twice', "Fine")),
    "a quote that is never closed": File(rows("id,text", '1,"never closed', "2,Fine"), "text", ('"never closed', "Fine")),
    "stray quotes around three rows": File(rows("id\ttext", '1\t"Free entry', "2\tOk", '3\twins"', "4\tYes"), "text", ('"Free entry', "Ok", 'wins"', "Yes")),
    "a zero byte": File(b"id,text\n1,ab\0c\n2,Fine\n", "text", ("abc", "Fine")),
    "half a character": File(b"id,text\n1,ab\xed\xa0\x80\n2,Fine\n", "text", ("ab\ud800", "Fine")),
    "a character written as two halves": File(b"id,text\n1,\xed\xa0\xbd\xed\xb8\x80 yes\n2,Fine\n", "text", ("😀 yes", "Fine")),
    "cut in the middle of a character": File("id,text\n1,Señor\n2,Größé".encode()[:-1], "text", ("Señor", "Größ�")),
    "short rows": File(rows("id,text,stars", "1,Fine", "2,Poor,1", "3,Good,2"), "text", ("Fine", "Poor", "Good"), label="stars"),
    "empty cells at the ends of rows": File(rows("id,text", "1,Fine,,", "2,Poor,,"), "text", ("Fine", "Poor")),
}  # fmt: skip


def read(file: File, *, max_rows: int = 100) -> Table:
    text = decoded(file.data).text
    return table(text, layout(text, file.name), max_rows=max_rows)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_is_read_as_a_person_would(file: Any) -> None:
    found = read(file)
    place = text_column(found)
    assert (found.headings[place], found.column(place), found.above) == (file.heading, file.texts, file.above)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_column_of_labels_is_offered_and_the_texts_are_not(file: Any) -> None:
    found = read(file)
    offered = [found.headings[place] for place in label_columns(found, text_column(found))]
    assert (file.label is None or offered[0] == file.label) and file.heading not in offered
