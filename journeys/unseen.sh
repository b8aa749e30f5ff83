#!/usr/bin/env bash
# Does a model know what it never saw together? 10, 50 and 90 % of the combinations of colour, shape and
# event are shown to a small model (the exam's M9).
#
# The shipped model's codec encodes. Interrupt it whenever you like: it goes on where it stopped.
#
# usage: journeys/unseen.sh [part of the exam's questions, default: 1]
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-1}

models=()
for each in 10 50 90; do
	models+=("$(sorairo train unseen-$each | tail -n 1)")
done
python benchmarks/small_models.py unseen "${models[@]}" --part "$part"
