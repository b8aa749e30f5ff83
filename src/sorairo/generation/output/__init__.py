"""From latents to files: decoding, correction of seams, assembly, delivery, export. May import
layouts and model protocols; no model, no world."""
