"""Write into a lock, above each direct dependency, the reason that its .in file gives.

tools/reasons.py LOCK SOURCE ...
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def main() -> None:
    """Rewrite one lock."""
    lock, *sources = map(Path, sys.argv[1:])
    reasons = dict(
        re.findall(
            r"^([\w-]+)\S*\s+# (.+)$", "\n".join(path.read_text(encoding="utf-8") for path in sources), re.MULTILINE
        )
    )
    text = lock.read_text(encoding="utf-8")
    for name, reason in reasons.items():
        text = re.sub(rf"^(?={name}==)", f"# {name}: {reason}\n", text, flags=re.MULTILINE)
    lock.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
