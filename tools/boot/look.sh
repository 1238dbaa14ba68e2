#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs inside the emulated board of tools/pi_boot.sh and tells on its serial line what it sees of the service; the host
# acts on that. `look.sh early` comes before the service, the rest after it.

say() { echo "LOOK $*" >/dev/ttyAMA0; }
show() { systemctl show -P "$1" airspool; }
journal() { journalctl -b -u airspool --no-pager -o cat; }
# A part of `airspool status --json`, and its words.
part() { airspool status --json 2>/dev/null | sed 's/},{/\n/g' | grep "\"part\":\"$1\""; }
words() { part "$1" | sed 's/.*"text":"\([^"]*\)".*/\1/'; }
metric() {
  exec 3<>/dev/tcp/127.0.0.1/1090 || return
  printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
  tr -d '\r' <&3 | sed -n "s/^$1 //p"
  exec 3>&-
}
spool() { airspool spool stat --json 2>/dev/null | grep -o "\"$1\": *[0-9]*" | head -n 1 | grep -o '[0-9]*$'; }
soon() { # SECONDS CONDITION...
  local i
  for ((i = 0; i < $1; ++i)); do
    "${@:2}" 2>/dev/null && return
    sleep 1
  done
  { systemctl status airspool; airspool status; journalctl -b --no-pager -n 40; } >/dev/ttyAMA0 2>&1
  say "BAD not within $1 looks: ${*:2}"
  sleep infinity
}
active() { [[ $(show ActiveState) == active ]]; }
radio_says() { [[ $(words radio) == *"$1"* ]]; }
journal_says() { journal | grep -q "$1"; }
streaming() { [[ $(metric airspool_dongle_streaming) == 1 ]]; }
aircraft() { show StatusText | grep -o '^[0-9]*'; }
many() { (($(aircraft) >= 15)); }
connected() { [[ $(show StatusText) == *"1 of 1 sinks connected"* ]]; }
all_sent() { [[ $(show StatusText) == *" 0 batches to send"* ]]; }
none_held() { [[ $(spool held_batches) == 0 ]]; }
some_held() { (($(spool held_batches) >= 2)); }
clock_set() { [[ -e /run/systemd/timesync/synchronized ]]; }
# It runs and holds batches in memory, or it waits with its start until there is room for its journal.
disk_says() { [[ $(words spool) == *"the disk takes nothing"* ]] || journal_says "free some space"; }
disk_well() { active && [[ $(part spool) == *'"unstored_batches":0'* && $(words spool) != *"takes nothing"* ]]; }
opensky_answers() { [[ $(metric airspool_opensky_answer_aircraft) -gt 0 ]]; }
restarted() { (($(show NRestarts) > restarts)) && active; }
opened() { [[ $(metric airspool_dongle_openings_total) == "$1" ]] && streaming; }
memory() { sed -n 's/^RssAnon:[[:space:]]*//p' "/proc/$(show MainPID)/status"; }

# What the kernel's request to load a driver for this device would come to.
would_load() { # ALIAS OPTIONS...
  modprobe --dry-run --verbose --use-blacklist "${@:2}" "$1" 2>/dev/null |
    sed -n 's/^insmod .*\/\([^/]*\)\.ko.*/\1/p' | tail -n 1 | tr - _
}

# As it fills up in life: root has a reserve on ext4.
fill_disk() {
  local size i=0
  for size in 512M 64M 8M 1M 64K 4K; do
    while setpriv --reuid airspool --regid airspool --clear-groups fallocate -l $size /var/tmp/full.$((++i)) 2>/dev/null; do
      :
    done
  done
}

world_up() {
  local link
  for link in /sys/class/net/*; do
    [[ $(cat "$link/address") != 52:54:00:00:00:02 ]] || ip link set "${link##*/}" up
  done
}

early() {
  fill_disk
  [[ -e /second ]] || date -s @86400 >/dev/null
}

first_start() {
  soon 60 journal_says "free some space"
  restarts=$(show NRestarts)
  say "full in $(date +%Y): $(journal | grep -o 'cannot open the spool.*' | head -n 1)"
  sleep 25
  say "patient $(($(show NRestarts) - restarts)) more starts in 25 s"
  rm -f /var/tmp/full.*
  soon 120 active
  soon 60 radio_says "waiting for it"
  say "waiting $(words radio)"
}

dongle_comes() {
  local node alias
  soon 180 streaming
  say "streaming $(journal | grep -o 'listening to a dongle.*' | tail -n 1)"
  node=$(grep -l 2838 /sys/bus/usb/devices/*/idProduct)
  node=${node%/idProduct}
  alias=$(cat "$node":1.0/modalias)
  say "driver $(would_load "$alias" -C /dev/null) without the package, '$(would_load "$alias")' with it"
  say "bound $(basename "$(readlink "$node":1.0/driver)"), module $(cat /sys/module/dvb_usb_rtl28xxu/initstate 2>/dev/null || echo absent)"
  say "node $(stat -c '%U:%G %a' /dev/bus/usb/"$(printf %03d/%03d "$(cat "$node/busnum")" "$(cat "$node/devnum")")")"
  soon 240 many
  say "aircraft $(aircraft): $(words aircraft); $(words radio)"
}

world_comes() {
  soon 180 some_held
  say "held $(spool held_batches) batches in $(date +%Y): $(words clock)"
  world_up
  soon 180 clock_set
  soon 120 none_held
  soon 120 connected
  say "clock $(date +%Y): $(words clock)"
}

dongle_goes() {
  say "pull"
  soon 60 radio_says "waiting for it"
  active && say "gone $(words radio); $(metric airspool_dongle_samples_total) samples"
  soon 120 opened 2
  say "back $(journal | grep -o 'listening to a dongle.*' | tail -n 1)"
}

check() {
  systemctl stop airspool
  airspool check radio >/tmp/check 2>&1
  say "check exit $?"
  sed 's/^/LOOK checked /' /tmp/check >/dev/ttyAMA0
  say "checks end"
  systemctl start airspool
  soon 60 active
  soon 180 streaming
}

dies() {
  restarts=$(show NRestarts)
  kill -9 "$(show MainPID)"
  soon 90 restarted
  soon 180 streaming
  soon 60 connected
  soon 240 many
  soon 120 opensky_answers
  say "restarted $(($(show NRestarts) - restarts)): $(show StatusText); $(words radio)"
  local i now most=0
  for ((i = 0; i < 20; ++i)); do
    now=$(memory | tr -dc 0-9)
    ((now <= most)) || most=$now
    sleep 1
  done
  say "memory $most kB at most: $(words radio); $(words opensky)"
}

if [[ ${1-} == early ]]; then
  early
  exit
fi
if [[ ! -e /second ]]; then
  first_start
  dongle_comes
  world_comes
  dongle_goes
  check
  dies
  touch /second
  sync
  while :; do
    say "backlog $(spool last_seq)"
    sleep 2
  done
fi
world_up
soon 120 disk_says
say "full: $(words spool)$(journal | grep -o 'cannot open the spool.*' | head -n 1)"
rm -f /var/tmp/full.*
soon 60 disk_well
soon 180 streaming
soon 60 connected
say "again $(show StatusText)"
soon 180 all_sent
systemctl stop airspool
say "stopped $(show Result)"
airspool spool verify >/dev/null && say "whole $(journalctl -b -k --no-pager | grep -o 'recovery complete' | head -n 1)"
say end
sync
systemctl --force poweroff
