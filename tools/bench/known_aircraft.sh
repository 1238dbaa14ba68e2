#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
  cat <<'TEXT'
Instructions per sample of the demodulator on one simulated signal (s800), by how many more aircraft it knows: counted
by callgrind, so that a busy machine changes nothing.

  tools/bench/known_aircraft.sh [--build build/dev] [--effort full] [--seconds 1] [KNOWN...]

Without numbers: 0, 100, 500 and 2000 aircraft. Valgrind shows programs an x86-64 processor with AVX2.
TEXT
}

build=build/dev
effort=full
seconds=1
while (($#)); do
  case $1 in
    --build) build=$2; shift 2 ;;
    --effort) effort=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 64 ;;
    *) break ;;
  esac
done
(($#)) || set -- 0 100 500 2000
if ! command -v valgrind >/dev/null; then
  echo "tools/bench/known_aircraft.sh: needs valgrind (apt-get install valgrind)" >&2
  exit 69
fi
cd "$top"
cmake --build "$build" --target known_aircraft_bench >/dev/null
log=$(mktemp "${TMPDIR:-/tmp}/airspool-instructions-XXXXXX")
trap 'rm -f "$log"' EXIT
for known in "$@"; do
  said=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=airspool_measured --log-file="$log" \
    "$build/tests/bench/known_aircraft_bench" "$known" "$effort" "$seconds")
  samples=$(sed -n 's/.*, \([0-9]*\) samples.*/\1/p' <<<"$said")
  awk -v samples="$samples" -v known="$known" -v effort="$effort" '
    /Collected/ { printf "%s, %d more aircraft known: %.1f instructions per sample\n", effort, known, $NF / samples }' "$log"
done
