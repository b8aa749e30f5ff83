"""The command line: one file per command group; each imports what is heavy when it runs."""
