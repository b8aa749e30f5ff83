#!/usr/bin/env bash
# Does more training make a better simulator of the world? One small model, the same data, 1, 4 and 16
# times the steps (the exam's M11).
#
# The shipped model's codec encodes. Interrupt it whenever you like: it goes on where it stopped.
#
# usage: journeys/scaling.sh [part of the exam's questions, default: 0.2]
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-0.2}

models=()
for each in 1 4 16; do
	models+=("$(sorairo train scaling-$each | tail -n 1)")
done
python benchmarks/small_models.py scaling "${models[@]}" --part "$part"
