#!/usr/bin/env bash
# About 2 1/4 hours and 0.6e15 FLOP on two CPU cores with bf16 instructions, no other price: a world to play in, from random weights.
# It plays the games (5 minutes), trains the codec (9), encodes (8), trains the network that dreams (106; MINUTES=600 for longer), and examines it (2).
# It may be interrupted: the same command continues.
#
# usage: journeys/crafter.sh [where to put the model, default: src/sorairo/weights/crafter]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-src/sorairo/weights/crafter}

sorairo train crafter-codec >&2
model=$(sorairo train crafter loop.minutes="${MINUTES:-106}" | tail -n 1)

mkdir -p "$(dirname "$target")"
rm -rf "$target"
cp -r "$model" "$target"
sorairo exam M10 --model "$target" -n 48 -o exam-crafter
