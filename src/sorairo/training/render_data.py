"""Makes the clips that recipes train on: `python -m sorairo.training.render_data --help`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from sorairo.data.cache import cache_folder
from sorairo.data.clip_sets import CLIP_SETS, find_clips
from sorairo.errors import ConfigError, SorairoError
from sorairo.models.codec import Codec
from sorairo.models.transformer import TransformerConfig
from sorairo.training.data.production.jobs import ShardJob, latent_jobs, pixel_jobs
from sorairo.training.data.production.pool import run_jobs
from sorairo.training.data.production.progress import ProductionProgress
from sorairo.training.data.sources import LatentSource, clips_shown
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.networks.codec_directory import codec_folder
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.networks.encoding_codec import (
    codec_of_model,
    codec_of_run,
    latents_folder,
    trained_config,
)
from sorairo.training.networks.frozen_codec import frozen_path
from sorairo.training.recipes.registry import find_recipe

DESCRIPTION = """\
Makes clips ahead of training, which would make what is missing itself: clips of recipes, or sets of
clips by name, rendered and encoded by a codec, in shards in the cache folder."""
EPILOG = f"""\
sets: {", ".join(CLIP_SETS)}

A shard is complete or not there. The same command continues after an interruption; only the shards
that were in work are made again. Clips come from seeds: a lost shard is rendered again, and the
same seed gives the same clip, but for a few levels of 255 where the renderer dithers. Several
commands, also on several machines with one cache folder, share the work.

examples:
  python -m sorairo.training.render_data grown --encode --drop-pixels --workers 2
  python -m sorairo.training.render_data --set lifelike --codec codec2 --drop-pixels --workers 2
  python -m sorairo.training.render_data --set lifelike --count 400 --dry-run"""
BYTES = 4  # of a pixel on the disk: three of the picture, one of the mask
SPARE = 2 * 2**30  # bytes that stay free
SETS = "sets"  # as whose codec that of a run encodes sets
# The codec, None for one that is not in use yet, and each source with the folder of its latents.
Encoded = tuple[Codec | None, list[tuple[LatentSource, Path]]]


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    try:
        jobs, codec = _jobs(options)
        _make(jobs, codec, options)
    except SorairoError as error:
        print(f"Error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("\nStopped. The same command continues.", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:  # `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the last flush
        raise SystemExit(1) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sorairo.training.render_data",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="make the clips of a recipe")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="sets",
        metavar="NAME",
        help="make a set of clips",
    )
    parser.add_argument("--count", type=_positive, help="only the first clips of each --set")
    parser.add_argument(
        "--codec",
        metavar="NAME",
        help="encode each --set with the codec of a training run, of a model or of a directory",
    )
    parser.add_argument(
        "--encode", action="store_true", help="encode the clips of the recipes, each with its codec"
    )
    parser.add_argument(
        "--drop-pixels", action="store_true", help="remove pixels that have been encoded"
    )
    parser.add_argument(
        "--workers", type=_positive, default=os.cpu_count() or 1, help="processes (default: cores)"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what there is to do")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def _jobs(options: argparse.Namespace) -> tuple[list[ShardJob], Codec | None]:
    """What is to be made, and the codec that encodes it."""
    recipes = [find_recipe(name) for name in options.recipes]
    sets = [(find_clips(name), options.count) for name in options.sets]
    if not recipes and not sets:
        raise ConfigError("Name a recipe, or a set of clips with --set.")
    if options.drop_pixels and not (options.encode or options.codec):
        raise ConfigError("--drop-pixels needs --encode or --codec: pixels alone would be lost.")
    if options.encode and (options.codec or sets):
        raise ConfigError("--encode is for recipes, and --codec for sets: run the command twice.")
    if not options.encode and not options.codec:
        return pixel_jobs([*(each for r in recipes for each in r.rendered()), *sets]), None
    if options.codec and recipes:
        raise ConfigError("--codec encodes a --set; recipes have a codec: use --encode.")
    sources = [LatentSource(clips=clips, count=count) for clips, count in sets]
    if options.encode:
        codec, wanted = _encoded_recipe(recipes, dry_run=options.dry_run)
    else:
        codec, wanted = _encoded_sets(options.codec, sources, dry_run=options.dry_run)
    return latent_jobs(wanted, keep_pixels=not options.drop_pixels), codec


def _encoded_recipe(recipes: Sequence[object], *, dry_run: bool) -> Encoded:
    recipe = recipes[0] if len(recipes) == 1 else None
    if not isinstance(recipe, ModelRecipe):
        raise ConfigError("--encode needs one recipe of a model, such as grown.")
    run = recipe.codec_run
    if dry_run and run and not frozen_path(run, recipe.name).exists():
        return None, _not_encoded(run, list(recipe.sources.values()))
    encoding, wanted = recipe.encoded()
    return encoding.codec, wanted


def _encoded_sets(name: str, sources: list[LatentSource], *, dry_run: bool) -> Encoded:
    is_run = codec_folder(name) is None and (run_folder(name) / "state.safetensors").exists()
    if dry_run and is_run and not frozen_path(name, SETS).exists():
        return None, _not_encoded(name, sources)
    clips = clips_shown(sources)
    encoding = codec_of_run(name, SETS, None, *clips) if is_run else codec_of_model(name)
    return encoding.codec, [(source, latents_folder(encoding, source)) for source in sources]


def _not_encoded(run: str, sources: list[LatentSource]) -> list[tuple[LatentSource, Path]]:
    """Folders without latents: nothing has been encoded by a codec that is not in use yet, and to
    be asked what there is to do does not take it into use. Raises TrainingError without a run."""
    trained_config(run)
    return [(source, run_folder(run) / f"latents-not-yet-{i}") for i, source in enumerate(sources)]


def _make(jobs: list[ShardJob], codec: Codec | None, options: argparse.Namespace) -> None:
    left = [job for job in jobs if not job.done()]
    total = sum(job.count for job in jobs)
    progress = ProductionProgress(total=total, done=total - sum(job.count for job in left))
    keep = not options.drop_pixels
    _check_disk([job for job in left if keep or not job.encodings])
    if options.dry_run:
        missing = sum(job.count for job in left)
        print(f"{total - missing:,} of {total:,} clips are there; {missing:,} are missing.")
    elif left:
        patch = TransformerConfig().patch
        run_jobs(left, codec, patch=patch, workers=options.workers, report=progress.add)
    for folder in dict.fromkeys(job.name.parent for job in jobs):
        if folder.exists():
            print(folder)


def _check_disk(kept: list[ShardJob]) -> None:
    """Raises ConfigError where pixels that are kept would fill the disk."""
    needed = sum(_bytes(job) for job in kept)
    folder = next(path for path in (cache_folder(), *cache_folder().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if needed + SPARE > free:
        raise ConfigError(
            f"The pixels of these clips take {needed / 2**30:.0f} GiB, and {free / 2**30:.0f} GiB "
            "are free: encode them and add --drop-pixels, or make fewer with --count."
        )


def _bytes(job: ShardJob) -> int:
    width, height = job.clips.sizes[job.index % len(job.clips.sizes)]
    frames = max(1, round(job.clips.seconds * job.clips.fps))
    return BYTES * width * height * frames * job.count


if __name__ == "__main__":
    main()
