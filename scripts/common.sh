# shellcheck shell=bash
# What every command uses: saying what happens and how long it took.

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold='' dim='' plain=''; fi

say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
fail() {
  printf '%s==> %s%s\n' "$bold" "$*" "$plain" >&2
  return 1
}

# seconds_since MS: "12.3 s" since a time taken with now_ms.
now_ms() { date +%s%3N; }
seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# timed NAME COMMAND...: runs it and says how long it took; its exit code is handed on.
# The subshell keeps `set -e` alive inside: in `COMMAND || code=$?` bash would ignore it.
timed() {
  local name=$1 start code=0
  shift
  start=$(now_ms)
  set +e
  (
    set -e
    "$@"
  )
  code=$?
  set -e
  if [ "$code" -eq 0 ]; then
    printf '%s==> %s: done in %s%s\n' "$dim" "$name" "$(seconds_since "$start")" "$plain"
  else
    printf '%s==> %s: failed (exit code %d) after %s%s\n' "$bold" "$name" "$code" "$(seconds_since "$start")" "$plain" >&2
  fi
  return "$code"
}

# Clones of the project in other folders share what ccache knows.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
