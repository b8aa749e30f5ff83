"""The exam: what a model has learned and how far its clips obey the world.

`registry` names the suites. `run` asks the questions of a suite and keeps the verdicts; `report`
shows them. `question` is the contract between questions, candidates and judges. May import
generation, models, flow, data and world; nothing below imports it.
"""
