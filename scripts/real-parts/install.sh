#!/usr/bin/env bash
# Installs what `npm run test:real` needs beyond npm: sipp, strace, nginx, Caddy, Python, PHP, and two Asterisks, each in a folder of its own:
# version 22, the newest long-term one, and version 16, which many systems still run.
#
#   sudo scripts/real-parts/install.sh
#
# Runs on Debian 12 or newer, as root. May be run again at any time: what is there and works is left alone. Nothing of
# the host's own Asterisk, if it has one, is touched: the test Asterisks live in $OFFHOOK_REAL_DIR/asterisk and asterisk-16
# (default /var/tmp/offhook-real/...) and run there by chroot. To remove one, delete its folder.
#
# Every package comes from the mirror the machine's own apt uses, and is checked against Debian's archive keys.
set -euo pipefail

real_dir="${OFFHOOK_REAL_DIR:-/var/tmp/offhook-real}"
building="$real_dir/asterisk.building"
# Folder, version, and the releases of Debian that have it: the first that works is taken. Debian 12 and 13 have none.
asterisks=("asterisk 22 forky sid" "asterisk-16 16 bullseye")
attempts=3
work=""

say() { printf 'real parts: %s\n' "$*"; }
fail() { printf 'real parts: %s\n' "$*" >&2; exit 1; }

# Two tries of debootstrap or apt may fail for a passing fault of the network; a third one that fails is real.
retry() {
  local try
  for ((try = 1; try <= attempts; try++)); do
    "$@" && return 0
    say "attempt $try of $attempts failed: $*"
    ((try < attempts)) && sleep $((try * 3))
  done
  return 1
}

release_mounts() {
  local mount
  for mount in dev/pts dev proc sys; do
    while mountpoint -q "$building/$mount" 2>/dev/null; do umount -l "$building/$mount" || break; done
  done
}

tidy_up() {
  release_mounts
  [[ -n "$work" ]] && rm -rf "$work"
  return 0
}

apt_quiet() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"; }

# --- programs of the host ---------------------------------------------------------------------------------------

