"""Tables that scripts write into pages, between `<!-- name -->` and `<!-- /name -->`."""

from __future__ import annotations


def between(text: str, name: str, table: str) -> str:
    """The text with a table between its marks. Raises ValueError where they are missing."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"there are no marks {begin} ... {end}")
    return f"{before}{begin}\n{table}\n{end}{after}"
