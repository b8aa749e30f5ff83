"""Routes of the library: lists and search, marks and tags, the trash, recipes, lineage, exports."""
