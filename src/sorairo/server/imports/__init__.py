"""Brings clips and pictures that were made elsewhere into the library, with their prompts."""
