#!/usr/bin/env bash
# Trains the first model from random weights: data, codec, denoiser, then a first look at the result with
# the exam.
#
# Cost on two CPU cores with bf16 instructions (about 0.45 TFLOP/s of matrix products), measured once with
# other work on the same cores: 16 minutes of rendering, 23 minutes of codec (0.45e15 FLOP), 6 minutes of
# encoding, 79 minutes of denoiser (0.70e15 FLOP); 6 GB in the cache folder. It may be interrupted: the
# same command continues.
#
# usage: journeys/train_tabletop.sh [where to put the model, default: src/sorairo/weights/tabletop]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-src/sorairo/weights/tabletop}

sorairo train tabletop-codec >&2
model=$(sorairo train tabletop | tail -n 1)

mkdir -p "$(dirname "$target")"
rm -rf "$target"
cp -r "$model" "$target"
python -m sorairo.exam.claims --model "$target"
