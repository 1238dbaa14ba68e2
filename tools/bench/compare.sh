#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

usage() {
  cat <<'TEXT'
Processor time of airspool replay against another decoder on the same recording, by turns, so that a busy machine slows
both: prints the median of the ratios of user time. What either needs to start is taken off.

  tools/bench/compare.sh [--build DIR] [--effort full] [--rounds 7] RECORDING.cu8 PEER_COMMAND...

{} in PEER_COMMAND is the recording; without it the recording comes on standard input:
  tools/bench/compare.sh s800.cu8 dump1090-mutability --ifile {} --raw --fix
  tools/bench/compare.sh s800.cu8 /path/to/another -s 2.4
TEXT
}

build=build/release
effort=full
rounds=7
while (($#)); do
  case $1 in
    --build) build=$2; shift 2 ;;
    --effort) effort=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) break ;;
  esac
done
if (($# < 2)); then
  usage >&2
  exit 64
fi
recording=$1
shift
empty=$(mktemp "${TMPDIR:-/tmp}/airspool-compare-XXXXXX.cu8")
trap 'rm -f "$empty"' EXIT
head -c 524288 "$recording" >"$empty"

TIMEFORMAT=%U
# user_seconds INPUT COMMAND...
user_seconds() {
  local input=$1
  shift
  { time "${@//\{\}/$input}" <"$input" >/dev/null 2>&1; } 2>&1
}
ratios=""
for ((round = 0; round < rounds; ++round)); do
  ours=$(user_seconds "$recording" "$build/firmware/airspool" replay --frames --effort "$effort" {})
  start=$(user_seconds "$empty" "$build/firmware/airspool" replay --frames --effort "$effort" {})
  theirs=$(user_seconds "$recording" "$@")
  their_start=$(user_seconds "$empty" "$@")
  ratios+=$(awk -v a="$ours" -v b="$start" -v c="$theirs" -v d="$their_start" \
    'BEGIN { printf "%.3f %.3f %.3f", (a - b) / (c - d), a - b, c - d }')$'\n'
done
sort -n <<<"$ratios" | sed '/^$/d' | awk -v effort="$effort" '
  { ratio[NR] = $1; ours[NR] = $2; theirs[NR] = $3 }
  END { k = int((NR + 1) / 2); printf "%s: median ratio %.2f (%.2f to %.2f), ours %.2f s, theirs %.2f s\n",
        effort, ratio[k], ratio[1], ratio[NR], ours[k], theirs[k] }'
