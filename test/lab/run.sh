#!/usr/bin/env bash
# npm run test:lab [jest arguments]: the checks against real routers and servers in network namespaces. Needs root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ "$(id -u)" != 0 ]; then
  echo 'test:lab needs root: it makes network namespaces' >&2
  exit 2
fi

# shellcheck source=install.sh
. test/lab/install.sh
install_tools nft:nftables ip:iproute2 nmap:nmap miniupnpd:miniupnpd-nftables upnpc:miniupnpc natpmpc:natpmpc ping:iputils-ping openssl:openssl kamailio:kamailio gcc:gcc,libc6-dev chromium:chromium pdfinfo:poppler-utils xmllint:libxml2-utils ndiff:ndiff promtool:prometheus /usr/lib/postgresql/15/bin/initdb:postgresql-15 systemd-analyze:systemd kubectl:kubernetes-client

if [ ! -f dist/sallyport.js ] || [ -n "$(find src -newer dist/sallyport.js -name '*.ts' -print -quit)" ]; then
  npm run --silent build
fi

# shellcheck source=namespaces.sh
. test/lab/namespaces.sh
export LAB_NAMESPACES="sallyport$$"
TMPDIR=$(mktemp -d)
# The database server runs as a user of its own, and has its files in there.
chmod 711 "$TMPDIR"
export TMPDIR
jest_pid=
finish() {
  [ -z "$jest_pid" ] || kill "$jest_pid" 2>/dev/null || true
  remove_namespaces "$LAB_NAMESPACES"
  rm -rf "$TMPDIR"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

run_jest() {
  node --experimental-vm-modules --disable-warning=ExperimentalWarning \
    node_modules/jest/bin/jest.js --config test/lab/jest.config.js "$@" </dev/null &
  jest_pid=$!
  wait "$jest_pid"
}

# Sweeps of thousands of sites need the processor: beside other files, sites would be left without a verdict.
if [ $# = 0 ]; then
  status=0
  run_jest test/lab/sweep || status=$?
  run_jest --testPathIgnorePatterns test/lab/sweep /node_modules/ || status=$?
  exit "$status"
fi
run_jest "$@"
