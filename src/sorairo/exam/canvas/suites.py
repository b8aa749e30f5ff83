"""All suites, in the order in which they are run."""

from __future__ import annotations

from sorairo.exam.canvas.bridges import CONNECT_SUITE, LOOP_SUITE
from sorairo.exam.canvas.edits import EDIT_SUITE
from sorairo.exam.canvas.futures import CHAIN_SUITE, EXTEND_SUITE
from sorairo.exam.canvas.given import GIVEN_SUITE
from sorairo.exam.canvas.minutes import COST_SUITE, MINUTE_SUITE
from sorairo.exam.canvas.pictures import KEYFRAME_SUITE, STYLE_SUITE
from sorairo.exam.canvas.stories import STORY_SUITE
from sorairo.exam.canvas.suite import Suite

SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        GIVEN_SUITE,
        EXTEND_SUITE,
        LOOP_SUITE,
        CONNECT_SUITE,
        KEYFRAME_SUITE,
        STYLE_SUITE,
        EDIT_SUITE,
        STORY_SUITE,
        CHAIN_SUITE,
        COST_SUITE,
        MINUTE_SUITE,
    )
}
