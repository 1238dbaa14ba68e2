#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A board that boots, in an emulator, and loses its power: tools/campaign.sh pi-boot.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TXT'
usage: tools/pi_boot.sh [bookworm|trixie] [--package FILE] [--keep]

Boots Debian's kernel and systemd for 64-bit ARM in qemu-system-aarch64 (Cortex-A53, no KVM) with the arm64 package installed. A
simulated sky goes to a mosquitto on this machine. The service comes up by itself and sees USB devices; kill -9 is followed by a
restart; the broker goes away; the power is cut while batches are written; at the next boot everything that was stored arrives:
by spool_id, no seq is missing. About five minutes on an idle machine. Needs root and tools/deps.sh
--package.
  --keep   leave what was made in build/boot
TXT
}

suite=bookworm package="" keep=false
while (($#)); do
  case $1 in
    bookworm | trixie) suite=$1 ;;
    --package) package=$2; shift ;;
    --keep) keep=true ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
  shift
done
. tools/debian_root.sh
need_root_and mmdebstrap qemu-system-aarch64 mke2fs depmod cpio aarch64-linux-gnu-gcc mosquitto mosquitto_sub zstd
[[ -n $package ]] || package=$(tools/package.sh arm64 "$suite")

boot=$PWD/build/boot
mkdir -p "$boot"
machine="" broker="" listener=""
finish() {
  local process
  for process in $machine $broker $listener; do kill -9 "$process" 2>/dev/null || true; done
  remove_root
  forget_emulator
  $keep || rm -rf --one-file-system "$boot"
}
trap finish EXIT
register_emulator arm64
archive=$(debian_archive "$suite" arm64 board systemd,systemd-sysv,udev,passwd,procps,iproute2,usbutils)

# Debian's kernel, unpacked here: its own scripts would take minutes in the emulator.
kernel=build/roots/$suite-kernel
if [[ ! -f $kernel/modules ]]; then
  echo "== the kernel of $suite"
  unpack_root "$archive"
  # Names such as linux-image-6.1.0-40-arm64.
  image=$(inside apt-cache depends linux-image-arm64 | sed -n 's/.*Depends: \(linux-image-[0-9].*-arm64\)$/\1/p')
  inside bash -c "cd /tmp && apt-get download -q $image" >/dev/null 2>&1 || bad "the kernel cannot be fetched"
  rm -rf "$kernel"
  mkdir -p "$kernel/files"
  dpkg-deb -x "$root"/tmp/linux-image-*.deb "$kernel/files"
  remove_root
  root=""
  mkdir -p "$kernel/files/usr/lib"
  [[ -d $kernel/files/usr/lib/modules ]] || mv "$kernel/files/lib/modules" "$kernel/files/usr/lib/modules"
  rm -rf "$kernel/files/lib"
  ln -s usr/lib "$kernel/files/lib"
  version=$(ls "$kernel/files/usr/lib/modules")
  depmod -b "$kernel/files" "$version"
  for module in virtio_pci virtio_blk crc32c_generic ext4; do
    modprobe -d "$kernel/files" -S "$version" --show-depends $module
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' >"$kernel/modules"
fi
version=$(ls "$kernel/files/usr/lib/modules")

# The first program and what it loads.
mkdir -p "$boot/initrd/root" "$boot/initrd/dev"
aarch64-linux-gnu-gcc -O1 -static -o "$boot/initrd/init" tools/boot/init.c
: >"$boot/initrd/modules"
while read -r module; do
  case $module in
    *.xz) xz -dc "$module" >"$boot/initrd/$(basename "${module%.xz}")" ;;
    *) cp "$module" "$boot/initrd/" ;;
  esac
  basename "${module%.xz}" | sed 's/^/\//' >>"$boot/initrd/modules"
done <"$kernel/modules"
(cd "$boot/initrd" && find . | cpio -o -H newc --quiet) >"$boot/initrd.img"

echo "== a board with $(basename "$package")"
unpack_root "$archive"
cp "$package" "$root/tmp/airspool.deb"
apt_install /tmp/airspool.deb
mkdir -p "$root/usr/lib/modules/$version/kernel"
cp -a "$kernel/files/usr/lib/modules/$version"/modules.* "$root/usr/lib/modules/$version/"
for folder in drivers/usb drivers/net drivers/virtio net/core drivers/char/hw_random crypto lib; do
  [[ ! -d $kernel/files/usr/lib/modules/$version/kernel/$folder ]] ||
    (cd "$kernel/files/usr/lib/modules/$version/kernel" && cp -a --parents $folder "$root/usr/lib/modules/$version/kernel/")
