"""`python -m sorairo` is `sorairo`."""

from .cli.main import main

if __name__ == "__main__":
    main()
