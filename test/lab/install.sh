# Sourced. install_tools COMMAND:PACKAGE[,PACKAGE…]…: installs with apt-get the packages whose command is missing.
# Services are not started: a policy for the time of the installation says so.
install_tools() {
  local pair packages missing=() policy=/usr/sbin/policy-rc.d ours=
  PATH=$PATH:/usr/sbin:/sbin
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null && continue
    IFS=, read -ra packages <<<"${pair#*:}"
    missing+=("${packages[@]}")
  done
  [ "${#missing[@]}" = 0 ] && return
  if ! command -v apt-get >/dev/null; then
    echo "missing: ${missing[*]} (no apt-get here to install them)" >&2
    return 2
  fi
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    ours=1
  fi
  local status=0
  apt_install "${missing[@]}" || { apt-get update -qq && apt_install "${missing[@]}"; } || status=$?
  [ -z "$ours" ] || rm -f "$policy"
  return "$status"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null </dev/null
}
