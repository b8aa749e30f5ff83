#!/usr/bin/env bash
# From nothing to a scored model: in 90 minutes on two CPU cores, in 10 on one GPU. The rules and the
# records are in docs/speedrun.md; everything that may be changed is in speedrun.py, beside this file.
# It prints the record as JSON. It may be interrupted: the same command continues, but what it then
# prints is no record.
#
# usage: journeys/speedrun.sh [--minutes 90] [--seed 0,1,2] [--output speedrun] [FIELD.PATH=VALUE]...
set -euo pipefail
exec python "$(dirname "$0")/speedrun.py" "$@"
