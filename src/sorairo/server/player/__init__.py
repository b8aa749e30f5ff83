"""The page of play at `/play`; `export` writes the same page as a folder, and alone loads torch."""
