#!/usr/bin/env bash
# Trains the denoiser of the recipe `grown`, that of the shipped model, on a GPU, then takes a first look
# at the result with the exam.
#
# Run journeys/train_canvas.sh before it and put its result into the package, or name it with
# start=DIRECTORY. The shipped weights were made in two runs, the second from the weights of the first,
# with the recipe as it is now: journeys/train_grown.sh model-again name=again start=model-grown. The first
# had less data and a higher learning rate: the recipe of commit 9453e6f. All cores render and encode the
# data first; MUJOCO_GL=egl renders on the GPU.
#
# usage: journeys/train_grown.sh [where to put the model, default: model-grown] [start=DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-model-grown}
shift || true

workers=$(($(nproc) > 1 ? $(nproc) - 1 : 1))
model=$(sorairo train grown loop.minutes=6 loop.workers="$workers" "$@" | tail -n 1)

mkdir -p "$(dirname "$target")"
rm -rf "$target"
cp -r "$model" "$target"
python -m sorairo.exam.claims --model "$target"
