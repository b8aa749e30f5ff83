"""The type checker that jaxtyping runs on every call under pytest (see pyproject.toml)."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int is welcome as a float
