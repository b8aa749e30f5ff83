"""Which files a command takes for what a clip was made from, and where its page is."""

from __future__ import annotations

from pathlib import Path

import pytest

from sorairo.cli.host_options import page_at
from sorairo.cli.inputs import locate_inputs, source_of
from sorairo.errors import RequestError
from sorairo.generation.requests.base import InputFile


def test_files_stand_for_clips_that_were_given_in_memory(tmp_path: Path):
    """These have no digest: files without another place are taken in their order."""
    a, b, c = (tmp_path / name for name in "abc")
    for path in (a, b, c):
        path.write_text(path.name)
    sources = [
        InputFile(name="clip 1", sha256=""),
        source_of(a),
        InputFile(name="clip 3", sha256=""),
    ]
    made = tmp_path / "made.mp4"
    assert locate_inputs(sources, made, [a, b, c]) == [b, a, c]
    assert locate_inputs(sources[1:2], made, []) == [a], "beside the clip"
    with pytest.raises(RequestError, match="clip 3, which cannot be found: name its file with"):
        locate_inputs(sources, made, [b])
    with pytest.raises(RequestError, match=r"b is not what .*made\.mp4 was made from \(a\)"):
        locate_inputs(sources[1:2], made, [b])
    with pytest.raises(RequestError, match="a prompt alone"):
        locate_inputs([], made, [b])


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/play"),
        ("0.0.0.0", "http://127.0.0.1:80/play"),
        ("::", "http://[::1]:80/play"),
        ("fe80::1", "http://[fe80::1]:80/play"),
        ("localhost", "http://localhost:80/play"),
    ],
)
def test_the_address_of_a_page(host: str, page: str):
    assert page_at(host, 80, "/play") == page
