# Sourced. remove_namespaces NAME: ends what still runs in the namespaces NAME and NAME-…, and removes them.
remove_namespaces() {
  local name pids
  ip netns list | awk -v name="$1" '$1 == name || index($1, name "-") == 1 { print $1 }' | while read -r name; do
    pids=$(ip netns pids "$name")
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
    ip netns del "$name" || true
  done
}
