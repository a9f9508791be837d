"""Each page as the first that a process of its own ever shows, with nothing of this package imported: it imports and sets up what it needs.

A server imports in the order in which its first visitors come. Each process is forked from one that has the slow libraries.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bertviz_app.workspace.page_list import PAGES

ROOT = Path(__file__).parents[2]
OPENS_EACH = """
import functools, json, os, sys
import captum.attr, pandas, plotly.graph_objects, sklearn.decomposition, torch, transformers
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from transformers import AutoModelForPreTraining, BertForPreTraining, BertTokenizer

# What is said of all installed packages is read once, as in the other tests.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)
manifest_scanner.scan_component_manifests()

def opened(file):
    app = AppTest.from_file(os.path.abspath("home.py"), default_timeout=180)
    if file != "home.py":
        app.switch_page(file)
    app.run()
    wrong = [one.message for one in app.exception] + [one.value for one in app.error]
    return wrong or ([] if app.title or app.header else ["no title"])

for file in sys.argv[1:]:
    assert not any(name.startswith("bertviz_app") for name in sys.modules)
    sys.stdout.flush()
    if not os.fork():
        try:
            print(json.dumps([file, opened(file)]), flush=True)
        finally:
            os._exit(0)
    os.wait()
"""


def test_every_page_as_the_first_of_a_process() -> None:
    files = [page.file for page in PAGES.values()]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", OPENS_EACH, *files], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    found = dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))
    assert found == {file: [] for file in files}, done.stderr[-3000:]
