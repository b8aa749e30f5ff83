"""The URLs of the job database and the media store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sorairo.errors import ConfigError, MissingExtraError
from sorairo.jobs.database import BUSY_SECONDS, open_database


@dataclass(frozen=True, kw_only=True)
class StorageUrls:
    """Where jobs and files are stored."""

    database: str
    """An SQLAlchemy URL of SQLite or PostgreSQL."""
    media: str
    """A folder, or a URL of fsspec."""

    @classmethod
    def default(cls) -> StorageUrls:
        """In the user's data directory."""
        folder = Path(platformdirs.user_data_dir("sorairo"))
        return cls(database=f"sqlite:///{folder}/jobs.db", media=str(folder / "media"))

    def to_environment(self) -> dict[str, str]:
        """The environment variables from which the command line reads the URLs."""
        return {"SORAIRO_DATABASE": self.database, "SORAIRO_MEDIA": self.media}

    def open_database(self, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
        """Opens the database, and creates it if it is an SQLite file. Writers wait `busy_seconds`
        for one another. Raises ConfigError and MissingExtraError."""
        prefix = "sqlite:///"
        if self.database.startswith(prefix):
            Path(self.database.removeprefix(prefix)).parent.mkdir(
                mode=0o700, parents=True, exist_ok=True
            )
        try:
            return open_database(self.database, busy_seconds=busy_seconds)
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f"The database driver {error.name} is not installed: for PostgreSQL write"
                " postgresql+psycopg://..., and pip install 'sorairo[postgresql]'."
            ) from error
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise ConfigError(
                f"The database cannot be opened ({reason}): check --database."
            ) from error
