"""Folders of open weights, their layouts, and the names in them."""
