#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job in one command: installs what is missing, builds, and runs the collector on what this machine has; or, with
# a recording, decodes that.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'TXT'
usage: tools/run.sh [options of 'airspool run']
       tools/run.sh FILE [--rate 2000000|2400000] [--format cu8|cs16] [more options of 'airspool replay']

Without a FILE: runs the collector until Ctrl-C. State vectors are spooled and written to ./airspool-data, and the aircraft
of this moment are at http://127.0.0.1:1090/data/aircraft.json. With --config, that file alone decides.
With a FILE of recorded IQ: decodes it; state vectors go to ./airspool-data/records.ndjson, the summary to the terminal.
TXT
}
for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    usage
    exit 0
  fi
done

"$top/tools/deps.sh"

echo "Building (some minutes the first time) ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! (cd "$top" && cmake --preset release && cmake --build --preset release --target airspool) >"$log" 2>&1; then
  cat "$log" >&2
  echo "tools/run.sh: the build failed; the messages above say where." >&2
  exit 70
fi
rm -f "$log"
trap - EXIT
airspool=$top/build/release/firmware/airspool
data=$PWD/airspool-data

replay() {
  mkdir -p "$data"
  local records=$data/records.ndjson
  "$airspool" replay "$@" --records-to "$records"
  cat <<TXT

State vectors: $records ($(wc -l <"$records") records, one JSON object a line)
Try next:
  head -n 1 $records
  $airspool decode 8D4840D6202CC371C32CE0576098
  $airspool --help
TXT
}

dongle_here() {
  local device
  for device in /sys/bus/usb/devices/*/; do
    [[ $(cat "$device/idVendor" "$device/idProduct" 2>/dev/null | tr -d '\n') == 0bda283[28] ]] && return 0
  done
  return 1
}

collect() {
  mkdir -p "$data"
  local source=sim
  if dongle_here; then
    source=rtlsdr
    cat <<TXT
An RTL-SDR dongle is plugged in: this runs on what it hears. If nothing comes: $airspool check radio

TXT
  else
    cat <<TXT
There is no RTL-SDR dongle, so this runs on a SIMULATED sky: the aircraft do not exist, and every record says "source":"sim".

TXT
  fi
  cat <<TXT
  aircraft now   http://127.0.0.1:1090/data/aircraft.json
  records        $data/out (NDJSON, zstd; a new file each minute; zstdcat shows it)
  queue          $data/spool.db   ($airspool spool stat --path $data/spool.db)
  stop           Ctrl-C

TXT
  exec "$airspool" run --set "radio.source=$source" --set "spool.path=$data/spool.db" \
    --set sink.disk.type=file --set "sink.disk.path=$data/out" --set sink.disk.rotate_seconds=60 "$@"
}

if (($#)) && [[ $1 != -* || $1 == - ]]; then
  replay "$@"
elif [[ " $* " == *" --config "* || " $* " == *" --config="* ]]; then
  exec "$airspool" run "$@"
elif [[ " $* " == *" --sim "* ]]; then
  replay "$@"
else
  collect "$@"
fi
