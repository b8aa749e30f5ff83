"""A durable job queue in a database: each job runs at least once and commits its result once.

Here live the tables and their migrations, the queue, quotas, API keys, characters and the outbox of
webhook events. The package may import `sorairo.errors` only: it knows neither video nor HTTP.

A worker that claims a job gets a fence, a number that increases with every claim. Every later write
names the fence, so a worker whose lease has expired can no longer change the job.
"""
