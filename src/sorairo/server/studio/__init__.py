"""The studio: the page at `/`, which uses the server over the public API alone.

`assets.py` reads the files of `static/`, which are served as they are: ES modules and style sheets,
without a build step. `static/README.md` says how the page is laid out and how a view is added.
"""
