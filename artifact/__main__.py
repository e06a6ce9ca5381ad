"""``python -m artifact``."""

from artifact.cli import main

if __name__ == "__main__":
    main()
