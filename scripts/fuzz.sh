# shellcheck shell=bash
# libFuzzer targets: tests/fuzz/NAME.cpp with its seeds in tests/fuzz/corpus/NAME/.
# What a run finds on top is kept in build/fuzz/corpus/NAME/ and is where the next one starts.

fuzz_names() { find tests/fuzz -maxdepth 1 -name '*.cpp' -printf '%f\n' 2>/dev/null | sed 's/\.cpp$//' | sort; }
fuzz_targets() { fuzz_names | sed 's/^/fuzz_/'; }

# fuzz_one NAME SECONDS: prints one line, `pass` or `fail`.
fuzz_one() {
  local name=$1 seconds=$2 seeds=tests/fuzz/corpus/$1 kept=build/fuzz/corpus/$1 log=build/fuzz/$1.log
  mkdir -p "$kept" build/fuzz/found
  [ -d "$seeds" ] || seeds=$kept
  local dictionary=()
  [ ! -f "tests/fuzz/$name.dict" ] || dictionary=("-dict=tests/fuzz/$name.dict")
  if "${no_aslr[@]}" "build/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=8192 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-" "${dictionary[@]}" "$kept" "$seeds" >"$log" 2>&1; then
    printf 'pass %s: %s inputs in %s s, %s kept beside %s seeds\n' "$name" \
      "$(sed -nE 's/^stat::number_of_executed_units: *//p' "$log")" "$seconds" \
      "$(find "$kept" -type f | wc -l)" "$(find "tests/fuzz/corpus/$name" -type f 2>/dev/null | wc -l)"
  else
    tail -n 40 "$log"
    printf 'fail %s: the input is in build/fuzz/found/, the whole output in %s\n' "$name" "$log"
    return 1
  fi
}

# fuzz_all SECONDS: each target in turn, two at a time where there are cores; all of them, also after a failure.
fuzz_all() {
  local seconds=$1 name code=0 running=0
  for name in $(fuzz_names); do
    fuzz_one "$name" "$seconds" &
    running=$((running + 1))
    if [ "$running" -ge "$(nproc)" ]; then
      wait -n || code=1
      running=$((running - 1))
    fi
  done
  while [ "$running" -gt 0 ]; do
    wait -n || code=1
    running=$((running - 1))
  done
  return "$code"
}

build_fuzz() {
  local targets
  mapfile -t targets < <(fuzz_targets)
  build fuzz "${targets[@]}"
}

cmd_fuzz() {
  local seconds=${1:-60}
  setup_all
  find_no_aslr
  build_fuzz
  if [ $# -gt 1 ]; then fuzz_one "$2" "$seconds"; else fuzz_all "$seconds"; fi
}
