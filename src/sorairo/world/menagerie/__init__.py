"""Animals of 0 A.D. that walk, run, stand, eat and meet, under a share-alike licence.

What is made from this world is shared under CC-BY-SA-3.0: no shipped data or weights use it.
"""
