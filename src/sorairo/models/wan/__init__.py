"""Wan 2.1 and 2.2, open weights (arXiv 2503.20314; Apache-2.0), behind the model protocols:
official values (`variants`), folders and their layouts (`files`), both codecs (`codec`),
the denoiser of one or two experts, and the text encoder (`text`). May import `nn`, `flow` and the
shipped family's transformer; no generation."""
