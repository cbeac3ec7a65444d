#!/usr/bin/env bash
# Runs a command on the checkout inside a Debian 13 of its own: that system's Node, npm, compiler and libtorch.
#
#   scripts/debian13.sh [DIR] -- COMMAND...
#
#   scripts/debian13.sh -- npm test -- packages/torch      a fresh root, removed afterwards
#   scripts/debian13.sh /var/tmp/trixie -- npm run demo    a root that stays there and is used again
#
# POCKETNET_DATA  is mounted read-only inside, at the same path.
# DEBIAN_MIRROR   where Debian comes from (default: the mirror this machine uses, else deb.debian.org).
# WITH_BUILT      if set, the TypeScript that was compiled here comes along; it is the same everywhere.
# DEBIAN_PACKAGES what is installed inside before COMMAND runs (default: nodejs npm g++ libtorch-dev).
#
# Exit code: that of COMMAND; 75 when such a root cannot be made here, with the reason on stderr.
set -euo pipefail

readonly UNAVAILABLE=75
readonly CHECKOUT_INSIDE=/root/pocketnet

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages=${DEBIAN_PACKAGES-nodejs npm g++ libtorch-dev}

say() { echo "debian13: $*" >&2; }
unavailable() { say "$*"; exit "$UNAVAILABLE"; }
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2; }

# --- What this machine says about the network ------------------------------------------------------------------------

host_mirror() {
  local site=''
  if command -v apt-get >/dev/null; then
    site=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 -E '/debian/?$' || true)
  fi
  echo "${DEBIAN_MIRROR:-${site:-http://deb.debian.org/debian}}"
}

# apt's proxies, certificates and date checks, as one configuration file for the root.
host_apt_settings() {
  command -v apt-config >/dev/null || return 0
  apt-config dump --no-empty | grep -E '^Acquire::(https?(::[^:]*)?::(Proxy|CAInfo|Verify-(Peer|Host))|Check-(Valid-Until|Date)|Retries) ' || true
}

host_proxy() { apt-config dump --no-empty Acquire::http::Proxy 2>/dev/null | sed -n 's/^Acquire::http::Proxy "\(.*\)";$/\1/p'; }

# Certificates that this machine trusts beyond Debian's own, for a proxy that signs with its own authority.
host_certificates() {
  local file
  for file in "${NODE_EXTRA_CA_CERTS-}" "$(npm config get cafile 2>/dev/null || true)" "${SSL_CERT_FILE-}"; do
    if [[ -n $file && -f $file ]]; then echo "$file"; return; fi
  done
}

# --- The root --------------------------------------------------------------------------------------------------------

# Lies in every root that was begun here: what was left half made is removed there, and nowhere else.
readonly MARKER=.pocketnet-debian13

