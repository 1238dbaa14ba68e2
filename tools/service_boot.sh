#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The installed service under a real systemd, in a container: tools/campaign.sh service [SUITE].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TXT'
usage: tools/service_boot.sh [bookworm|trixie] [--package FILE]

Boots a small Debian with systemd, mosquitto and the package (of tools/package.sh for this machine's processor, unless FILE is
given) in systemd-nspawn, without network, and looks at the service from inside: it is up, without capabilities, within its
filters; secrets arrive as credentials; records of a simulated sky reach the broker; a kill -9 is followed by a restart that loses
nothing; a process that hangs is ended by the watchdog; a wrong configuration ends in failure and not in a loop. About three
minutes. Needs root, mmdebstrap and systemd-container; the Debian is kept in build/roots for a week.
TXT
}

suite=bookworm package=""
while (($#)); do
  case $1 in
    bookworm | trixie) suite=$1 ;;
    --package) package=$2; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
  shift
done
. tools/debian_root.sh
need_root_and mmdebstrap systemd-nspawn
trap remove_root EXIT
arch=$(dpkg --print-architecture)
archive=$(debian_archive "$suite" "$arch" boot systemd,systemd-sysv,udev,passwd,procps,mosquitto,mosquitto-clients)
[[ -n $package ]] || package=$(tools/package.sh "$arch" "$suite")

unpack_root "$archive"
cp "$package" "$root/tmp/airspool.deb"
apt_install /tmp/airspool.deb
leave_root

echo s3cret >"$root/etc/airspool/secrets/mqtt"
chmod 600 "$root/etc/airspool/secrets/mqtt"
cat >"$root/etc/airspool/airspool.toml" <<'TOML'
[radio]
source = "sim"
[spool]
batch_seconds = 2
[[sink]]
name = "home"
type = "mqtt"
url = "mqtt://127.0.0.1:1883"
username = "roof"
password_file = "/run/credentials/airspool.service/secrets_mqtt"
TOML
# mosquitto knows no passwords of anybody and lets all in.
printf 'listener 1883 127.0.0.1\nallow_anonymous true\n' >"$root/etc/mosquitto/conf.d/open.conf"
# Sooner than in earnest, so that the test is short.
mkdir -p "$root/etc/systemd/system/airspool.service.d"
printf '[Service]\nWatchdogSec=12\nRestartSec=2\n' >"$root/etc/systemd/system/airspool.service.d/soon.conf"
cat >"$root/etc/systemd/system/look.service" <<'UNIT'
[Unit]
After=airspool.service mosquitto.service
[Service]
Type=oneshot
ExecStart=/bin/bash /look.sh
ExecStopPost=/bin/systemctl --force --force poweroff
StandardOutput=file:/verdict
StandardError=file:/look.err
TimeoutStartSec=240
[Install]
WantedBy=multi-user.target
UNIT
cat >"$root/look.sh" <<'SH'
show() { systemctl show -P "$1" airspool; }
good() { echo "good: $*"; }
bad() { echo "BAD: $*"; journalctl -u airspool --no-pager -n 30; }
until_is() { # seconds, property, value
  for ((i = 0; i < $1 * 4; ++i)); do
    [[ $(show "$2") == "$3" ]] && return 0
    sleep 0.25
  done
  return 1
}
connected() {
  for ((i = 0; i < 120; ++i)); do
    [[ $(show StatusText) == *"1 of 1 sinks connected"* && $(show StatusText) != "0 aircraft"* ]] && return 0
    sleep 0.5
  done
  return 1
}
if until_is 60 ActiveState active && connected; then good "up: $(show StatusText)"; else bad "it does not come up: $(show StatusText)"; fi
pid=$(show MainPID)
grep -q '^CapBnd:.0000000000000000$' /proc/$pid/status && grep -q '^NoNewPrivs:.1$' /proc/$pid/status &&
  grep -q '^Seccomp:.2$' /proc/$pid/status && [[ $(stat -c %U /proc/$pid) == airspool ]] &&
  good "user airspool, no capability, no new privileges, filtered system calls" || bad "$(cat /proc/$pid/status)"
if touch /proc/$pid/root/usr/x 2>/dev/null; then bad "its /usr can be written"; else good "its file system is read-only"; fi
touch /proc/$pid/root/var/lib/airspool/x && rm /var/lib/airspool/x && good "all but its spool" || bad "its spool cannot be written"
[[ -e /proc/$pid/root/dev/null && ! -e /proc/$pid/root/dev/kmsg ]] && good "a /dev of its own" || bad "$(ls /proc/$pid/root/dev)"
[[ $(stat -c '%U %a' /run/credentials/airspool.service/secrets_mqtt) == "airspool 400" ]] || [[ $(stat -c %a /run/credentials/airspool.service/secrets_mqtt) == 440 ]] &&
  good "the secret arrived" || bad "$(ls -l /run/credentials/airspool.service)"
kill -9 $pid
until_is 30 NRestarts 1 && until_is 30 ActiveState active && connected && good "restarted after kill -9" || bad "not restarted after kill -9"
kill -STOP "$(show MainPID)"
until_is 60 NRestarts 2 && until_is 30 ActiveState active && connected &&
  journalctl -u airspool --no-pager | grep -q 'Watchdog timeout' && good "restarted by the watchdog" || bad "the watchdog"
systemctl stop airspool
[[ $(show Result) == success ]] && good "stopped" || bad "the stop: $(show Result)"
airspool spool verify >/dev/null && good "the spool is whole" || bad "$(airspool spool verify)"
lost=$(airspool spool stat --json | grep -o '"drops":\[[^]]*\]')
[[ $lost == '"drops":[]' ]] && good "nothing was lost" || bad "lost: $lost"
echo 'nonsense = 1' >>/etc/airspool/airspool.toml
systemctl start airspool 2>/dev/null
sleep 6
[[ $(show ActiveState) == failed && $(show ExecMainStatus) == 78 && $(show NRestarts) == 0 ]] &&
  good "a wrong configuration ends in failure, once: $(journalctl -u airspool --no-pager -o cat | grep airspool.toml: | tail -n 1)" ||
  bad "a wrong configuration: $(show ActiveState) $(show ExecMainStatus), $(show NRestarts) restarts"
echo done
SH
chroot "$root" systemctl enable look.service >/dev/null 2>&1
echo "== $(basename "$package") under $suite's systemd"
timeout 420 systemd-nspawn --quiet --register=no --keep-unit --private-network -D "$root" --boot >"$root/console" 2>&1 || true
sed 's/^/  /' "$root/verdict"
if grep -q '^BAD' "$root/verdict" || ! grep -q '^done' "$root/verdict"; then
  tail -n 20 "$root/console" >&2
  exit 1
fi
echo "== service $suite: good"
