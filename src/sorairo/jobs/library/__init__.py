"""Jobs as their owners see them: lists and search, marks and tags, the trash, lineage."""
