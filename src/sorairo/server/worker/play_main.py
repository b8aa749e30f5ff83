"""The process of one session of play: reads commands from its standard input and answers them on
its standard output (see `server.play.messages`). It ends when its input does."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from sorairo.errors import SorairoError
from sorairo.play.loading import load_world, open_session
from sorairo.play.session import PlaySession, Shown
from sorairo.server.play.messages import packed, read_message

log = logging.getLogger("sorairo.play")


def main() -> None:
    """Answers commands until there are no more."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keeps what libraries print out of the answers
    player = Player()
    while message := read_message(sys.stdin.buffer):
        command, body = message
        started = time.perf_counter()
        header: dict[str, Any]
        try:
            header, answer = player.do(command, body)
        except SorairoError as error:
            header, answer = {"error": str(error)}, b""
        except Exception:
            log.exception("a command of a session failed: %s", command.get("do"))
            header, answer = {"error": "An internal error occurred: start again."}, b""
        header["ms"] = round(1000 * (time.perf_counter() - started), 1)
        out.write(packed(header, answer))
        out.flush()


class Player:
    """Does the commands of one session."""

    def __init__(self) -> None:
        self.session: PlaySession | None = None

    def do(self, command: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer to a command: a header and, for most of them, a frame. Raises SorairoError."""
        name = command["do"]
        if name == "open":
            facts = load_world(command["world"]).facts
            self.session = open_session(facts, command.get("mode", ""))
            return self._shown(self._started(command, b""))
        session = self.session
        assert session is not None, "a session begins with `open`"
        match name:
            case "start":
                return self._shown(self._started(command, body))
            case "step":
                return self._shown(session.step(command["action"]))
            case "prompt":
                session.prompt(command["prompt"])
            case "mode":
                return self._shown(session.set_mode(command["mode"]))
            case "save":
                session.save(Path(command["path"]))
                return {"recipe": session.recording.recipe()}, b""
        assert session.shown is not None
        return self._shown(session.shown)

    def _started(self, command: dict[str, Any], picture: bytes) -> Shown:
        session = self.session
        assert session is not None
        prompt = command.get("prompt", "")
        if not picture:
            return session.start(command.get("seed"), prompt=prompt)
        side = session.facts.side
        frame = np.frombuffer(picture, np.uint8).reshape(side, side, 3)
        return session.start(picture=frame, prompt=prompt)

    def _shown(self, shown: Shown) -> tuple[dict[str, Any], bytes]:
        session = self.session
        assert session is not None
        height, width, _ = shown.frame.shape
        header: dict[str, Any] = {
            "step": shown.step,
            "mode": session.mode,
            "prompt": session.words,
            "seed": session.recording.begin.get("seed"),
            "width": width,
            "height": height,
            "inventory": dict(shown.inventory),
            "over": shown.over,
        }
        if shown.died_at is not None:
            header["died_at"] = shown.died_at
        if (state := shown.state) is not None:
            header |= {
                "alive": state.alive,
                "daylight": round(state.daylight, 3),
                "position": list(state.position),
                "achievements": {name: n for name, n in state.achievements.items() if n},
            }
        if (drift := shown.drift) is not None:
            header |= {
                "agreement": drift.agreement,
                "inventory_agreement": drift.inventory,
                "wrong": [list(each) for each in drift.wrong],
            }
        return header, np.ascontiguousarray(shown.frame).tobytes()


if __name__ == "__main__":
    main()
