"""The suites of the exam, one file for each question about the world."""
