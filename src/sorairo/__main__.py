"""`python -m sorairo` is `sorairo`."""

from sorairo.cli.main import main

if __name__ == "__main__":
    main()
