"""Open every page with every odd text and a tiny checkpoint of every family, and print the sentences that break a law.

    python -m scripts.sentence_matrix [FAMILY …]

Hours for all of them, on two cores; the tests read three inputs, and the functions behind the sentences all of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from streamlit.testing.v1 import AppTest

from bertviz_app.workspace.page_list import PAGES
from bertviz_app.workspace.scene import Scene

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
laws, odd_texts, tiny = map(import_module, ("laws", "odd_texts", "tiny"))  # the tests' own, found from here on

NOTICE = "**What to notice.** "


def main() -> None:
    families = sys.argv[1:] or list(tiny.FAMILIES)
    n_read = n_broken = 0
    with tempfile.TemporaryDirectory() as home:
        for family in families:
            folder = tiny.save(family, Path(home) / f"tiny-{family}")
            os.environ["INSIDE_BERT_CHECKPOINTS"] = str(folder)
            for key in PAGES:
                for text in odd_texts.ODD_TEXTS:
                    for sentence in _notices(key, folder.name, text):
                        n_read += 1
                        if broken := laws.broken_laws(sentence):
                            n_broken += 1
                            sys.stdout.write(f"{family}, {key}, {text[:40]!r}: {', '.join(broken)}\n    {sentence}\n")
    sys.stdout.write(f"{n_read} sentences read, {n_broken} break a law\n")


def _notices(key: str, model: str, text: str) -> list[str]:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=120)
    app.session_state["scene"] = Scene(model=model, texts={"text": text})
    if key != "home":
        app.switch_page(f"pages/{key}.py")
    app.run()
    app.run()
    if app.exception:
        return [f"An exception: {app.exception[0].message}"]
    return [
        element.value.removeprefix(NOTICE).replace("\\", "") for element in app.markdown if element.value.startswith(NOTICE)
    ]


if __name__ == "__main__":
    main()
