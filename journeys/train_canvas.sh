#!/usr/bin/env bash
# From the weights of first light to those that are shipped: data, codec, transformer, deflicker, first questions.
#
# Run journeys/train_tabletop.sh before it: the recipe begins with the weights in the package, which
# are by then those of first light. (As shipped they are those that this script ends with. Name another
# model with start=DIRECTORY.) Interrupt it whenever you like: it goes on where it stopped.
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
