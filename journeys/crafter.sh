#!/usr/bin/env bash
# About 90 minutes and 0.3e15 FLOP on two CPU cores with bf16 instructions, for nothing but electricity: a world to play in, trained from
# random weights. It plays the games (15 minutes), trains the codec (5 minutes) and the network that dreams (an hour), and examines it. It may
# be interrupted: the same command continues.
#
# usage: journeys/crafter.sh [where to put the model, default: src/sorairo/weights/crafter]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-src/sorairo/weights/crafter}

sorairo train crafter-codec >&2
model=$(sorairo train crafter | tail -n 1)

mkdir -p "$(dirname "$target")"
rm -rf "$target"
cp -r "$model" "$target"
sorairo exam M10 --model "$target" -n 48 -o exam-crafter
