#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A board that boots, in an emulator, hears by a dongle, and loses its power: tools/campaign.sh pi-boot.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TXT'
usage: tools/pi_boot.sh [bookworm|trixie] [--package FILE] [--speed FACTOR] [--keep]

Boots Debian's kernel and systemd for 64-bit ARM in qemu-system-aarch64 (Cortex-A53, no KVM) with the arm64 package installed. Its
USB has a virtual dongle (over USB/IP) with a recording of a simulated sky, on which the real librtlsdr works; a mosquitto, a
stand-in for OpenSky and a time server are on this machine.

At the first boot the disk is full, the clock stands at 1970, there is no network and no dongle. Space, dongle, network and time
come one by one; the dongle is pulled out and comes back; `airspool check radio`; kill -9; private memory with radio, MQTT and
OpenSky; the broker goes away; the power is cut while batches are written. At the second boot the disk is full again, and
everything that was stored arrives: by spool_id, no seq is missing. About five minutes on an idle machine. Needs root, port 123 for
the time server, and tools/deps.sh --package.
  --speed FACTOR  how fast the dongle gives its samples; 1 is 2.4 MS/s, which two idle cores just emulate (0.25)
  --keep          leave what was made in build/boot
TXT
}

suite=bookworm package="" keep=false speed=0.25
while (($#)); do
  case $1 in
    bookworm | trixie) suite=$1 ;;
    --package) package=$2; shift ;;
    --speed) speed=$2; shift ;;
    --keep) keep=true ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
  shift
done
. tools/debian_root.sh
. tools/boot/image.sh
need_root_and mmdebstrap qemu-system-aarch64 mke2fs depmod cpio aarch64-linux-gnu-gcc mosquitto mosquitto_sub zstd
[[ -n $package ]] || package=$(tools/package.sh arm64 "$suite")
[[ -f build/dev/build.ninja ]] || cmake --preset dev >/dev/null
cmake --build --preset dev --target iqsim mock-opensky >/dev/null

begun=$SECONDS
boot=$PWD/build/boot
mkdir -p "$boot"
machine="" broker="" listener="" helpers=""
finish() {
  local process
  for process in $machine $broker $listener $helpers; do kill -9 "$process" 2>/dev/null || true; done
  remove_root
  forget_emulator
  $keep || rm -rf --one-file-system "$boot"
}
trap finish EXIT
register_emulator arm64
archive=$(debian_archive "$suite" arm64 board systemd,systemd-sysv,udev,passwd,procps,iproute2,usbutils)
get_kernel "$suite" "$archive"
make_initrd "$boot/initrd.img"
port=$((20000 + RANDOM % 10000))
dongle_port=$((port + 10000))
opensky_port=$((port + 20000))
echo "== a board with $(basename "$package")"
make_disk "$boot/disk.img" "$archive" "$package" "[station]
name = 'board'
[radio]
source = 'auto'
device = '00001090'
effort = 'eco'
[spool]
batch_seconds = 2
[opensky]
base_url = 'http://127.0.0.1:8090/api'
poll_interval_s = 10
[opensky.around]
lat = 47
lon = 8
radius_km = 200
[[sink]]
name = 'lake'
type = 'mqtt'
url = 'mqtt://10.0.2.2:$port'
topic = 'airspool/{station}/states'" "$dongle_port" "$opensky_port"

