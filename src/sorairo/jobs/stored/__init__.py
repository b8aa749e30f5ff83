"""What owners store beside their jobs: files and batches, and how many bytes all of it has."""
