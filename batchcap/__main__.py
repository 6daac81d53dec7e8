"""``python -m batchcap``."""

from batchcap.cli import main

if __name__ == "__main__":
    main()
