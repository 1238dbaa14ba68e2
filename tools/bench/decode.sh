#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Messages a second of processor time: AVR lines to meaning and to the picture, by Airspool and by dump1090-mutability
# (--net-only, raw input), where that is installed.
#
#   tools/bench/decode.sh LINES [ROUNDS]     LINES: a file of *...; lines, or "-" for DF17 out of the simulator
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
build=${AIRSPOOL_BUILD:-$here/build/dev}
lines=${1:?a file of AVR lines, or - for the simulator}
rounds=${2:-1000}
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT

if [ "$lines" = - ]; then
  "$build/firmware/airspool" replay --sim 20 --frames 2>/dev/null | sed -n 's/^@.\{12\}\(8[dD]\)/*\1/p' >"$work/lines"
  lines=$work/lines
fi
[ -s "$lines" ] || { echo "no lines in $lines" >&2; exit 66; }
"$build/tests/bench/decode_lines_bench" "$rounds" <"$lines"

command -v dump1090-mutability >/dev/null || { echo "dump1090-mutability is not installed: no ratio"; exit 0; }
for ((i = 0; i < rounds; ++i)); do cat "$lines"; done >"$work/all"
messages=$(wc -l <"$work/all")
port=$((20000 + RANDOM % 20000))
dump1090-mutability --net-only --quiet --net-ri-port "$port" --net-ro-port 0 --net-sbs-port 0 --net-bi-port 0 --net-bo-port 0 \
  --net-http-port 0 >"$work/log" 2>&1 &
pid=$!
sleep 1
ticks() { awk '{print $14}' "/proc/$pid/stat"; }  # of its own code, without the kernel's part of the socket
before=$(ticks)
# The reader gets its time: what is counted is processor time, and the end is when it stops growing.
python3 - "$port" "$work/all" <<'PY'
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as line, open(sys.argv[2], "rb") as text:
    line.sendfile(text)
    line.shutdown(socket.SHUT_WR)
    line.settimeout(5)
    try:
        while line.recv(4096):
            pass
    except OSError:
        pass
PY
last=-1
now=$(ticks)
while [ "$now" != "$last" ]; do
  last=$now
  sleep 2
  now=$(ticks)
  [ $((now - last)) -gt 4 ] || break
done
awk -v n="$messages" -v t=$((now - before)) -v hz="$(getconf CLK_TCK)" \
  'BEGIN { printf "dump1090-mutability          %.2f million/s (%d messages in %.2f s)\n", n / (t / hz) / 1e6, n, t / hz }'
