"""The tables of the job database."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData()

# The columns are described at the fields of Job.
jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # the order of submission
    Column("id", String(64), nullable=False, unique=True),
    Column("owner", String(64), nullable=False),
    Column("request_key", String(255)),  # an idempotency key
    Column("payload", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("progress", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("worker", String(255)),
    Column("leased_until", Float),
    Column("cancelled", Boolean, nullable=False, default=False),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("result", JSON),
    Column("error", JSON),
    Column("cost", Float, nullable=False, default=0.0, server_default="0"),
    Column("postponed", Integer, nullable=False, default=0, server_default="0"),
    Column("due_at", Float),
    Column("emptied", Boolean, nullable=False, default=False, server_default=false()),
    Column("favourite", Boolean, nullable=False, default=False, server_default=false()),
    Column("tags", Text, nullable=False, default="", server_default=""),  # see `tags`
    Column("trashed_at", Float),
    UniqueConstraint("owner", "request_key"),
    Index("jobs_waiting", "status", "number"),
    Index("jobs_of_owner", "owner", "number"),
)

# The cost of every submission of the last day; a job may be deleted earlier.
spending = Table(
    "spending",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("owner", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Column("cost", Float, nullable=False),
    Index("spending_of_owner", "owner", "at"),
)

# The places of jobs that were deleted, so that lists can go on from there.
deleted_jobs = Table(
    "deleted_jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("created_at", Float),
    Column("deleted_at", Float, nullable=False, index=True),
)

# Which videos a video was made from. The row of a parent stays when the parent is deleted.
lineage = Table(
    "lineage",
    metadata,
    Column("child", String(64), primary_key=True),
    Column("parent", String(64), primary_key=True),
    Column("relation", String(16), nullable=False),
    Index("lineage_of_parent", "parent"),
)

deleted_characters = Table(
    "deleted_characters",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("deleted_at", Float, nullable=False, index=True),
)

# Secrets of the servers, in hexadecimal.
server_secrets = Table(
    "server_secrets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(128), nullable=False),
)

# API keys.
keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
    Column("most_waiting", Integer),
    Column("most_cost", Float),
    Column("most_bytes", Float),
    Column("admin", Boolean, nullable=False, default=False, server_default=false()),
)

# The bytes in every folder of the media store: of jobs, characters and files.
stored = Table(
    "stored",
    metadata,
    Column("folder", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
)

# The columns are described at the fields of StoredFile.
files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("filename", String(255), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, index=True),
    Index("files_of_owner", "owner", "id"),
)

characters = Table(
    "characters",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("name", String(80), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("video", String(64)),
)

# Webhooks.
hooks = Table(
    "hooks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("url", String(2048), nullable=False),
    Column("secret", String(128), nullable=False),  # signs events, so a digest is not enough
)

# Webhook events that have not been delivered.
outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hook", ForeignKey("hooks.id"), nullable=False),
    Column("job", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("due_at", Float, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
)

# The columns are described at the fields of Batch; `details` has `metadata`, `lines` and `errors`.
batches = Table(
    "batches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("input_file", String(64), nullable=False),
    Column("endpoint", String(64), nullable=False),
    Column("details", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("cancelled_at", Float),
    Column("ended_at", Float),
    Column("output_file", String(64)),
    Column("error_file", String(64)),
    Index("batches_of_owner", "owner", "id"),
)

# What workers expect of a model before it has made a clip; see `stored.expected_rates`. The columns
# but the model are described at the fields of Point.
measured_rates = Table(
    "measured_rates",
    metadata,
    Column("model", String(255), primary_key=True),  # as `runs_on` of jobs has it
    Column("pixels", Integer, primary_key=True, autoincrement=False),
    Column("effort", Float, primary_key=True),
    Column("rate", Float, nullable=False),
)

# The migrations that were applied to this database.
migrations = Table(
    "migrations",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("applied_at", Float, nullable=False),
)
