"""From a layout to a canvas: latents, noise levels and positions of every token. May import layouts
and model protocols; no task, no model, no world."""
