"""Inside BERT: what `streamlit run app.py` and `inside-bert` serve. Its Home is `home.py`; every other page lies in `pages/`."""

from pathlib import Path

import streamlit as st

from bertviz_app.commands import server

server.check()
app = st.App(
    Path(__file__).with_name("home.py"),
    lifespan=server.lifespan,
    routes=server.routes(),
    middleware=server.middleware(),
)