done
port=$((20000 + RANDOM % 20000))
cat >"$root/etc/airspool/airspool.toml" <<TOML
[station]
name = "board"
[radio]
source = "sim"
[radio.sim]
aircraft = 20
messages_per_s = 100
[spool]
batch_seconds = 2
[[sink]]
name = "lake"
type = "mqtt"
url = "mqtt://10.0.2.2:$port"
topic = "airspool/{station}/states"
TOML
echo 'EXTRA_ARGS="--allow-sim"' >"$root/etc/default/airspool"
echo 8d6f6d6a6f1c4a7e9b1f6f6b3c2d1e0f >"$root/etc/machine-id"
touch "$root/etc/.updated" "$root/var/.updated"
printf '[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n' >"$root/etc/systemd/network/10-e.network"
cat >"$root/etc/systemd/system/look.service" <<'UNIT'
[Unit]
After=airspool.service
[Service]
ExecStart=/bin/bash /look.sh
StandardOutput=tty
TTYPath=/dev/ttyAMA0
[Install]
WantedBy=multi-user.target
UNIT
cat >"$root/look.sh" <<'SH'
show() { systemctl show -P "$1" airspool; }
say() { echo "LOOK $*" >/dev/ttyAMA0; }
connected() {
  for ((i = 0; i < 360; ++i)); do
    [[ $(show StatusText) == *"1 of 1 sinks connected"* && $(show StatusText) != "0 aircraft"* ]] && return 0
    sleep 0.5
  done
  say "BAD not connected: $(show StatusText) $(journalctl -u airspool --no-pager -o cat -n 5 | tr '\n' ' ')"
  return 1
}
if [[ ! -e /first ]]; then
  touch /first
  sync
  connected && say "up $(show StatusText)"
  pid=$(show MainPID)
  devices=$(find /proc/$pid/root/dev/bus/usb -type c 2>/dev/null | wc -l)
  say "usb $devices"
  kill -9 $pid
  for ((i = 0; i < 120; ++i)); do [[ $(show NRestarts) == 1 && $(show ActiveState) == active ]] && break; sleep 0.5; done
  connected && say "restarted $(show NRestarts)"
  say "memory $(sed -n 's/^RssAnon:[[:space:]]*//p' /proc/$(show MainPID)/status)"
  while :; do
    say "backlog $(airspool spool stat --json 2>/dev/null | grep -o '"last_seq":[0-9]*')"
    sleep 2
  done
else
  connected && say "again $(show StatusText)"
  for ((i = 0; i < 120; ++i)); do [[ $(show StatusText) == *" 0 batches to send"* ]] && break; sleep 1; done
  systemctl stop airspool
  say "stopped $(show Result)"
  airspool spool verify >/dev/null && say "whole $(journalctl -b -k --no-pager | grep -o 'recovery complete' | head -n 1)"
  say end
  sync
  systemctl --force poweroff
fi
SH
for unit in systemd-networkd look; do inside systemctl enable $unit >/dev/null 2>&1 || bad "enable $unit"; done
for unit in getty.target systemd-networkd-wait-online.service systemd-hwdb-update.service apt-daily.timer apt-daily-upgrade.timer \
  systemd-firstboot.service; do
  ln -sfn /dev/null "$root/etc/systemd/system/$unit"
done
leave_root
rm -f "$boot/disk.img"
truncate -s 2G "$boot/disk.img"
mke2fs -q -t ext4 -d "$root" "$boot/disk.img"
remove_root
root=""

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
power_on() {
  qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a53 -smp 2 -m 512 -accel tcg,thread=multi,tb-size=256 \
    -kernel "$kernel/files/boot/vmlinuz-$version" -initrd "$boot/initrd.img" \
    -append 'console=ttyAMA0 root=/dev/vda rw systemd.getty_auto=no loglevel=4 net.ifnames=1' \
    -drive "if=none,id=d0,file=$boot/disk.img,format=raw,cache=writeback" -device virtio-blk-pci,drive=d0 \
    -netdev user,id=n0 -device virtio-net-pci,netdev=n0,romfile= -device virtio-rng-pci -device qemu-xhci -device usb-kbd \
    -display none -serial "file:$boot/$1.log" -monitor none -nodefaults &
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

: >"$boot/received.zst"
start_broker
started=$SECONDS
power_on first
hears first 420 up
good "$(said first up), $((SECONDS - started)) s after power on"
hears first 60 usb
[[ $(said first usb) != "usb 0" ]] || bad "the service sees no USB device"
good "the service sees $(said first usb) devices"
hears first 180 restarted
good "$(said first restarted) after kill -9"
hears first 60 memory
memory=$(said first memory | tr -dc '0-9')
((memory > 0 && memory <= 16384)) || bad "private memory: $memory kB"
good "private memory: $memory kB, simulator included"
stop_broker
hears first 60 backlog
sleep 15
kill -9 "$machine"
wait "$machine" 2>/dev/null || true
good "no broker, then no power, at $(said first backlog)"
start_broker
power_on second
hears second 420 again
hears second 240 end
wait "$machine" || true
machine=""
stop_broker
good "$(said second again); $(said second stopped); the spool is whole; $(said second whole)"
tools/seq_holes.py "$boot/received.zst" || bad "records are missing"
echo "== pi-boot $suite: good"
