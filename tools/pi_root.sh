#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The package in a Debian of a board, in an emulator: tools/campaign.sh pi-root ARCH SUITE.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TXT'
usage: tools/pi_root.sh arm64|armhf|amd64 [bookworm|trixie] [--package FILE] [--seconds N]

Installs the package (of tools/package.sh, unless FILE is given) in a minimal Debian with that processor, as a user would:
apt-get install ./airspool_*.deb. Then: the program answers; a simulated sky is collected for N seconds (60) as user airspool and
reaches a mosquitto in the same Debian; a stop loses nothing; an upgrade keeps configuration and spool; the sister package
takes over; a spool from the future is refused; purge leaves nothing.

Needs root, mmdebstrap, qemu-user-static. The Debians are kept as build/roots/*.tar, for a week.
TXT
}

arch="" suite=bookworm package="" seconds=60
while (($#)); do
  case $1 in
    amd64 | arm64 | armhf) arch=$1 ;;
    bookworm | trixie) suite=$1 ;;
    --package) package=$2; shift ;;
    --seconds) seconds=$2; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 64 ;;
  esac
  shift
done
if [[ -z $arch ]]; then
  usage >&2
  exit 64
fi
. tools/debian_root.sh
need_root_and mmdebstrap dpkg-deb unshare ip zstd
trap 'remove_root; forget_emulator' EXIT
register_emulator "$arch"
archive=$(debian_archive "$suite" "$arch" broker mosquitto,mosquitto-clients,passwd)

if [[ -z $package ]]; then
  package=$(tools/package.sh "$arch" "$suite")
  sister=$(tools/package.sh "$arch" "$suite" --cloud)
else
  sister=""
fi
echo "== $(basename "$package") in $suite"
unpack_root "$archive"
cp "$package" "$root/tmp/airspool.deb"

# With a network of its own, so that ports are free and nothing gets out.
alone() {
  unshare --net bash -c 'ip link set lo up; exec "$@"' - chroot "$root" /usr/bin/env -i HOME=/root \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"
}
as_airspool() { inside setpriv --reuid=airspool --regid=airspool --init-groups "$@"; }
started=$SECONDS
apt_install /tmp/airspool.deb
good "apt-get install ./$(basename "$package") ($((SECONDS - started)) s)"
[[ $(inside dpkg --print-architecture) == "$arch" ]] || bad "not the processor that was meant"
inside airspool version --features
# shellcheck disable=SC2016 # dpkg's own placeholder
installed=$(inside dpkg-query -W -f '${Installed-Size}' airspool)
((installed <= 3072)) || bad "installed size $installed kB"
good "installed size $installed kB"
inside getent passwd airspool >/dev/null || bad "no user airspool"
[[ $(inside stat -c '%U %a' /var/lib/airspool) == "airspool 750" ]] || bad "/var/lib/airspool: $(inside stat -c '%U %a' /var/lib/airspool)"
[[ $(inside stat -c '%U %a' /etc/airspool/secrets) == "root 700" ]] || bad "/etc/airspool/secrets: $(inside stat -c '%U %a' /etc/airspool/secrets)"
inside airspool config check >/dev/null || bad "the configuration that is installed"
good "user, folders, configuration"

# A simulated sky to a broker on this box.
cat >>"$root/etc/airspool/airspool.toml" <<'TOML'

[[sink]]
name = "home"
type = "mqtt"
url = "mqtt://127.0.0.1:1883"
topic = "airspool/{station}/states"
TOML
cat >"$root/tmp/minute.sh" <<'SH'
set -eu
printf 'listener 1883 127.0.0.1\nallow_anonymous true\n' >/tmp/mosquitto.conf
mosquitto -c /tmp/mosquitto.conf >/tmp/mosquitto.log 2>&1 &
broker=$!
sleep 3
mosquitto_sub -V 5 -h 127.0.0.1 -q 1 -t 'airspool/+/states' -N >/tmp/received.zst &
listener=$!
sleep 2
setpriv --reuid=airspool --regid=airspool --init-groups airspool check uplink >/tmp/check 2>&1 || { cat /tmp/check; exit 1; }
setpriv --reuid=airspool --regid=airspool --init-groups airspool run --set radio.source=sim \
  --set spool.batch_seconds=2 >/tmp/run.log 2>&1 &
collector=$!
sleep "$1"
kill -TERM $collector
status=0
wait $collector || status=$?
sleep 2
kill $listener $broker 2>/dev/null || true
wait $listener 2>/dev/null || true
exit $status
SH
alone bash /tmp/minute.sh "$seconds" >"$root/tmp/minute.log" 2>&1 || {
  cat "$root/tmp/minute.log" "$root/tmp/run.log" >&2
  bad "a simulated sky to a broker on the box"
}
stored=$(as_airspool airspool spool stat --json | python3 -c 'import json,sys; stat=json.load(sys.stdin); print(stat["last_seq"], stat["sinks"][0]["batches"])')
# Health records and batches that came twice are no new ones.
arrived=$( (zstd -dcq "$root/tmp/received.zst" || true) | (grep -o '"record_id":"[^"]*"' || true) | sort -u | wc -l)
[[ ${stored#* } == 0 ]] || bad "batches left behind: $stored"
((arrived > 0 && arrived == ${stored% *})) || bad "$arrived records arrived, ${stored% *} were stored"
good "$seconds s of a simulated sky: $arrived records stored and arrived"

before=$(inside sha256sum /etc/airspool/airspool.toml | cut -d' ' -f1)
# The same again under a higher version is what an upgrade is.
dpkg-deb -R "$package" "$root/tmp/newer"
sed -i 's/^Version: .*/Version: 99.0-1/' "$root/tmp/newer/DEBIAN/control"
dpkg-deb -b --root-owner-group "$root/tmp/newer" "$root/tmp/newer.deb" >/dev/null
apt_install /tmp/newer.deb
[[ $(inside sha256sum /etc/airspool/airspool.toml | cut -d' ' -f1) == "$before" ]] || bad "the upgrade touched the configuration"
as_airspool airspool spool verify >/dev/null || bad "the spool after the upgrade"
good "an upgrade keeps configuration and spool"

