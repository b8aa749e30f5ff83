"""The process in which one session is played."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import suppress
from typing import Any

from sorairo.processes import python_command, python_environment
from sorairo.server.play.messages import packed, read_message_of

MODULE = "sorairo.server.worker.play_main"
ANSWER_SECONDS = 120.0  # of the longest command: loading a network on a busy machine


class PlayProcessError(RuntimeError):
    """The process has ended, or does not answer."""


class PlayProcess:
    """One process; commands are answered one after another."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._lock = process, asyncio.Lock()

    @classmethod
    async def start(cls) -> PlayProcess:
        """A new process. It ends by itself when this one has ended."""
        pipe = subprocess.PIPE
        # The networks of a frame are so small that a second thread makes them three times slower.
        environment = {"OMP_NUM_THREADS": "1", **python_environment()}
        process = await asyncio.create_subprocess_exec(
            *python_command("-m", MODULE), stdin=pipe, stdout=pipe, env=environment
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.returncode is None

    async def ask(self, command: dict[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """The answer to a command. Raises PlayProcessError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        async with self._lock:
            try:
                stdin.write(packed(command, body))
                await stdin.drain()
                return await asyncio.wait_for(read_message_of(stdout), ANSWER_SECONDS)
            except (OSError, asyncio.IncompleteReadError) as error:
                self.end()
                raise PlayProcessError("the process of the session has ended") from error
            except BaseException:  # an answer may be left in the pipe
                self.end()
                raise

    async def wait(self) -> None:
        """Waits until the process has ended."""
        await self._process.wait()

    def end(self) -> None:
        """Ends the process at once: nothing in it outlives the session."""
        with suppress(ProcessLookupError):
            self._process.kill()