start_broker() {
  printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$boot/mosquitto.conf"
  mosquitto -c "$boot/mosquitto.conf" >>"$boot/mosquitto.log" 2>&1 &
  broker=$!
  sleep 1
  mosquitto_sub -V 5 -p "$port" -q 1 -t 'airspool/+/states' -N >>"$boot/received.zst" &
  listener=$!
}
stop_broker() {
  kill "$broker" "$listener" 2>/dev/null || true
  wait "$broker" "$listener" 2>/dev/null || true
}
start_helpers() {
  build/dev/tools/iqsim/iqsim --quiet --aircraft 20 --messages 200 --snr 12:30 --clean --seconds 20 --out "$boot/sky.cu8"
  tools/boot/virtual_dongle.py --port "$dongle_port" --speed "$speed" "$boot/sky.cu8" >"$boot/dongle.log" 2>&1 &
  dongle=$!
  build/dev/tools/mock-opensky/mock-opensky --port "$opensky_port" --folder "$boot/opensky" >"$boot/opensky.log" 2>&1 &
  helpers="$dongle $!"
  tools/boot/time_server.py >"$boot/time.log" 2>&1 &
  helpers+=" $!"
  sleep 1
  local process
  for process in $helpers; do
    kill -0 "$process" 2>/dev/null || bad "$(tail -n 1 "$boot"/dongle.log "$boot"/opensky.log "$boot"/time.log)"
  done
}
plug_in() { kill -USR2 "$dongle"; }
pull_out() { kill -USR1 "$dongle"; }
power_on() { # LOG TIME
  : >"$boot/$1.log"
  qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a53 -smp 2 -m 512 -accel tcg,thread=multi,tb-size=256 -rtc "base=$2" \
    -kernel "$kernel/files/boot/vmlinuz-$version" -initrd "$boot/initrd.img" \
    -append 'console=ttyAMA0 root=/dev/vda rw systemd.getty_auto=no loglevel=4 net.ifnames=1' \
    -drive "if=none,id=d0,file=$boot/disk.img,format=raw,cache=writeback" -device virtio-blk-pci,drive=d0 \
    -netdev user,id=n0 -device virtio-net-pci,netdev=n0,romfile=,mac=52:54:00:00:00:02 \
    -netdev user,id=n1,net=10.0.3.0/24 -device virtio-net-pci,netdev=n1,romfile=,mac=52:54:00:00:00:03 \
    -device virtio-rng-pci -display none -serial "file:$boot/$1.log" -monitor none -nodefaults &
  machine=$!
}
hears() { # LOG SECONDS WORDS
  local i
  for ((i = 0; i < $2; ++i)); do
    if grep -q "LOOK BAD" "$boot/$1.log" 2>/dev/null; then bad "$(grep "LOOK BAD" "$boot/$1.log")"; fi
    grep -q "LOOK $3" "$boot/$1.log" 2>/dev/null && return 0
    kill -0 "$machine" 2>/dev/null || break
    sleep 1
  done
  tail -n 20 "$boot/$1.log" >&2
  bad "never heard '$3'"
}
# The last line of the log that begins so.
said() { grep -o "LOOK $2.*" "$boot/$1.log" | tail -n 1 | tr -d '\r' | cut -d' ' -f2-; }
now_says() { # LOG SECONDS WORDS: hears it, and passes it on
  hears "$@"
  good "$(said "$1" "$3")"
}
wants() { # LOG WORDS TEXT: what it said with these words has that text in it
  [[ $(said "$1" "$2") == *"$3"* ]] || bad "'$(said "$1" "$2")', not '$3'"
}

: >"$boot/received.zst"
start_broker
start_helpers
power_on first 1970-01-02
echo "== full disk, 1970, no network, no dongle"
now_says first 420 "full in 1970"
wants first full "free some space"
now_says first 60 patient
(($(said first patient | cut -d' ' -f2) <= 3)) || bad "it restarts too often"
now_says first 240 waiting
wants first waiting "dongle 00001090 is not plugged in"

echo "== a dongle"
plug_in
now_says first 180 streaming
wants first streaming "00001090"
now_says first 30 driver
wants first driver "dvb_usb_rtl28xxu without the package, '' with it"
now_says first 30 bound
wants first bound "usbfs, module absent"
now_says first 30 node
wants first node "root:plugdev 660"
now_says first 300 aircraft

echo "== the network and the time"
now_says first 240 held
wants first held "in 1970"
[[ ! -s $boot/received.zst ]] || bad "records arrived before the clock was right"
now_says first 420 clock
wants first clock "clock $(date +%Y)"
for ((i = 0; i < 30; ++i)); do [[ ! -s $boot/received.zst ]] || break; sleep 1; done
[[ -s $boot/received.zst ]] || bad "nothing arrived"

echo "== the dongle is pulled out"
hears first 60 pull
pull_out
now_says first 90 gone
good "the dongle: $(tail -n 1 "$boot/dongle.log")"
fetched=$(tail -n 1 "$boot/dongle.log" | sed 's/.*: \([0-9]*\) samples fetched.*/\1/')
counted=$(said first gone | sed 's/.*; \([0-9]*\) samples$/\1/')
# What was on its way, at most: librtlsdr's eight buffers of 65,536 samples.
((counted > 0 && counted <= fetched && fetched - counted <= 8 * 65536)) || bad "$counted samples counted of $fetched"
plug_in
now_says first 150 back
wants first back "00001090"
now_says first 120 "check exit"
hears first 30 "checks end"
grep -o "LOOK checked.*" "$boot/first.log" | tr -d '\r' | cut -d' ' -f3-
wants first "check exit" "exit 0"
grep -q "LOOK checked.*serial 00001090" "$boot/first.log" || bad "no serial"
grep -q "LOOK checked.*tuner R820T" "$boot/first.log" || bad "no tuner"

echo "== kill -9"
now_says first 600 restarted
wants first restarted "restarted 1:"
now_says first 90 memory
memory=$(said first memory | cut -d' ' -f2)
((memory > 0 && memory <= 16384)) || bad "private memory: $memory kB"

echo "== no broker, then no power"
stop_broker
hears first 60 backlog
sleep 15
kill -9 "$machine"
wait "$machine" 2>/dev/null || true
good "at $(said first backlog)"
start_broker
power_on second "$(date -u +%FT%T)"
now_says second 420 full
wants second full "disk is full"
now_says second 420 again
hears second 300 end
wait "$machine" || true
machine=""
stop_broker
good "$(said second stopped); the spool is $(said second whole)"
wants second stopped success
tools/seq_holes.py "$boot/received.zst" || bad "records are missing"
echo "== pi-boot $suite: good, $((SECONDS - begun)) s"