if [[ -n $sister ]]; then
  cp "$sister" "$root/tmp/sister.deb"
  apt_install --allow-downgrades /tmp/sister.deb
  [[ $(inside sha256sum /etc/airspool/airspool.toml | cut -d' ' -f1) == "$before" ]] || bad "the sister touched the configuration"
  inside airspool version --features | grep -q 'rtlsdr  *no' || bad "airspool-cloud has a radio"
  inside dpkg --purge airspool >/dev/null 2>&1 || true
  [[ -s $root/var/lib/airspool/spool.db ]] || bad "purging what was replaced removed the spool of its sister"
  good "airspool-cloud takes over, and keeps what was there"
  apt_install --allow-downgrades /tmp/airspool.deb
fi

python3 - "$root/var/lib/airspool/spool.db" <<'PY'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("PRAGMA user_version = 999")
database.commit()
PY
chown --reference="$root/var/lib/airspool" "$root"/var/lib/airspool/spool.db*
status=0
as_airspool timeout 20 airspool run --set radio.source=sim >"$root/tmp/newer.log" 2>&1 || status=$?
[[ $status == 78 && $(<"$root/tmp/newer.log") == *newer* ]] || bad "a spool of a newer version: exit $status, $(tail -n 3 "$root/tmp/newer.log")"
good "a spool of a newer version is refused: $(grep -o 'it was written.*' "$root/tmp/newer.log" | head -n 1)"

mkdir -p "$root/etc/airspool/conf.d"
echo '[status]' >"$root/etc/airspool/conf.d/more.toml"
inside apt-get purge -y -q 'airspool*' >"$root/tmp/purge.log" 2>&1 || {
  cat "$root/tmp/purge.log" >&2
  bad "purge"
}
left=$(find "$root"/etc/airspool "$root"/var/lib/airspool "$root"/usr/bin/airspool "$root"/usr/share/airspool "$root"/usr/lib/systemd/system/airspool.service 2>/dev/null || true)
[[ -z $left ]] || bad "purge left: $left"
good "purge leaves nothing"
echo "== pi-root $arch $suite: good"
