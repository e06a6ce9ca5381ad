"""``python -m artifact``."""

import os
import sys
from pathlib import Path

# Plug-ins are found on PYTHONPATH, behind what is installed: a host's own numpy there takes nothing's place.
named = {str(Path(path).absolute()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path}
sys.path.sort(key=named.__contains__)

from artifact.cli import main  # noqa: E402 - after the order is set

if __name__ == "__main__":
    main()
