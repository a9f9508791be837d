"""`python -m bertviz_app.fetch NAME`: download a checkpoint, once, by hand."""

import sys

from bertviz_app.checkpoints.fetch import main

if __name__ == "__main__":
    sys.exit(main())
