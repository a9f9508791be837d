"""`python -m bertviz_app` is `inside-bert`."""

import sys

from bertviz_app.commands.command_line import main

if __name__ == "__main__":
    sys.exit(main())
