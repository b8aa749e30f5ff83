"""Values of JSON as an attacker sends them: lone surrogates, huge numbers, deep nesting."""

from __future__ import annotations

from hypothesis import strategies as st

DEEP = [0]
for _ in range(40):
    DEEP = [DEEP]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([10**400, -(10**400), 2**63, 1e308, -1.5]),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec=None), max_size=5),
    st.sampled_from(
        ["\ud800", "a\udfffb", "\x00", "[[", "{", '{"a":', "data:,", "1" * 400, "nan", "-1"]
    ),
)

ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["id", "image_url", "url", "data", "file_id", "card", "prompt", "seconds", "time"]
            )
            | st.text(max_size=3),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