make_root() {
  local mirror
  if [[ -x $root/usr/bin/apt-get && ! -d $root/debootstrap ]]; then return; fi
  if [[ -n $(ls -A "$root") && ! -e $root/$MARKER ]]; then
    unavailable "$root holds something that is no Debian root of ours; name an empty or a new folder."
  fi
  command -v debootstrap >/dev/null || unavailable "debootstrap is missing: apt-get install debootstrap"
  mirror=$(host_mirror)
  say "making a Debian 13 from $mirror in $root"
  touch "$root/$MARKER"
  rm -rf --one-file-system "${root:?}"/*
  http_proxy=${http_proxy-$(host_proxy)} debootstrap --variant=minbase trixie "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -n 15 "$root.log" >&2
    rm -f "$root.log"
    unavailable "debootstrap failed (above). Is $mirror reachable?"
  }
  rm -f "$root.log"
}

# /proc tells the engine which vector instructions there are; /dev and /sys serve as on any machine.
mount_root() {
  mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  if [[ -n ${POCKETNET_DATA-} ]]; then
    mkdir -p "$root$POCKETNET_DATA"
    mount --bind "$POCKETNET_DATA" "$root$POCKETNET_DATA"
    mount -o remount,ro,bind "$root$POCKETNET_DATA"
  fi
}

inside() {
  local kept=() name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY CI POCKETNET_DATA TERM; do
    if [[ -n ${!name-} ]]; then kept+=("$name=${!name}"); fi
  done
  if [[ -s $root/etc/ssl/host.crt ]]; then kept+=("NODE_EXTRA_CA_CERTS=/etc/ssl/host.crt"); fi
  if [[ -n $registry ]]; then kept+=("npm_config_registry=$registry"); fi
  env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${kept[@]}" chroot "$root" "$@"
}

connect_root() {
  local certificates
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  cp -L /etc/hosts "$root/etc/hosts"
  host_apt_settings >"$root/etc/apt/apt.conf.d/90host"
  certificates=$(host_certificates)
  if [[ -n $certificates ]]; then install -D -m 644 "$certificates" "$root/etc/ssl/host.crt"; fi
  registry=$(cd / && npm config get registry 2>/dev/null || true)
  if [[ $registry == undefined ]]; then registry=''; fi
}

install_packages() {
  local wanted missing=()
  for wanted in $packages ca-certificates; do
    inside dpkg-query -W -f='${db:Status-Abbrev}' "$wanted" 2>/dev/null | grep -q '^ii' || missing+=("$wanted")
  done
  if ((${#missing[@]} == 0)); then return; fi
  say "installing ${missing[*]}"
  inside bash -euc 'dpkg --configure -a; apt-get -q update; apt-get -qy install --no-install-recommends "$@"; apt-get clean' - "${missing[@]}" \
    >"$root/var/log/pocketnet-apt.log" 2>&1 || {
    tail -n 15 "$root/var/log/pocketnet-apt.log" >&2
    unavailable "apt-get install ${missing[*]} failed inside (above)."
  }
}

# Root reads a checkout that may belong to another user, which git refuses unless told.
in_checkout() { git -c safe.directory="$checkout" -C "$checkout" "$@"; }

# The checkout as it would be committed: no node_modules, no build outputs. What an earlier copy held and this one does not is removed.
list_checkout() {
  if in_checkout rev-parse --git-dir >/dev/null 2>&1; then
    in_checkout ls-files --cached --others --exclude-standard
    if [[ -n ${WITH_BUILT-} ]]; then list_compiled; fi
  else
    (cd "$checkout" && find . -type d \( -name node_modules -o -name dist -o -name build -o -name .git -o -path ./runs \) -prune -o -type f -printf '%P\n')
  fi | LC_ALL=C sort -u | while IFS= read -r file; do if [[ -e $checkout/$file ]]; then echo "$file"; fi; done
}

list_compiled() {
  (cd "$checkout" && find packages golden -name node_modules -prune -o -type f \( -path '*/dist/*' -o -name '*.tsbuildinfo' \) -print)
}

copy_checkout() {
  local target=$root$CHECKOUT_INSIDE list=$root/root/.pocketnet-files
  mkdir -p "$target"
  list_checkout >"$list.new"
  if [[ -f $list ]]; then
    LC_ALL=C comm -23 "$list" "$list.new" | while IFS= read -r file; do rm -f "$target/$file"; done
  fi
  tar -C "$checkout" --ignore-failed-read --verbatim-files-from --no-recursion -cf - -T "$list.new" |
    tar -C "$target" --no-same-owner -xf -
  mv "$list.new" "$list"
}

# --- Inside a mount namespace of our own: whatever happens, its mounts end with it. -----------------------------------

if [[ ${1-} == --in-namespace ]]; then
  root=$2
  shift 3
  make_root
  mount_root || unavailable "/proc, /dev and /sys cannot be mounted here."
  connect_root
  install_packages
  copy_checkout
  say "Debian $(cat "$root/etc/debian_version"): $*"
  status=0
  inside bash -c 'cd "$1" && shift && exec "$@"' - "$CHECKOUT_INSIDE" "$@" || status=$?
  exit "$status"
fi

# --- Outside ---------------------------------------------------------------------------------------------------------

root=''
if [[ $# -gt 0 && $1 != -- ]]; then root=$1; shift; fi
if [[ ${1-} != -- || $# -lt 2 ]]; then usage; fi
shift

if [[ $(id -u) != 0 ]]; then unavailable 'only root can make another Debian: sudo scripts/debian13.sh ...'; fi
if ! unshare --mount --pid --fork true 2>/dev/null; then
  unavailable 'this machine does not let us mount (a container without CAP_SYS_ADMIN?).'
fi
if [[ -n ${POCKETNET_DATA-} ]]; then
  POCKETNET_DATA=$(realpath -e "$POCKETNET_DATA") || unavailable 'POCKETNET_DATA names no folder.'
  export POCKETNET_DATA
fi

if [[ -z $root ]]; then
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/pocketnet-debian13.XXXXXX")
  chmod 755 "$root"
  trap 'rm -rf --one-file-system "$root"' EXIT
else
  mkdir -p "$root"
  root=$(realpath "$root")
fi
exec 9<"$root"
flock 9

status=0
unshare --mount --pid --fork --kill-child bash "${BASH_SOURCE[0]}" --in-namespace "$root" -- "$@" 9<&- || status=$?
exit "$status"
