#!/usr/bin/env bash
# Does a model generalise to combinations that it was not trained on? Trains a small model on 10, 50 and
# 90 % of the combinations of colour, shape and event (suite M9 of the exam).
#
# The codec is that of the shipped model. It may be interrupted: the same command continues.
#
# usage: journeys/unseen.sh [share of the exam's questions, default: 1]
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-1}

models=()
for each in 10 50 90; do
	models+=("$(sorairo train unseen-$each | tail -n 1)")
done
python benchmarks/small_models.py unseen "${models[@]}" --part "$part"
