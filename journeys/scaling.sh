#!/usr/bin/env bash
# Does more training make a better simulator of the world? Trains one small model on the same data for
# 1, 4 and 16 times the steps (suite M11 of the exam).
#
# The codec is that of the shipped model. It may be interrupted: the same command continues.
#
# usage: journeys/scaling.sh [share of the exam's questions, default: 0.2]
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-0.2}

models=()
for each in 1 4 16; do
	models+=("$(sorairo train scaling-$each | tail -n 1)")
done
python benchmarks/small_models.py scaling "${models[@]}" --part "$part"
