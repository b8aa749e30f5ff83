"""Periodic tasks beside the API: deleting old files and delivering webhooks. It may import `jobs`
and `server.uploads`, but neither `server.api` nor `server.worker`, and no torch."""
