# shellcheck shell=bash
# Steps of a longer command: each runs whatever the one before it said, and a table tells of them at the end.

step_names=() step_results=() step_times=() step_counts=()
passed_total=0 failed_total=0 skipped_total=0
skip_reasons=()
failures=''
logs=build/logs
# What is told again of one failure, and of all: who reads the end of half an hour's output has to find the cause there.
failure_lines=30 all_failure_lines=200

# run_step NAME KIND COMMAND...: runs it with its output shown and kept in build/logs/NAME.log.
# KIND says how the log is counted: gtest, node, lines (one `pass`, `fail` or `skip` a line), check (one that
# passes or fails) or build (counted only when it fails).
run_step() {
  local name=$1 kind=$2 start code=0 log
  shift 2
  log=$logs/${name// /-}.log
  mkdir -p "$logs"
  say "$name"
  start=$(now_ms)
  set +e
  (
    set -e
    "$@"
  ) 2>&1 | tee "$log" | quiet "$kind"
  code=${PIPESTATUS[0]}
  set -e
  count "$kind" "$log" "$code"
  [ "$step_failed" -eq 0 ] || failures+=$(printf '\n--- %s\n%s' "$name" "$(what_failed "$kind" "$log")")$'\n'
  note_step "$name" "$code" "$(seconds_since "$start")"
  return 0
}

# What a step that can't run leaves behind: one failure, with its cause.
fail_step() { count_as 0 1 0 && note_step "$1" 1 "$2"; }

note_step() {
  local result=ok
  [ "$2" -eq 0 ] && [ "$step_failed" -eq 0 ] || result=FAILED
  step_names+=("$1") step_results+=("$result") step_times+=("$3")
  step_counts+=("$step_passed $step_failed $step_skipped")
  say "$1: $result in $3 ($step_passed passed, $step_failed failed, $step_skipped skipped)"
}

# A thousand lines that say OK hide the one that does not; the log has them all.
quiet() {
  if [ "$1" = gtest ]; then grep --line-buffered -vE '^\[( RUN      |       OK |----------)\]|^$' || true; else cat; fi
}

count_as() {
  step_passed=$1 step_failed=$2 step_skipped=$3
  passed_total=$((passed_total + $1)) failed_total=$((failed_total + $2)) skipped_total=$((skipped_total + $3))
}

lines_of() { grep -cE -- "$1" "$2" || true; }
# tap_count WORD FILE: N of the last "# WORD N".
tap_count() { sed -nE "s/^# $1 ([0-9]+)\$/\\1/p" "$2" 2>/dev/null | tail -n 1 | grep . || echo 0; }

count() {
  local kind=$1 log=$2 code=$3 passed=0 failed=0 skipped=0
  case "$kind" in
    gtest)
      passed=$(lines_of '^\[       OK \] ' "$log")
      failed=$(lines_of '^\[  FAILED  \] .*\([0-9]+ ms\)$' "$log")
      skipped=$(lines_of '^\[  SKIPPED \] .*\([0-9]+ ms\)$' "$log")
      # gtest prints where a test was skipped and, on the next line, why.
      collect_reasons "$(grep -A1 -E ': Skipped$' "$log" | grep -vE '^--$' | paste -d' ' - - || true)"
      ;;
    node)
      passed=$(tap_count pass "$log.tap")
      failed=$(($(tap_count fail "$log.tap") + $(tap_count cancelled "$log.tap")))
      skipped=$(tap_count skipped "$log.tap")
      collect_reasons "$(grep -E '^ *ok .* # SKIP' "$log.tap" 2>/dev/null | sed -E 's/^ *ok [0-9]+ - //' || true)"
      ;;
    check) [ "$code" -ne 0 ] || passed=1 ;;
    lines)
      passed=$(lines_of '^pass ' "$log")
      failed=$(lines_of '^fail ' "$log")
      skipped=$(lines_of '^skip ' "$log")
      collect_reasons "$(grep -E '^skip ' "$log" | cut -d' ' -f2- || true)"
      ;;
  esac
  # A crash, a time-out or a build that stopped has no line of its own.
  if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  count_as "$passed" "$failed" "$skipped"
}

# what_failed KIND LOG: each test that failed with what it said; where none did (a crash, a build), the end of the log.
what_failed() {
  local kind=$1 log=$2 found=''
  case "$kind" in
    node) found=$(tap_failures "$log.tap" 2>/dev/null || true) ;;
    gtest) found=$(gtest_failures "$log" || true) ;;
    lines) found=$(grep -E '^fail ' "$log" || true) ;;
  esac
  printf '%s\n' "${found:-$(tail -n "$failure_lines" "$log")}"
}

# A `describe` fails because of what is in it, which is told already.
tap_failures() {
  awk -v most="$failure_lines" '
    /^ *not ok / { block = $0; lines = 1; inside = 1; suite = 0; next }
    !inside { next }
    /failureType: .subtestsFailed/ { suite = 1 }
    { if (lines++ < most) block = block "\n" $0 }
    /^ *\.\.\.$/ { if (!suite) print block; inside = 0 }' "$1"
}

gtest_failures() {
  awk -v most="$failure_lines" '
    /^\[ RUN      \]/ { block = ""; lines = 0; next }
    /^\[  FAILED  \] .*\([0-9]+ ms\)$/ { print block $0; next }
    { if (lines++ < most) block = block $0 "\n" }' "$1"
}

collect_reasons() {
  local line
  while IFS= read -r line; do
    [ -z "$line" ] || skip_reasons+=("$line")
  done <<<"$1"
}

# The table, the reasons for what was skipped, what failed and, last, the plain counts. The exit code says whether all passed.
report_steps() {
  local i passed failed skipped
  printf '\n%-22s %-7s %7s %7s %8s %10s\n' step result passed failed skipped time
  for i in "${!step_names[@]}"; do
    read -r passed failed skipped <<<"${step_counts[$i]}"
    printf '%-22s %-7s %7d %7d %8d %10s\n' \
      "${step_names[$i]}" "${step_results[$i]}" "$passed" "$failed" "$skipped" "${step_times[$i]}"
  done
  if [ ${#skip_reasons[@]} -gt 0 ]; then
    printf '\nskipped:\n'
    printf '  %s\n' "${skip_reasons[@]}" | sort | uniq -c
  fi
  [ -z "$failures" ] || printf '\nfailed:%s\n' "$(head -n "$all_failure_lines" <<<"$failures")"
  printf '\n%d passed, %d failed' "$passed_total" "$failed_total"
  [ "$skipped_total" -eq 0 ] || printf ', %d skipped' "$skipped_total"
  printf '\n'
  [ "$failed_total" -eq 0 ]
}
