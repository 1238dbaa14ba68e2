# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Minimal Debians to try packages in: sourced by pi_root.sh, pi_boot.sh and service_boot.sh. Needs root.

bad() {
  echo "  BAD: $*" >&2
  exit 1
}
good() { echo "  good: $*"; }

need_root_and() { # programs...
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null && continue
    echo "$program is missing: tools/deps.sh --package" >&2
    exit 69
  done
  if ((EUID != 0)); then
    echo "needs root, for a root file system of its own" >&2
    exit 77
  fi
}

# The kernel runs the programs of another processor by qemu. F: it opens the emulator now, so that a Debian needs none.
emulator=""
register_emulator() { # ARCH
  local name folder=/proc/sys/fs/binfmt_misc line
  case $1 in
    "$(dpkg --print-architecture)") return ;;
    arm64) name=qemu-aarch64 ;;
    armhf) name=qemu-arm ;;
    *) bad "no emulator for $1" ;;
  esac
  [[ -e $folder/register ]] || mount -t binfmt_misc binfmt_misc $folder
  [[ ! -e $folder/$name ]] || return 0
  line=$(grep "^:" /usr/lib/binfmt.d/$name.conf)
  [[ ${line##*:} == *F* ]] || bad "$name is not the static emulator: apt-get install qemu-user-static"
  printf '%s' "$line" >$folder/register
  emulator=$folder/$name
}
forget_emulator() { [[ -z $emulator ]] || echo -1 >"$emulator" || true; }

# Where the archive of such a Debian is; made anew when it is older than a week.
debian_archive() { # SUITE ARCH NAME PACKAGES
  local archive=build/roots/$1-$2-$3.tar mirror
  if [[ -z $(find "$archive" -mtime -7 2>/dev/null) ]]; then
    echo "== a new $1 for $2" >&2
    mkdir -p build/roots
    # shellcheck disable=SC2016 # apt's own placeholders
    mirror=$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' 'Label: Debian' | head -n 1)
    # shellcheck disable=SC2016
    mmdebstrap --mode=root --variant=apt --architectures="$2" --skip=check/qemu --skip=cleanup/apt/lists --include="$4" \
      --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
      --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
      "$1" "$archive.new.tar" "deb ${mirror:-http://deb.debian.org/debian} $1 main" >"$archive.log" 2>&1 || {
      rm -f "$archive.new.tar"
      tail -n 20 "$archive.log" >&2
      bad "the Debian could not be made"
    }
    mv "$archive.new.tar" "$archive"
  fi
  echo "$archive"
}

# Lays it out in $root, a new folder, with the machine's ways to the network.
root=""
unpack_root() { # ARCHIVE
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/airspool-root.XXXXXX")
  tar -x -f "$1" -C "$root"
  cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
  mount -t proc proc "$root/proc"
  mount --rbind --make-rslave /dev "$root/dev"
}
leave_root() { # unmounts; the folder stays
  umount -R "$root/proc" "$root/dev" 2>/dev/null || true
}
remove_root() {
  [[ -n $root ]] || return 0
  leave_root
  rm -rf --one-file-system "$root"
}
inside() {
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
apt_install() {
  inside apt-get install -y -q --no-install-recommends "$@" >"$root/tmp/apt.log" 2>&1 || {
    tail -n 30 "$root/tmp/apt.log" >&2
    bad "apt-get install $*"
  }
}
