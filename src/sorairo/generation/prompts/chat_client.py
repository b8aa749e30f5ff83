"""A client for chat models behind an OpenAI-compatible endpoint, which expand prompts.

An answer is used only as text for the video model. It is cleaned first: one line of bounded length,
without control characters.
"""

from __future__ import annotations

import json
import os
import threading
import unicodedata
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sorairo.errors import RequestError

KEY = "SORAIRO_EXPAND_KEY"  # the environment variable with the key; every user can see options
SECONDS = 20.0  # until the answer is complete
LARGEST = 256 * 1024  # bytes of a response
LONGEST = 800  # characters of an answer
TASK = (
    "You write prompts for a video model. Rewrite the user's prompt as one vivid sentence or two,"
    " in the language it is in. Keep everything that it says; add what it leaves open: place,"
    " light, movement and camera. Answer with the prompt alone."
)


@dataclass(frozen=True, kw_only=True)
class ChatReply:
    """The answer of a chat model."""

    text: str | None = None
    """The expanded prompt; None if there is no usable answer."""
    problem: str = ""
    """Why there is none, as a clause for an error message."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A chat model and where it is served. Raises RequestError for a URL that is not one."""

    url: str
    """The base of the API (https://host/v1), or its chat/completions."""
    model: str = "default"
    """The name under which the endpoint serves the model."""
    key: str = field(default="", repr=False)
    """The API key; "" sends none."""
    seconds: float = SECONDS
    """How long an answer may take."""

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            fine = False
        if not fine or any(letter.isspace() for letter in self.url):
            raise RequestError(
                f"'{self.url}' is not the address of a chat API: write it as http://host:port/v1."
            )

    def ask(self, prompt: str) -> ChatReply:
        """The prompt in more detail. Whatever the endpoint does, nothing is raised."""
        answers: list[ChatReply] = []
        # in a thread, because the timeout of a socket starts again with every byte
        asking = threading.Thread(target=lambda: answers.append(self._ask(prompt)), daemon=True)
        asking.start()
        asking.join(self.seconds)
        return answers[0] if answers else ChatReply(problem=self._late)

    @property
    def _late(self) -> str:
        return f"{self._host} did not answer within {self.seconds:g} s"

    @property
    def _host(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def _ask(self, prompt: str) -> ChatReply:
        try:
            with _OPENER.open(self._request(prompt), timeout=self.seconds) as response:
                body = response.read(LARGEST + 1)
        except TimeoutError:
            return ChatReply(problem=self._late)
        except urllib.error.HTTPError as error:
            return ChatReply(problem=f"{self._host} answered with status {error.code}")
        except (OSError, ValueError) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                return ChatReply(problem=self._late)
            reason = getattr(error, "reason", None) or error
            return ChatReply(
                problem=f"{self._host} cannot be reached ({_one_line(str(reason))[:120]})"
            )
        except Exception as error:  # http.client raises several for answers that are not HTTP
            return ChatReply(problem=f"{self._host} does not speak HTTP ({type(error).__name__})")
        if len(body) > LARGEST:
            return ChatReply(problem=f"{self._host} answered with more than {LARGEST // 1024} kB")
        return self._read(body)

    def _request(self, prompt: str) -> urllib.request.Request:
        path = "" if self.url.rstrip("/").endswith("/chat/completions") else "/chat/completions"
        asked = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": TASK},
                {"role": "user", "content": prompt},
            ],
            "max_tokens": 1024,
            "temperature": 0.7,
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        body = json.dumps(asked).encode()
        return urllib.request.Request(self.url.rstrip("/") + path, body, headers)

    def _read(self, body: bytes) -> ChatReply:
        try:
            text = json.loads(body)["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return ChatReply(problem=f"{self._host} did not answer as a chat API does")
        if not isinstance(text, str):
            return ChatReply(problem=f"{self._host} did not answer as a chat API does")
        text = cleaned(text)
        if not text:
            return ChatReply(problem=f"the answer of {self._host} is empty")
        if len(text) > LONGEST:
            return ChatReply(
                problem=f"the answer of {self._host} has {len(text)} characters,"
                f" more than {LONGEST}"
            )
        return ChatReply(text=text)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, which would send the prompt and the key to another address."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def cleaned(text: str) -> str:
    """The text as one line, without a reasoning block before it, quotes around it, and control,
    invisible or unassigned characters in it."""
    text = _one_line(text.rpartition("</think>")[2])
    for opening, closing in ('""', "''", "“”", "「」", "``"):
        inner = text[1:-1]
        around = len(text) > 1 and text[0] == opening and text[-1] == closing
        if around and (closing == "'" or closing not in inner):  # not two quotations
            text = inner.strip()
    return text


def _one_line(text: str) -> str:
    spaced = "".join(" " if letter.isspace() else letter for letter in text)
    kept = (letter for letter in spaced if unicodedata.category(letter)[0] != "C")
    return " ".join("".join(kept).split())


def endpoint(url: str | None = None, model: str | None = None) -> Endpoint | None:
    """The `model` at `url`. The defaults are the environment variables SORAIRO_EXPAND_MODEL and
    SORAIRO_EXPAND_URL; without a URL there is no endpoint. SORAIRO_EXPAND_KEY has the key. Raises
    RequestError for a URL that is not one."""
    url = (url or os.environ.get("SORAIRO_EXPAND_URL", "")).strip()
    if not url:
        return None
    return Endpoint(
        url=url,
        model=model or os.environ.get("SORAIRO_EXPAND_MODEL", "").strip() or "default",
        key=os.environ.get(KEY, "").strip(),
    )
