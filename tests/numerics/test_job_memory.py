"""What jobs of large models take, in closed form, and what is refused before anything is loaded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sorairo.generation.memory.estimate import Shortage, job_memory, shortage
from sorairo.generation.memory.job_size import WHOLE, JobSize
from sorairo.generation.memory.planned import published_canvas, use_instead
from sorairo.generation.memory.sentences import too_large
from sorairo.generation.output.delivery import Delivery
from sorairo.generation.tasks.animate import animate
from sorairo.generation.tasks.edit import edit
from sorairo.generation.tasks.text import text_to_video
from sorairo.models.model_info import MemoryNeeds, Size
from sorairo.models.sizing.before_loading import Placing, published_needs
from sorairo.models.sizing.host_memory import free_memory, total_memory
from sorairo.models.sizing.machine import Machine
from sorairo.models.wan.variants import variant_named
from sorairo.video import Clip

GB = 1e9


def text_job(name: str, size: Size, frames: int) -> JobSize:
    spec = published_canvas(variant_named(name)).sized(*size)
    layout = text_to_video("a", spec=spec, size=size, num_frames=frames)
    return JobSize.of(layout, Delivery(width=size[0], height=size[1], fps=spec.fps))


def refused(
    name: str, job: JobSize, machine: Machine, placing: Placing = Placing()
) -> Shortage | None:
    return shortage(job, published_needs(variant_named(name), machine, placing), machine)


@pytest.mark.parametrize("host", [31, 29, 27])
def test_the_size_that_is_named_fits_and_the_next_one_does_not(host: int):
    """On a CPU, whose memory holds the weights, the working memory and the frames."""
    machine = Machine(host=host * GB)
    job = text_job("wan2.2-5b", (1280, 704), 121)
    short = refused("wan2.2-5b", job, machine)
    assert short is not None
    assert short.size is not None
    assert not short.on_device
    width, height = short.size
    assert width / height == pytest.approx(1280 / 704, rel=0.15)
    assert refused("wan2.2-5b", job.sized(width, height), machine) is None
    assert refused("wan2.2-5b", job.sized(width + 32, height + 32), machine) is not None
    assert 64 < width < 1280


def test_sizes_grow_with_the_memory():
    job = text_job("wan2.2-5b", (1280, 704), 121)
    found = [refused("wan2.2-5b", job, Machine(host=host * GB)) for host in (27, 29, 31)]
    widths = [each.size[0] for each in found if each and each.size]
    assert widths == sorted(set(widths))
    assert len(widths) == 3
    assert refused("wan2.2-5b", job, Machine(host=36 * GB)) is None


@pytest.mark.parametrize(
    ("name", "host", "instead"),
    [
        ("wan2.2-5b", 24, "wan2.1-1.3b"),
        ("wan2.2-14b", 48, "wan2.2-5b"),
        ("wan2.2-14b", 8, "tabletop"),
    ],
)
def test_weights_that_do_not_fit_name_a_model_that_does(name: str, host: int, instead: str):
    machine, job = Machine(host=host * GB), text_job(name, (832, 480), 81)
    short = refused(name, job, machine)
    assert short is not None
    assert short.size is None
    assert use_instead(short, job, "generate", machine) == instead
    said = str(too_large(short, instead))
    assert f"{host}.0 GB are free, not enough at any size: use {instead}." in said
    if instead != "tabletop":
        other = text_job(instead, (832, 480), 81)
        assert refused(instead, other, machine) is None


def gpu(device: float, host: float) -> Machine:
    return Machine(host=host * GB, device="cuda", total=device * GB, free=0.98 * device * GB)


def test_a_device_is_counted_with_what_stays_there():
    name, job = "wan2.2-5b", text_job("wan2.2-5b", (1280, 704), 121)
    assert refused(name, job, gpu(24, 40)) is None
    assert refused(name, job, gpu(24, 40), Placing(offload=False)) is None, "in tiles"
    whole = refused(name, job, gpu(16, 40), Placing(offload=False))
    assert whole is not None
    assert whole.on_device
    assert whole.size is None or whole.size[0] < 1280
    assert refused(name, job, gpu(80, 40), Placing(offload=False)) is None
    little = refused(name, job, gpu(24, 16))
    assert little is not None
    assert not little.on_device


def test_what_other_programs_hold_of_a_device_counts():
    name, job = "wan2.2-5b", text_job("wan2.2-5b", (1280, 704), 121)
    machine = replace(gpu(24, 40), free=5 * GB)
    short = refused(name, job, machine)
    assert short is not None
    assert short.on_device
    assert short.size is not None


def test_offloaded_and_rounded_weights_are_counted():
    variant, machine = variant_named("wan2.2-14b"), gpu(1000, 1000)
    plain, out, rounded = (
        published_needs(variant, machine, each)
        for each in (Placing(), Placing(offload=True), Placing(rounding="int8"))
    )
    blocks = 2 * 40 * (8 * 5120**2 + 2 * 5120 * 13824)
    assert plain.resting == 2 * 5_680_910_336, "the text encoder alone"
    assert out.resting == pytest.approx(2 * blocks + 2 * 5_680_910_336, rel=0.01)
    assert out.staying + out.resting == plain.staying + plain.resting
    assert plain.staying - rounded.staying == pytest.approx(blocks, rel=0.01)
    assert out.loading == pytest.approx(out.resting, rel=0.01)
    assert plain.loading < 0.6 * plain.weights, "one network after another"


def test_mps_computes_in_the_memory_of_the_host():
    name, job = "wan2.1-1.3b", text_job("wan2.1-1.3b", (832, 480), 81)
    needs = published_needs(variant_named(name), Machine(host=64 * GB, device="mps"))
    memory = job_memory(job, needs, Machine(host=64 * GB, device="mps"))
    assert memory.device == 0
    assert memory.host > needs.weights + needs.working(job.load(needs))


def test_what_is_kept_of_the_text_in_both_experts():
    """Keys and values of 512 tokens in 80 blocks of width 5120, for both rows of guidance."""
    needs = published_needs(variant_named("wan2.2-14b"), gpu(80, 128))
    job = text_job("wan2.2-14b", (1280, 720), 81)
    one, two = (needs.sampling(replace(job.load(needs), prompts=k)) for k in (1, 2))
    kept = 2 * 2 * 512 * 2 * 5120 * 80
    assert kept == pytest.approx(1.68 * GB, rel=0.01)
    mixed = 2 * 2 * 2 * 5120 * 75_600
    assert two - one == pytest.approx(kept + mixed)
    unguided = needs.sampling(replace(job, guided=False).load(needs))
    assert one - needs.moving == pytest.approx(2 * (unguided - needs.moving))


def test_a_region_gives_each_token_a_noise_level_of_its_own():
    spec = published_canvas(variant_named("wan2.2-5b"))
    clip = Clip(frames=np.zeros((5, 352, 640, 3), np.uint8), fps=24.0)
    region = np.zeros((352, 640), bool)
    region[:100, :100] = True
    layout = edit(clip, "a", spec=spec.sized(640, 352), strength=0.6, region=region)
    job = JobSize.of(layout, Delivery.of(layout, None, None, None))
    needs = published_needs(variant_named("wan2.2-5b"), gpu(80, 64))
    load = job.load(needs)
    assert load.token_levels == load.tokens > 0
    more = needs.sampling(load) - needs.sampling(replace(load, token_levels=0))
    assert more == load.tokens * 3072 * 3 * 2


@pytest.mark.parametrize(("name", "frames"), [("wan2.2-5b", 1), ("wan2.2-i2v-14b", 81)])
def test_the_encoder_of_a_picture_is_counted(name: str, frames: int):
    """Of a model that sees what is given in channels, all frames are encoded."""
    spec = published_canvas(variant_named(name)).sized(832, 480)
    picture = Clip(frames=np.zeros((1, 480, 832, 3), np.uint8), fps=16.0)
    layout = animate([(0.0, picture)], "a", spec=spec, num_frames=81, strength=())
    job = JobSize.of(layout, Delivery.of(layout, None, None, None))
    needs = published_needs(variant_named(name), gpu(80, 128))
    load = job.load(needs)
    assert load.encoded_frames == frames
    pixels = job.canvas[0] * job.canvas[1]
    expected = pixels * (needs.per_encoded_pixel + 36 * frames)
    assert needs.encoding(load) == pytest.approx(expected)


def test_fewer_seconds_are_named_only_where_they_help():
    job = text_job("wan2.2-5b", (1280, 704), 121)
    needs = published_needs(variant_named("wan2.2-5b"), Machine(host=64 * GB))
    large = MemoryNeeds(weights=0, per_token=needs.per_token)
    short = shortage(job, large, Machine(host=2 * GB))
    assert short is not None
    assert short.shorter
    assert "or for fewer seconds" in too_large(short, "")
    short = shortage(job, replace(needs, most_pixels=0), Machine(host=30 * GB))
    assert short is not None
    assert not short.shorter
    assert "seconds" not in too_large(short, "")


def test_the_shipped_model_at_no_size():
    job = JobSize.of(
        text_to_video(
            "a", spec=published_canvas(variant_named("wan2.1-1.3b")), size=(64, 64), num_frames=1
        ),
        Delivery(width=64, height=64, fps=16.0),
    )
    assert job.copies == WHOLE
    short = shortage(job, MemoryNeeds(weights=34_000_000), Machine(host=0.1 * GB))
    assert short is not None
    assert too_large(short, "").endswith("close other programs first.")


GROUP = {"memory.max": "8000000000", "memory.current": "5000000000"}


def test_the_memory_of_a_container(tmp_path):
    """As control groups of both versions limit it, also above the process's own; files that the
    kernel keeps in memory are free."""
    own = tmp_path / "cgroup"
    inner = tmp_path / "two" / "docker" / "abc"
    inner.mkdir(parents=True)
    own.write_text("0::/docker/abc\n")
    (inner / "memory.max").write_text("max\n")
    for name, text in GROUP.items():
        (inner.parent / name).write_text(text)
    (inner.parent / "memory.stat").write_text(
        "anon 3500000000\nactive_file 500000000\ninactive_file 1000000000\n"
    )
    assert total_memory(tmp_path / "two", own) == 8 * GB
    assert free_memory(tmp_path / "two", own) == min(4.5 * GB, free_memory(tmp_path, own))
    own.write_text("4:memory:/gone\n3:cpu:/gone\n")
    outer = tmp_path / "one" / "memory"
    outer.mkdir(parents=True)
    (outer / "memory.limit_in_bytes").write_text("2000000000\n")
    (outer / "memory.usage_in_bytes").write_text("1500000000\n")
    (outer / "memory.stat").write_text("total_inactive_file 250000000\ntotal_active_file 250000000")
    assert total_memory(tmp_path / "one", own) == 2 * GB
    assert free_memory(tmp_path / "one", own) == 1 * GB
    own.write_text("0::/\n")
    assert total_memory(tmp_path / "none", own) > 2 * GB
