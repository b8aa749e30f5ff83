"""Captions of the lifelike world in English and Chinese, and what texts assert in its words."""
