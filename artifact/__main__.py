"""``python -m artifact``."""

import os
import sys
from pathlib import Path

# Plug-ins are found on PYTHONPATH, behind what is installed: a host's own numpy there takes nothing's place.
named = {str(Path(path).absolute()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path}
sys.path.sort(key=named.__contains__)

if __name__ == "__main__":
    from artifact import interrupts

    # Before anything else is loaded: Ctrl-C in the first moments is one line, too.
    interrupts.end_at_once()
    from artifact.cli import main

    main()
