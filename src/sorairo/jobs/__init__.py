"""A durable queue: a job is done at least once and its result is committed exactly once.

It knows neither video nor HTTP. Whoever claims a job gets a fence, a number that rises with every
claim; whatever is written afterwards names it, so that a worker that was away too long (its lease
ran out, another one has the job) can change nothing any more.
"""
