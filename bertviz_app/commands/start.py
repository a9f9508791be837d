"""`inside-bert`: the same server as `streamlit run app.py`, from whatever folder."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

from bertviz_app.checkpoints.catalog import CATALOG
from bertviz_app.settings import PREFIX

HOME = "127.0.0.1"
HOME_NAMES = ("localhost", HOME)  # how a browser on this machine may call it: any other name is somebody's trick


@dataclass(frozen=True)
class Start:
    """How the app is to be started; None and () leave what the environment and the defaults say."""

    port: int | None = None
    host: str | None = None
    model: str | None = None
    checkpoints: tuple[str, ...] = ()

    @property
    def flags(self) -> list[str]:
        """What Streamlit is told. Without a host it answers this machine alone, by its own names."""
        listening = ["--server.address", self.host or HOME]
        if self.host is None:
            listening += [flag for name in HOME_NAMES for flag in ("--server.allowedHosts", name)]
        return listening if self.port is None else [*listening, "--server.port", str(self.port)]

    def set(self, environment: MutableMapping[str, str]) -> None:
        """Write the settings that were given into an environment. A folder that is seen first is offered, too."""
        offered = [part for part in environment.get(f"{PREFIX}CHECKPOINTS", "").split(os.pathsep) if part]
        own = [self.model] if self.model and self.model not in CATALOG else []
        if self.model:
            environment[f"{PREFIX}MODEL"] = self.model
        if own or self.checkpoints:
            environment[f"{PREFIX}CHECKPOINTS"] = os.pathsep.join(dict.fromkeys([*own, *self.checkpoints, *offered]))


def app_file() -> Path:
    """What Streamlit runs: in the sources beside the package, once installed within it."""
    package = Path(__file__).parents[1]
    installed = package / "app" / "app.py"
    return installed if installed.is_file() else package.parent / "app.py"


def start(how: Start) -> None:
    """Serve the app until it is stopped."""
    how.set(os.environ)
    from streamlit.web.cli import main  # a second, which neither `fetch` nor `check` has to wait for

    main(["run", str(app_file()), *how.flags], standalone_mode=False)
