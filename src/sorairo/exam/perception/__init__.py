"""Measures of clips: tracks, laws of motion, camera paths, seams. Imports no question or suite.

`tracking.see` gives outlines and a track in any light, and is the usual start. For colour, shape,
motion and floor see `sorairo.world.tabletop.perception`: `observer.observe` by day,
`lit_observer.observe_lit` in other light, `motion.classify_motion` for a track.
"""
