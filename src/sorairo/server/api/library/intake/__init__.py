"""Imports: what an archive says about its files, and one file after another."""
