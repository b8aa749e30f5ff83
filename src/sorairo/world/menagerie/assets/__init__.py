"""The files of 0 A.D. that the world uses: fetching, and reading their formats."""
