#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes a folder with the libraries and headers of a board's Debian. Needs no root and changes nothing outside the folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
  cat <<'TXT'
usage: cross/sysroot.sh amd64|arm64|armhf [bookworm|trixie] [FOLDER]

Fetches the packages of cross/packages.txt and what they depend on from the Debian archive that this machine uses, checks
their signatures, and unpacks them into FOLDER (build/sysroot/SUITE-ARCH). Does nothing when that is up to date. The
toolchain files call it; by hand it is only needed to fetch anew: remove the folder first.

  AIRSPOOL_MIRROR   another archive
TXT
}

complain() {
  echo "cross/sysroot.sh: $2" >&2
  exit "$1"
}

case ${1-} in
  amd64 | arm64 | armhf) arch=$1 ;;
  armel | armv6*) complain 64 "'$1' is ARMv6 (Pi 1, Zero, Zero W): not supported. The smallest boards are ARMv7: armhf" ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 64
    ;;
esac
suite=${2:-bookworm}
[[ $suite == bookworm || $suite == trixie ]] || complain 64 "the suites are bookworm and trixie, not '$suite'"
folder=${3:-$here/../build/sysroot/$suite-$arch}

for program in apt-get apt-config dpkg-deb sha256sum; do
  command -v $program >/dev/null || complain 69 "$program is missing: a sysroot is made on Debian or a relative of it"
done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -r $keyring ]] || complain 69 "$keyring is missing: install debian-archive-keyring"

mapfile -t packages < <(grep -v '^#' "$here/packages.txt")
# What is in there decides whether it is fetched anew.
stamp=$(cat "$here/packages.txt" "${BASH_SOURCE[0]}" | sha256sum | cut -d' ' -f1)
[[ $(cat "$folder/.stamp" 2>/dev/null) != "$stamp" ]] || exit 0

mirror=${AIRSPOOL_MIRROR-}
if [[ -z $mirror ]]; then
  # shellcheck disable=SC2016 # apt's own placeholders
  mirror=$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1)
fi
mirror=${mirror:-http://deb.debian.org/debian}

echo "Making the sysroot $suite-$arch from $mirror"
mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
mkdir -p "$work"/{etc/{apt.conf.d,preferences.d,sources.list.d},state/lists/partial,cache/archives/partial,root}
: >"$work/state/status"
# Not the updates between its releases: a package would then ask for versions that a board may not have yet.
echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/etc/sources.list"
# The machine's own ways to the network (proxies) hold here as well; its package lists and its state do not.
apt=(apt-get -q -o "Dir::Etc::SourceList=$work/etc/sources.list" -o "Dir::Etc::SourceParts=$work/etc/sources.list.d"
  -o "Dir::Etc::Preferences=/dev/null" -o "Dir::Etc::PreferencesParts=$work/etc/preferences.d"
  -o "Dir::State=$work/state" -o "Dir::State::status=$work/state/status" -o "Dir::Cache=$work/cache"
  -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o APT::Install-Recommends=false
  -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=3 -o Debug::NoLocking=true
  -o APT::Update::Post-Invoke= -o DPkg::Post-Invoke=)
"${apt[@]}" update >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  complain 69 "no package lists from $mirror"
}
"${apt[@]}" install -y -d "${packages[@]}" >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  complain 69 "the packages could not be fetched from $mirror"
}
for package in "$work"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" |
    tar -x -C "$work/root" --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
  # deb-shlibs(5): which package a program needs for a library.
  dpkg-deb --ctrl-tarfile "$package" | tar -xO --wildcards './shlibs*' 2>/dev/null >>"$work/root/shlibs" || true
done
# In a folder an absolute link would point at this machine's files.
while IFS= read -r -d '' link; do
  target=$(readlink "$link")
  ln -sfn "$(realpath -m -s --relative-to="$(dirname "$link")" "$work/root$target")" "$link"
done < <(find "$work/root" -type l -lname '/*' -print0)
# Programs are linked with the board's C++ library, not with the compiler's: that of a later Debian knows more symbols, and
# the board's other libraries ask for them.
mkdir "$work/root/link"
ln -s "../$(cd "$work/root" && find usr/lib -name 'libstdc++.so.6' | head -n 1)" "$work/root/link/libstdc++.so"
# Later Debians have everything below /usr.
for name in lib lib64 bin sbin; do
  [[ -e $work/root/$name || ! -d $work/root/usr/$name ]] || ln -s "usr/$name" "$work/root/$name"
done
echo "$stamp" >"$work/root/.stamp"
rm -rf --one-file-system "$folder"
mv "$work/root" "$folder"
echo "$(find "$work/cache/archives" -name '*.deb' | wc -l) packages, $(du -sm "$folder" | cut -f1) MB in $folder"
