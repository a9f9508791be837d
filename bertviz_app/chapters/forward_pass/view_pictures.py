"""The picture of each view of Forward pass, for one subject."""

from __future__ import annotations

from bertviz_app.chapters.forward_pass import embedding_sum, hidden_states, measures
from bertviz_app.drawing.colors import Theme
from bertviz_app.drawing.pictures import Picture
from bertviz_app.errors import MissingHead
from bertviz_app.workspace.caches import once
from bertviz_app.workspace.subject import Subject

BY_TOKEN = "Embedding sum"  # the view that shows one token


def picture(subject: Subject, view: str, position: int, theme: Theme) -> Picture:
    """The picture of a view, with its sentence and its table."""
    forward = subject.forward
    if view == "Shapes":
        return once(measures.steps_picture, forward, theme)
    if view == BY_TOKEN:
        return embedding_sum.sum_picture(forward, subject.model.embedding_parts(subject.encoding), position, theme)
    if view == "Last hidden state":
        return once(hidden_states.states_picture, forward, theme)
    if view == "Norms":
        return once(hidden_states.norms_picture, forward, theme)
    if forward.pooler_output is None:
        raise MissingHead("This checkpoint has no trained pooler, so there is no pooled vector to show.")
    return hidden_states.pooled_picture(forward.pooler_output, theme)
