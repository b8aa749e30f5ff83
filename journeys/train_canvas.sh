#!/usr/bin/env bash
# Trains codec, denoiser and deflicker network of the recipe `canvas`, then takes a first look at the
# result with the exam.
#
# Run journeys/train_tabletop.sh before it: `canvas` starts from the weights in the package, which that
# script replaces. (The shipped ones are later weights, of the recipe `grown`. Or name another model with
# start=DIRECTORY.) It may be interrupted: the same command continues.
#
# usage: journeys/train_canvas.sh [where to put the model, default: model-canvas] [start=DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-model-canvas}
shift || true

sorairo train canvas-codec "$@" >&2
model=$(sorairo train canvas "$@" | tail -n 1)
model=$(sorairo train tabletop-deflicker model="$model" | tail -n 1)

mkdir -p "$(dirname "$target")"
rm -rf "$target"
cp -r "$model" "$target"
python -m sorairo.exam.claims --model "$target"
