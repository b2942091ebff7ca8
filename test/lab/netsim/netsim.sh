#!/usr/bin/env bash
# netsim.sh up NAME [netsim options]   a namespace NAME whose only way out is the simulated internet of netsim.c
# netsim.sh truth [netsim options]     what is there, NDJSON, one site a line
# netsim.sh down NAME
# Run a scanner in it with `ip netns exec NAME COMMAND`. Needs root and gcc.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../namespaces.sh"

digest=$(sha256sum "$here/netsim.c")
cache=$here/../../../node_modules/.cache/sallyport
netsim=$cache/netsim-${digest:0:12}
if [ ! -x "$netsim" ]; then
  mkdir -p "$cache"
  gcc -O2 -w -o "$netsim.$$" "$here/netsim.c" -lm
  mv "$netsim.$$" "$netsim"
fi

case $1 in
  up)
    name=$2
    shift 2
    ip netns add "$name"
    ip netns exec "$name" "$netsim" -d tap0 "$@" </dev/null >/dev/null 2>&1 &
    for _ in {1..50}; do
      ip -n "$name" link show tap0 >/dev/null 2>&1 && break
      sleep 0.1
    done
    ip -n "$name" link set lo up
    ip -n "$name" addr add 198.51.100.2/24 dev tap0
    ip -n "$name" link set tap0 txqueuelen 20000 up
    ip -n "$name" route add default via 198.51.100.1 dev tap0
    ip netns exec "$name" sysctl -qw net.ipv4.ip_local_port_range='1024 65535'
    ;;
  truth)
    shift
    "$netsim" -T "$@"
    ;;
  down)
    remove_namespaces "$2"
    ;;
esac
