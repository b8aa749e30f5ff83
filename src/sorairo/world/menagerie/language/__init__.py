"""Captions of the menagerie in English and Chinese, and what texts assert in its words."""
