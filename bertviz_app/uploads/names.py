"""What columns are called, in the languages that visitors' files are written in: closed lists, compared word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Headings of columns with texts to read; the first are the plainest.
OF_TEXTS = _listed(
    "text sentence review content body comment message tweet post utterance document description feedback paragraph passage verbatim "
    "premise hypothesis question answer response reply opinion note story article abstract transcript snippet phrase statement "
    "text_a sentence1 sentence2 text1 text2 v2 "
    "texte phrase avis commentaire contenu critique kommentar bewertung rezension satz inhalt nachricht meinung beschreibung "
    "texto reseña comentario opinión contenido mensaje frase oración testo recensione commento frase opinione messaggio "
    "resenha comentário conteúdo mensagem tekst recensie bericht zin recenzja opinia komentarz treść metin yorum cümle "
    "текст отзыв комментарий сообщение предложение κείμενο κριτική σχόλιο نص تعليق מאמר טקסט "
    "文本 评论 内容 句子 評論 內容 テキスト レビュー 本文 文 コメント 텍스트 리뷰 내용 문장 댓글"
)
# Short texts about a text: read only where nothing longer is there.
OF_TITLES = _listed(
    "title subject headline heading summary topic titel titre título titolo betreff überschrift zusammenfassung заголовок тема 标题 標題 タイトル 제목"
)
# What says which class a row belongs to.
OF_LABELS = _listed(
    "label sentiment class category target polarity gold truth tag emotion intent stance y v1 rating star score verdict "
    "etiquette étiquette étiqueta etiqueta clase classe classé kategorie klasse sentimiento sentimento etichetta categoria categoría "
    "etykieta kategoria etiket duygu метка класс тональность ετικέτα 标签 標籤 类别 情感 ラベル 感情 라벨 레이블 감정"
)
# What is never read: numbers, dates, names of people and things. A heading with one of these words is none of a text.
OF_NO_TEXTS = _listed(
    "id uid uuid guid key index idx number no num nr row line age date time datetime timestamp year month day created updated user username "
    "author name email mail phone url link href path file source language lang country city state zip region price amount count length len "
    "size vote like upvotes helpful rank probability confidence percent version sku asin isbn product department division "
    "type status flag split fold lat lon latitude longitude hash ip device gender sex "
    "datum jahr alter nummer anzahl preis sprache nom âge prix numéro fecha edad precio nombre usuario número data età prezzo дата возраст имя 日期 年龄 日付 年齢 날짜 나이"
)
# Headings of the two texts of a pair, as data sets call them.
OF_PAIRS = frozenset(
    (first, second)
    for line in [
        "sentence1 sentence2",
        "sentence_1 sentence_2",
        "sentence_a sentence_b",
        "text1 text2",
        "text_1 text_2",
        "text_a text_b",
        "premise hypothesis",
        "question1 question2",
        "question_1 question_2",
        "question answer",
        "question sentence",
        "question passage",
        "query passage",
        "query document",
        "query text",
        "source target",
        "claim evidence",
    ]
    for first, second in [line.split()]
)
_KNOWN = OF_TEXTS | OF_TITLES | OF_LABELS | OF_NO_TEXTS


def words(heading: str) -> tuple[str, ...]:
    """The words of a heading, in lower case: camelCase and snake_case are cut, a plural is taken for its singular.

    >>> words("Review Text"), words("reviewTexts"), words("clothing_ID")
    (('review', 'text'), ('review', 'text'), ('clothing', 'id'))
    """
    apart = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])", " ", heading.strip())
    return tuple(_singular(word) for word in re.findall(r"[^\W_]+", apart.lower()))


def is_known(heading: str) -> bool:
    """Whether each word of a heading stands in one of the lists: hardly a text that somebody wrote."""
    found = words(heading)
    return bool(found) and all(word in _KNOWN for word in found)


def is_of_texts(heading: str) -> bool:
    """Whether a heading promises texts.

    >>> is_of_texts("Review Text"), is_of_texts("review_id"), is_of_texts("text length")
    (True, False, False)
    """
    found = set(words(heading))
    return bool(found & OF_TEXTS) and not found & (OF_NO_TEXTS | OF_TITLES)


def is_of_titles(heading: str) -> bool:
    """Whether a heading promises titles, summaries or the like."""
    return bool(set(words(heading)) & OF_TITLES)


def is_of_labels(heading: str) -> bool:
    """Whether a heading promises the class of each row."""
    found = set(words(heading))
    return bool(found & OF_LABELS) and not found & OF_NO_TEXTS


def is_of_no_texts(heading: str) -> bool:
    """Whether a heading promises numbers, dates or names."""
    return bool(set(words(heading)) & (OF_NO_TEXTS | OF_LABELS)) and not is_of_texts(heading)


def pair_of(headings: Sequence[str]) -> tuple[int, int] | None:
    """The places of two headings that data sets call the texts of a pair, if there are two.

    >>> pair_of(["id", "Sentence1", "Sentence2"]), pair_of(["text", "label"])
    ((1, 2), None)
    """
    plain = [heading.strip().lower().replace(" ", "_") for heading in headings]
    known = [(plain.index(first), plain.index(second)) for first, second in OF_PAIRS if first in plain and second in plain]
    return min(known, default=None)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and word not in _KNOWN and word[:-1] in _KNOWN else word