missing_packages() {
  local pair
  for pair in debootstrap:debootstrap sipp:sip-tester strace:strace nginx:nginx-light caddy:caddy gpgv:gpgv openssl:openssl curl:curl python3:python3 php:php-cli; do
    command -v "${pair%%:*}" >/dev/null || printf '%s\n' "${pair#*:}"
  done
  [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || printf 'debian-archive-keyring\n'
}

# nginx and Caddy would begin to serve port 80: only their programs are wanted. A machine with a policy of its own keeps that.
without_services() {
  local policy=/usr/sbin/policy-rc.d status=0
  [[ -e "$policy" ]] && { "$@"; return; }
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
  "$@" || status=$?
  rm -f "$policy"
  return "$status"
}

install_packages() {
  local packages
  mapfile -t packages < <(missing_packages)
  ((${#packages[@]})) || return 0
  say "installing ${packages[*]}"
  retry apt_quiet update || fail "apt-get update does not work; see the messages above"
  without_services retry apt_quiet install -y --no-install-recommends "${packages[@]}" >/dev/null ||
    fail "apt-get can't install ${packages[*]}; see the messages above"
}

# --- the mirror, as apt is configured ---------------------------------------------------------------------------

# Address of the Debian archive (not security, not third parties) that apt takes packages from.
archive_mirror() {
  local targets uri
  targets="$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages')"
  if ! grep -q '^Debian|Debian|' <<<"$targets"; then
    retry apt_quiet update >&2 || return 1
    targets="$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages')"
  fi
  uri="$(awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }' <<<"$targets")"
  # A mirror list names its mirrors in a file; the first is as good as any.
  if [[ "$uri" == mirror+file:* ]]; then uri="$(awk '!/^#/ && NF { print $1; exit }' "${uri#mirror+file:}")"; fi
  [[ -n "$uri" ]] && printf '%s\n' "${uri%/}"
}

# debootstrap downloads by itself, so it is told the proxy that apt knows.
use_apts_proxy() {
  local proxy
  proxy="$(apt-config dump --format '%v' Acquire::http::Proxy 2>/dev/null || true)"
  if [[ -n "$proxy" && "$proxy" != DIRECT && -z "${http_proxy:-}" ]]; then export http_proxy="$proxy" https_proxy="$proxy"; fi
}

fetch() { /usr/lib/apt/apt-helper -o Acquire::Retries=3 download-file "$1" "$2" >/dev/null 2>&1; }

# --- the keys ---------------------------------------------------------------------------------------------------

# A release may be signed by several keys, of which a keyring has the newer or the older ones: one good signature is
# enough, as it is for apt, and a bad one never.
vouches_for() {
  local status
  status="$(gpgv --status-fd 1 --keyring "$1" "$2" 2>/dev/null || true)"
  grep -q '^\[GNUPG:\] GOODSIG ' <<<"$status" && ! grep -q '^\[GNUPG:\] BADSIG ' <<<"$status"
}

# A newer keyring, out of the newest suite that a keyring we already trust vouches for. apt checks the chain from the
# suite's signature to the package; nothing is installed on the host.
newer_keyring() {
  local mirror="$1" trusted="$2" state="$work/apt" suite options
  for suite in sid forky trixie bookworm-updates; do
    rm -rf "$state" && mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/parts" "$state/deb"
    chmod -R a+rX "$work"
    printf 'deb [signed-by=%s] %s %s main\n' "$trusted" "$mirror" "$suite" >"$state/sources.list"
    : >"$state/status"
    options=(-o "Dir::State::lists=$state/lists" -o "Dir::State::status=$state/status" -o "Dir::Cache=$state/cache"
      -o "Dir::Etc::sourcelist=$state/sources.list" -o "Dir::Etc::sourceparts=$state/parts" -o APT::Sandbox::User=root)
    apt_quiet "${options[@]}" update >/dev/null 2>&1 || continue
    (cd "$state/deb" && apt_quiet "${options[@]}" download debian-archive-keyring >/dev/null 2>&1) || continue
    dpkg-deb -x "$state"/deb/*.deb "$state/keyring" || continue
    find "$state/keyring/usr/share/keyrings" -name 'debian-archive-keyring.*' | head -n 1
    return 0
  done
  return 1
}

# A keyring that vouches for the suite's signature; without one nothing is built.
keyring_for() {
  local mirror="$1" suite="$2" system=/usr/share/keyrings/debian-archive-keyring.gpg newer
  fetch "$mirror/dists/$suite/InRelease" "$work/InRelease.$suite" || return 1
  vouches_for "$system" "$work/InRelease.$suite" && printf '%s\n' "$system" && return 0
  say "the installed Debian keyring is older than the keys of $suite; looking for a newer one" >&2
  newer="$(newer_keyring "$mirror" "$system")" || return 1
  vouches_for "$newer" "$work/InRelease.$suite" && printf '%s\n' "$newer"
}

# --- Asterisk ---------------------------------------------------------------------------------------------------

asterisk_version() { chroot "$1" /usr/sbin/asterisk -V 2>/dev/null | awk '{ print $2 }'; }

# has_asterisk ROOT VERSION
has_asterisk() { [[ -x "$1/usr/sbin/asterisk" && "$(asterisk_version "$1")" == "$2".* ]]; }

bootstrap() {
  local suite="$1" mirror="$2" keyring="$3"
  release_mounts
  rm -rf --one-file-system "$building"
  debootstrap --variant=minbase --include=asterisk --keyring="$keyring" --force-check-gpg \
    "$suite" "$building" "$mirror" /usr/share/debootstrap/scripts/sid >"$work/debootstrap.log" 2>&1 && return 0
  tail -n 15 "$work/debootstrap.log" "$building/debootstrap/debootstrap.log" >&2 2>/dev/null
  return 1
}

# The package's own configuration would listen on the well-known ports; tests bring their own.
strip_root() {
  rm -rf "$building"/var/cache/apt/archives/*.deb "$building"/var/lib/apt/lists/*
  mkdir -p "$building/tmp"
  chmod 1777 "$building/tmp"
}

# build_from SUITE MIRROR ROOT VERSION
build_from() {
  local suite="$1" mirror="$2" root="$3" wanted="$4" keyring version
  keyring="$(keyring_for "$mirror" "$suite")" || { say "no trusted key for $suite"; return 1; }
  say "building Asterisk from $suite (about a minute)"
  retry bootstrap "$suite" "$mirror" "$keyring" || return 1
  release_mounts
  version="$(asterisk_version "$building")"
  [[ "$version" == "$wanted".* ]] || { say "$suite has Asterisk ${version:-that does not start}"; return 1; }
  strip_root
  rm -rf --one-file-system "$root"
  mv "$building" "$root"
}

# build_asterisk ROOT VERSION SUITE...
build_asterisk() {
  local root="$1" wanted="$2" mirror suite
  shift 2
  mirror="$(archive_mirror)" || fail "apt's configuration names no Debian archive to take packages from"
  use_apts_proxy
  for suite in "$@"; do build_from "$suite" "$mirror" "$root" "$wanted" && return 0; done
  fail "could not build an Asterisk $wanted; the messages above say why"
}

# Builds what is not there yet.
install_asterisks() {
  local line folder version suites
  for line in "${asterisks[@]}"; do
    read -r folder version suites <<<"$line"
    # shellcheck disable=SC2086 # the releases are words
    has_asterisk "$real_dir/$folder" "$version" || build_asterisk "$real_dir/$folder" "$version" $suites
    say "Asterisk  $(asterisk_version "$real_dir/$folder") in $real_dir/$folder"
  done
}

main() {
  [[ "$(id -u)" == 0 ]] || fail "must run as root (it installs packages and uses chroot)"
  command -v apt-get >/dev/null || fail "needs a Debian with apt-get"
  # A log-in shell that is not root's often lacks these.
  export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C.UTF-8
  mkdir -p "$real_dir"
  exec 9>"$real_dir/.lock"
  flock -w 900 9 || fail "another installation has held $real_dir/.lock for 15 minutes"
  work="$(mktemp -d)"
  trap tidy_up EXIT
  install_packages
  say "sipp      $( (sipp -v 2>&1 || true) | grep -om1 'v[0-9][0-9.]*')" # sipp -v always exits 99
  say "Python    $(python3 -c 'import platform; print(platform.python_version())')"
  say "PHP       $(php -r 'echo PHP_VERSION;')"
  say "strace    $(strace -V | awk 'NR == 1 { print $NF }')"
  install_asterisks
}

main "$@"
