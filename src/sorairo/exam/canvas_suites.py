"""All suites, in the order in which they are run."""

from __future__ import annotations

from sorairo.exam.canvas_suite import Suite
from sorairo.exam.suites.canvas.bridges import CONNECT_SUITE, LOOP_SUITE
from sorairo.exam.suites.canvas.edits import EDIT_SUITE
from sorairo.exam.suites.canvas.futures import CHAIN_SUITE, EXTEND_SUITE
from sorairo.exam.suites.canvas.given import GIVEN_SUITE
from sorairo.exam.suites.canvas.minutes import COST_SUITE, MINUTE_SUITE
from sorairo.exam.suites.canvas.pictures import KEYFRAME_SUITE, STYLE_SUITE
from sorairo.exam.suites.canvas.stories import STORY_SUITE

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
