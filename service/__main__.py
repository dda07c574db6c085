"""python -m service."""

import gc
import sys

# A start makes much that stays and nothing that goes: looking for garbage takes an eighth of it. serving.py begins to.
gc.disable()

from service.cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
