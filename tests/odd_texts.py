"""Two hundred texts as people paste them, for laws that must hold whatever is typed: scripts, normal forms, invisible characters, marks."""

from __future__ import annotations

import unicodedata

NAMES = (
    "J. K. Rowling and George W. Bush met Mr. Smith of Acme Inc. in St. Louis.",
    "Anaïs Nin met Gödel in Zürich and São Paulo.",
    "नई दिल्ली",
    "Angela [MASK] met Tim [MASK].",
    "Jean-Paul Sartre and Mary-Jane O'Neill-Smith",
    "J.-P. Sartre, J.R.R. Tolkien, W.E.B. Du Bois",
    "She works in Washington, D.C.",
    "The U.S.A. and the U.K. met the U.A.E. in the U.N.",
    "Ph.D., B.Sc., M.A., e.V., a.m., p.m.",
    "Dr. Dre vs. Mr. T, Prof. X et al. (2004)",
    "Angela Merkel's visit, the Smiths’ house, James’s car",
    "Ludwig van Beethoven; Vincent van Gogh; Leonardo da Vinci",
    "Ada Lovelace (1815–1852) wrote No. 5, Fig. 2 and pp. 10–12.",
    "McDonald's, Wendy’s and Toys “R” Us",
    "AT&T, R&D, H&M, P&L & Co.",
    "Yahoo! and Jeopardy! and E!",
    "Jan. 5, 1999; Feb. 2010; Dec. 24th",
    "Gen. Lee, Sen. Warren, Gov. Brown, Rev. King",
    "St. John's, Mt. Everest, Ft. Worth",
    "Björk Guðmundsdóttir, Łukasz Żółć, Đặng Thị Ngọc Thịnh",
    "Владимир Путин встретил г. Иванова в г. Москве.",
    "А. С. Пушкин, Л. Н. Толстой",
    "Γιώργος Παπανδρέου και Αλέξης Τσίπρας",
    "محمد بن سلمان في الرياض",
    "بنیامین نتانیاهو می‌خواهم",
    "בנימין נתניהו ראש ממשלת ישראל צה\"ל",
    "習近平在北京會見了普京。",
    "安倍晋三は東京でオバマ大統領と会談した。",
    "コンピュータ・サイエンスとデータベース",
    "문재인 대통령은 서울에서 김정은을 만났다.",
    "ประยุทธ์ จันทร์โอชา อยู่ที่กรุงเทพ",
    "រាជធានីភ្នំពេញ",
    "ရန်ကုန်မြို့",
    "ວຽງຈັນ",
    "অমিতাভ বচ্চন কলকাতায়",
    "தமிழ்நாடு முதலமைச்சர்",
    "తెలుగు భాష",
    "ಕನ್ನಡ ನಾಡು",
    "മലയാളം",
    "ગુજરાતી ભાષા",
    "ਪੰਜਾਬੀ ਭਾਸ਼ਾ",
    "සිංහල භාෂාව",
    "Հայաստանի Հանրապետություն",
    "საქართველოს რესპუბლიკა",
    "አዲስ አበባ ኢትዮጵያ",
    "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ",
    "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ",
    "བོད་སྐད།",
)  # fmt: skip
MARKS = (
    "don't", "don’t", "Don＇t", "can't, can, cannot", "It’s the dogs' 'small' house", "rock'n'roll", "'tis the season", "’90s music",
    "l'homme d'aujourd'hui", "dell'arte", "o'clock", "y'all'd've", "the 1990's", "the boss's", "fo'c'sle", "’’’", "'s", "a 's b", "S's", "it'S",
    "state-of-the-art", "well--known", "-5 and +5", "pre- and post-war", "e-mail", "COVID-19", "1990-1995", "non‑breaking‑hyphen", "Paris–Berlin",
    "a—b", "1,893.6", "1.893,6", "1'000'000", "$1,893.60", "50%", "3.14.", "v1.0.2-rc1", "10:30", "5/6/2020", "1st 2nd 3rd", "½ m² x₁", "H₂O",
    "1,2,3", "1, 2, 3", "0x1F", "1e-9", "…and so on…", "...", "....", "!!!", "?!?!", "(a)", "[b]", "{c}", "«Ja.» „Nein.“ »so«", "“Bonn”, she said…",
    "C++ and C# and F#", "a.b a", "left.She stayed", "node.js", "example.com.", "x_1 __init__ ___", "and/or he/she", "TCP/IP",
    "huggingface/transformers", "https://github.com/huggingface/transformers", "see http://a.b/c, or www.x.org/a?b=1.",
    "(https://en.wikipedia.org/wiki/Bank_(geography))", "mail a.b+c@d-e.org.", "@user #hashtag", "C:\\Users\\me\\file.txt", "/usr/bin/env",
    "<b>bold</b> &amp; <br/>", "{\"key\": [1, 2]}", "SELECT * FROM t;", "a=b+c*d^2", "f(x) -> y", "$x^2$", "~/.bashrc", "50°C", "№ 5 § 3 ¶", "™ ® ©",
    "a,b;c:d", "!a?b", "- item", "* item\n* item", "1. one\n2. two", "• bullet", "tab\tseparated\tvalues", "line\nbreak", "two\n\nparagraphs", "cr\r\nlf",
)  # fmt: skip
INVISIBLE = (
    "a\u200bb", "so\u00adft hyphen", "zero\u200cwidth\u200djoiner", "\ufeffbom at the start", "word\u2060joiner", "nul\x00byte", "bell\x07", "form\x0cfeed",
    "bidi \u202eabc\u202c def", "left\u200eto\u200fright", "\u200b", "\u200b \u200b", "no\u00a0break", "thin\u2009space", "ideographic\u3000space",
    "line\u2028separator", "next\u0085line", "replacement \ufffd char", "ca\ufffdfe", "private \ue000 use", "a\ue000b", "tag \U000e0041", "variation ✌\ufe0f",
    "\u0301 alone", "a\u0301\u0323\u0308 stack", "Z̸͉̎a̷l̵g̶o̴ text", "e\u0301te\u0301", "\u1e9b\u0323", "\u212b \u2126 \u212a", "\u0958\u0915\u093c", "\u1100\u1161\u11a8",
    "x\u20dd", "\u202a\u202b", "\x1f\x1e", "\x7f", "a\u034fb", "\u115f", "\u3164", "\u2800", "soft\u00ad",
)  # fmt: skip
PICTURES = (
    "🙂", "ok🙂ok", "👨‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "👍🏽 great", "1️⃣2️⃣", "❤️", "𝐁𝐨𝐥𝐝 𝕄𝕒𝕥𝕙", "ＦＵＬＬ ｗｉｄｔｈ", "ﬁne ﬂow", "①②③", "Ⅳ", "ⓐ", "𠮷野家", "々仝〇", "㋿", "ｶﾞｷﾞ", "ヴァイオリン",
)  # fmt: skip
MIXED = (
    "我用BERT，ok？", "BERTモデルを使う", "한국어BERT模型", "ใช้ BERT กับ GPT", "iPhone用", "3月5日", "100円", "Ｃ＋＋言語", "中国 中國", "我在银行工作。他在河岸。",
    "[CLS] a [SEP] b [PAD]", "[UNK] [MASK] <mask> <s> </s>", "[MASK][MASK]", "un[MASK]able", "[MASK]'s", "[mask] [ MASK ]", "##ly ##", "▁▁ ␣ Ġ",
    "a", "A", "I", "I.", ".", " ", "", "\n", "a b", "aa" * 60, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "the the the the", "BANK Bank bank bAnK", "Straße STRASSE strasse", "İstanbul ıssız", "ǅ ǆ Ǆ", "ΑΣ Σ ς", "ŉ ʼn", "naïve façade coöperate",
)  # fmt: skip

ODD_TEXTS: tuple[str, ...] = tuple(dict.fromkeys((*NAMES, *MARKS, *INVISIBLE, *PICTURES, *MIXED)))
# The same in the normal form that keeps accents apart, where that is another text.
NFD_TEXTS: tuple[str, ...] = tuple(
    decomposed for text in ODD_TEXTS if (decomposed := unicodedata.normalize("NFD", text)) != unicodedata.normalize("NFC", text)
)
