"""`python -m sorairo` is `sorairo`."""

from sorairo.processes import forget_current_folder

if __name__ == "__main__":
    forget_current_folder()  # before anything else is imported

from sorairo.cli.main import main

if __name__ == "__main__":
    main()
