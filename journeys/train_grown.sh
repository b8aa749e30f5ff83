#!/usr/bin/env bash
# From the weights of the canvas to those that are shipped: data, transformer, first questions. For a GPU.
#
# Run journeys/train_canvas.sh before it: the recipe begins with the weights in the package, which are by
# then those of the canvas. (As shipped they are those that this script ends with. Name another model with
# start=DIRECTORY.) They were made in two runs, the second from the weights of the first, with the recipe as it is
# now: journeys/train_grown.sh model-again name=again start=model-grown. The first had less data and a higher
# learning rate: the recipe of commit 9453e6f. Data is rendered and encoded first, by all cores; MUJOCO_GL=egl draws on the GPU.
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
