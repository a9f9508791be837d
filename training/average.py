"""The mean of the weights of several models that come from one run, written in the same layout.

    python -m training.average FOLDER FOLDER … --out FOLDER

Weights of one run at different times have independent noise and lie in one valley: their mean is better than any of them
(Izmailov et al. 2018, section 3.3). Heads other than the encoder's own come from the last folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training.network import SharedEncoder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    average([SharedEncoder.start_from(folder) for folder in arguments.folders]).save(arguments.out)


@torch.no_grad()
def average(models: list[SharedEncoder]) -> SharedEncoder:
    """The last model, with the mean of all their encoders and pre-training heads."""
    *_, last = models
    states = [model.pretraining.state_dict() for model in models]
    last.pretraining.load_state_dict({name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]})
    return last


if __name__ == "__main__":
    main()
