#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job in one command: installs what is missing, builds, replays a recording (or a simulated minute) and leaves the
# state vectors in ./airspool-data.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'TXT'
usage: tools/run.sh [FILE [--rate 2000000|2400000] [--format cu8|cs16] [more options of 'airspool replay']]

With a FILE of recorded IQ: decodes it. Without one: decodes a simulated minute (60 invented aircraft).
State vectors go to ./airspool-data/records.ndjson, the summary to the terminal.
TXT
}
for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    usage
    exit 0
  fi
done

"$top/tools/deps.sh"

echo "Building ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! (cd "$top" && cmake --preset release && cmake --build --preset release --target airspool) >"$log" 2>&1; then
  cat "$log" >&2
  echo "tools/run.sh: the build failed; the messages above say where." >&2
  exit 70
fi
airspool=$top/build/release/firmware/airspool

data=$PWD/airspool-data
mkdir -p "$data"
records=$data/records.ndjson

if (($#)); then
  echo "Replaying recorded signal: $*"
  "$airspool" replay "$@" --records-to "$records"
else
  echo "No recording was given, so this is a SIMULATED minute of sky: the aircraft below do not exist."
  "$airspool" replay --sim 60 --records-to "$records"
fi

cat <<TXT

State vectors: $records ($(wc -l <"$records") records, one JSON object a line)
Try next:
  head -n 1 $records
  tools/run.sh YOUR-RECORDING.cu8 --rate 2400000
  $airspool decode 8D4840D6202CC371C32CE0576098
  $airspool --help
TXT
