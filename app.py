"""Inside BERT: what `streamlit run app.py` serves and, run by it as a page, Home."""

import streamlit as st

if __name__ == "__main__":
    from bertviz_app.workspace import open_page
    from bertviz_app.workspace.home import story_of_a_sentence

    with open_page("home") as page:
        story_of_a_sentence(page)
else:
    from bertviz_app import server

    server.check()
    app = st.App(__file__, lifespan=server.lifespan, routes=server.routes(), middleware=server.middleware())
