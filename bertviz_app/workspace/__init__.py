"""The Streamlit frame of every page: `open_page`, the sidebar, what is being looked at, jobs. It knows no chapter."""
