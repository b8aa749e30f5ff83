"""What frames show: objects, motion, style, light, floor. Imports language and dynamics."""
