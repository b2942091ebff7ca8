#!/usr/bin/env bash
# npm run bench [-- --quick] [-- --with-nmap-sv]: the figures of the README, measured in a simulated internet
# (test/lab/netsim), as a table. Needs root. --quick runs once instead of taking medians of three;
# --with-nmap-sv adds the comparison that keeps nmap busy for ten minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ "$(id -u)" != 0 ]; then
  echo 'bench needs root: it makes network namespaces' >&2
  exit 2
fi

. test/lab/install.sh
install_tools ip:iproute2 nmap:nmap gcc:gcc,libc6-dev /usr/lib/postgresql/15/bin/initdb:postgresql-15
. test/lab/namespaces.sh
export LAB_NAMESPACES="sallyportbench$$"
TMPDIR=$(mktemp -d)
# The database server runs as a user of its own, and has its files in there.
chmod 711 "$TMPDIR"
export TMPDIR
bench_pid=
finish() {
  [ -z "$bench_pid" ] || kill "$bench_pid" 2>/dev/null || true
  remove_namespaces "$LAB_NAMESPACES"
  rm -rf "$TMPDIR"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

node test/bench/bench.js "$@" </dev/null &
bench_pid=$!
wait "$bench_pid"
