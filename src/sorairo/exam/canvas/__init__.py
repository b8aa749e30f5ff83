"""Every capability of a model that paints canvases, measured on clips it has never seen.

`suites.SUITES` names them; `python benchmarks/canvas.py` runs them and prints what was measured
beside what is aimed at. A suite asks a model through its public methods alone.
"""
