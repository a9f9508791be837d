from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_torch_is_told_how_to_wait_before_it_is_imported_and_a_setting_from_outside_is_kept() -> None:
    code = "import os, sys, bertviz_app; assert 'torch' not in sys.modules; sys.stdout.write(os.environ['GOMP_SPINCOUNT'])"

    def spins(**environment: str) -> str:
        inherited = {name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=Path(__file__).parents[2], env=inherited | environment,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    assert spins() == "1000"
    assert spins(GOMP_SPINCOUNT="7") == "7"
