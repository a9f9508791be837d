"""What a classifier is about, when a person says so: the visitor on the page, or whoever runs the server in its settings.

Nothing of the model changes but what its head is called: weights, passes and numbers are the same objects.
"""

from __future__ import annotations

import copy
import os
from dataclasses import replace

from bertviz_app import settings
from bertviz_app.engine.model import Model


def read_as(model: Model, subject: str, *, told_by: str) -> Model:
    """The model with its one classifier of whole inputs said to be about a key of `tasks.SUBJECTS`; itself where it has none, or several."""
    task = model.info.classifier
    if not task:
        return model
    head = model.parts.task_heads[task]
    facts = replace(head.facts, task=subject, told_by=told_by)
    others = {name: other for name, other in model.parts.task_heads.items() if name != task}
    labels = {name: names for name, names in model.info.labels.items() if name != task}
    read = copy.copy(model)
    read.parts = replace(model.parts, task_heads=others | {subject: replace(head, facts=facts)})
    read.info = replace(
        model.info,
        labels={subject: facts.labels} | labels,
        task_heads={name: other.facts for name, other in read.parts.task_heads.items()},
        variant=model.info.variant if subject == task else f"+{subject}",
    )
    return read


def as_settings_say(model: Model) -> Model:
    """The model, with its classifier about what `INSIDE_BERT_ABOUT` says, if it says something of this checkpoint."""
    names = {model.info.name, model.info.title, os.path.basename(os.path.normpath(model.info.name))}
    for entry in settings.current().about:
        name, _, subject = entry.rpartition("=")
        if name in names:
            return read_as(model, subject, told_by="settings")
    return model
