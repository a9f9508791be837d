from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bertviz_app.analysis.similarity import cosine_matrix
from bertviz_app.chapters.embeddings import snippet as code

if TYPE_CHECKING:
    from bertviz_app.engine.model import Model
    from bertviz_app.records.forward import ForwardPass


@pytest.mark.parametrize("state", [0, 6])
def test_the_python_on_the_page_gives_the_same_similarities(model: Model, pair_forward: ForwardPass, state: Any) -> None:
    scope: dict[str, Any] = {}
    exec(code.tokens_code(model.info, pair_forward.encoding, state=state), scope)
    assert np.abs(cosine_matrix(pair_forward.hidden_states[state]) - scope["cosines"].numpy()).max() < 1e-5
