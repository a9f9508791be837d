"""What is quick stays so: no test here needs torch or Streamlit, which take longer to import than all of these tests to run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SLOW = {"torch", "transformers", "streamlit"}


@pytest.fixture(scope="session", autouse=True)
def _nothing_slow_is_imported(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where these tests run alone, as they are meant to; among others nobody can tell who imported what."""
    yield
    if all(Path(__file__).parent in item.path.parents for item in request.session.items):
        assert not SLOW & sys.modules.keys()


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> None:
    """No page is opened here."""


@pytest.fixture(autouse=True)
def _jobs_are_asked_for() -> None:
    """No job is met here."""
