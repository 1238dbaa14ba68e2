# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The board of tools/pi_boot.sh, made of Debian's kernel and a minimal Debian with the package: sourced by that, which has
# sourced debian_root.sh before.

# Debian's kernel, unpacked here: its own scripts would take minutes in the emulator.
kernel="" version=""
get_kernel() { # SUITE ARCHIVE
  local image
  kernel=build/roots/$1-kernel
  if [[ ! -f $kernel/complete ]]; then
    echo "== the kernel of $1"
    unpack_root "$2"
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
    depmod -b "$kernel/files" "$(ls "$kernel/files/usr/lib/modules")"
    touch "$kernel/complete"
  fi
  version=$(ls "$kernel/files/usr/lib/modules")
}

# The files of these modules and of those that they need, in the order of loading.
module_files() {
  local module
  for module in "$@"; do modprobe -C /dev/null -d "$kernel/files" -S "$version" --show-depends "$module"; done |
    sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'
}

# The first program and what it loads: the disk and its file system.
make_initrd() { # FILE
  local module folder=$1.d
  mkdir -p "$folder/root" "$folder/dev"
  aarch64-linux-gnu-gcc -O1 -static -o "$folder/init" tools/boot/init.c
  : >"$folder/modules"
  while read -r module; do
    case $module in
      *.xz) xz -dc "$module" >"$folder/$(basename "${module%.xz}")" ;;
      *) cp "$module" "$folder/" ;;
    esac
    basename "${module%.xz}" | sed 's/^/\//' >>"$folder/modules"
  done < <(module_files virtio_pci virtio_blk crc32c_generic ext4)
  (cd "$folder" && find . | cpio -o -H newc --quiet) >"$1"
}

# Modules of the disk's own: the networks, USB, and the television driver that takes dongles where nobody forbids it.
copy_modules() {
  local module to="$root/usr/lib/modules/$version"
  mkdir -p "$to"
  cp -a "$kernel/files/usr/lib/modules/$version"/modules.* "$to/"
  module_files virtio_net virtio_rng xhci-pci usbhid vhci-hcd dvb_usb_rtl28xxu rtl2832 rtl2832_sdr | while read -r module; do
    module=${module##*"/$version/"}
    mkdir -p "$to/$(dirname "$module")"
    cp "$kernel/files/usr/lib/modules/$version/$module" "$to/$module"
  done
}

unit() { # NAME LINES...: a unit that is started at each boot
  printf '%s\n' "${@:2}" >"$root/etc/systemd/system/$1.service"
  printf '[Install]\nWantedBy=multi-user.target\n' >>"$root/etc/systemd/system/$1.service"
}

# The disk: the package in a Debian; what the board says goes to its serial line (look.sh). Two networks: one is the USB
# cable and there from the start, the other one, to the broker, comes when look.sh says so.
make_disk() { # FILE ARCHIVE PACKAGE CONFIGURATION PORT-OF-THE-DONGLE PORT-OF-OPENSKY
  local name
  unpack_root "$2"
  cp "$3" "$root/tmp/airspool.deb"
  apt_install /tmp/airspool.deb kmod systemd-timesyncd
  copy_modules
  aarch64-linux-gnu-gcc -O1 -static -o "$root/usr/local/bin/attach" tools/boot/attach.c
  cp tools/boot/look.sh "$root/look.sh"
  printf '%s\n' "$4" >"$root/etc/airspool/airspool.toml"
  echo 8d6f6d6a6f1c4a7e9b1f6f6b3c2d1e0f >"$root/etc/machine-id"
  touch "$root/etc/.updated" "$root/var/.updated"
  echo vhci-hcd >"$root/etc/modules-load.d/vhci.conf"
  printf '[Match]\nMACAddress=52:54:00:00:00:03\n[Network]\nAddress=10.0.3.15/24\n' >"$root/etc/systemd/network/10-usb.network"
  printf '%s\n' '[Match]' MACAddress=52:54:00:00:00:02 '[Link]' ActivationPolicy=manual '[Network]' Address=10.0.2.15/24 \
    Gateway=10.0.2.2 >"$root/etc/systemd/network/10-world.network"
  printf '[Time]\nNTP=10.0.2.2\nFallbackNTP=\n' >"$root/etc/systemd/timesyncd.conf"
  unit look '[Unit]' After=airspool.service '[Service]' 'ExecStart=/bin/bash /look.sh'
  unit early '[Unit]' After=systemd-timesyncd.service Before=airspool.service '[Service]' Type=oneshot \
    'ExecStart=/bin/bash /look.sh early'
  unit attach '[Unit]' After=systemd-networkd.service '[Service]' "ExecStart=/usr/local/bin/attach 10.0.3.2 $5" Restart=always
  # Plain http is for this machine alone.
  unit opensky '[Unit]' Requires=opensky.socket '[Service]' "ExecStart=/lib/systemd/systemd-socket-proxyd 10.0.2.2:$6"
  printf '[Socket]\nListenStream=127.0.0.1:8090\n' >"$root/etc/systemd/system/opensky.socket"
  for name in systemd-networkd systemd-timesyncd look early attach opensky; do
    inside systemctl enable $name >/dev/null 2>&1 || bad "enable $name"
  done
  for name in getty.target systemd-networkd-wait-online.service systemd-hwdb-update.service apt-daily.timer \
    apt-daily-upgrade.timer systemd-firstboot.service; do
    ln -sfn /dev/null "$root/etc/systemd/system/$name"
  done
  leave_root
  rm -f "$1"
  truncate -s 2G "$1"
  mke2fs -q -t ext4 -d "$root" "$1"
  remove_root
  root=""
}
