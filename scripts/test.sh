# shellcheck shell=bash
# test: builds what the chosen tests need and runs them. Every binary is asked where it tells most:
# unit tests under the sanitizers (or plain, with `unit`), black-box tests on each binary, browsers on the release.

fuzz_seconds=5
unit_timeout_s=600
blackbox_timeout_s=900
# Beside a first build of all that the sanitizers need, browsers take twice their time.
browser_timeout_s=1800
deploy_timeout_s=5400
# Docker itself is not installed by this script: where there is none, these tests are skipped, and say so.
deploy_packages=(python3-selenium bsdutils)

# The sanitizers' shadow memory collides with a very random address space (Linux 6.5 and later, vm.mmap_rnd_bits=32).
# Where the randomness may be switched off, it is; containers often forbid it.
no_aslr=()
find_no_aslr() { if setarch -R true 2>/dev/null; then no_aslr=(setarch -R); fi; }

# with_preset PRESET COMMAND...: with the sanitizers' options. Their reports go to files, as a server under test may be
# a grandchild whose output and exit code nobody looks at; a file that is there afterwards is a failure.
with_preset() {
  local preset=$1 code=0 reports=build/$1/reports common
  shift
  rm -rf "$reports"
  mkdir -p "$reports"
  common="log_path=$root/$reports/report:exitcode=99"
  ASAN_OPTIONS="$common:strict_string_checks=1:check_initialization_order=1:detect_stack_use_after_return=1" \
    UBSAN_OPTIONS="$common:print_stacktrace=1" TSAN_OPTIONS="$common:second_deadlock_stack=1" \
    GRTC_BIN="$root/build/$preset/grtc" "$@" || code=$?
  if [ -n "$(ls "$reports")" ]; then
    tail -n +1 "$reports"/* | head -n 300
    printf 'The sanitizer has reported: %s/%s\n' "$root" "$reports"
    [ "$code" -ne 0 ] || code=1
  fi
  return "$code"
}

# node_files "FOLDER...": their test files, one a line. Node 18 and 20 differ in how they look for them, so they are named.
# shellcheck disable=SC2086 # several folders, and patterns
node_files() { find $1 -name '*.test.mjs' 2>/dev/null | sort; }

# How many files at once: a browser each, or replicas each, is too much for a small machine.
at_once=1
node_tests() {
  local log=$1 files concurrency=()
  # Where node knows how (from 18.19).
  if node --test-concurrency=1 --version >/dev/null 2>&1; then concurrency=(--test-concurrency="$at_once"); fi
  mapfile -t files < <(node_files "$2")
  "${no_aslr[@]}" timeout -k 10 "$blackbox_timeout_s" node --test "${concurrency[@]}" \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$log.tap" "${files[@]}"
}

# Beside a real PostgreSQL: what every store has to do is asked of both.
unit_tests() {
  with_preset "$1" node tests/support/with_postgres.mjs \
    "${no_aslr[@]}" timeout -k 10 "$unit_timeout_s" "build/$1/grtc_unit" --gtest_color=no
}

# node_step NAME PRESET FOLDER
node_step() {
  local log=$logs/${1// /-}.log
  [ -n "$(node_files "$3")" ] || return 0
  rm -f "$log.tap"
  run_step "$1" node with_preset "$2" node_tests "$log" "$3"
}

# with_build PRESET TARGETS STEP...: builds, then runs each step (a function that takes the preset).
with_build() {
  local preset=$1 wanted step
  read -ra wanted <<<"$2"
  shift 2
  stop_ahead
  run_step "build $preset" build build "$preset" "${wanted[@]}"
  if [ "$step_failed" -gt 0 ]; then
    for step in "$@"; do fail_step "${step#step_} $preset" "not built"; done
    return 0
  fi
  for step in "$@"; do "$step" "$preset"; done
}

step_unit() { run_step "unit $1" gtest unit_tests "$1"; }
# They wait more than they work, each for its own server, where that is not slowed down by a sanitizer.
step_blackbox() {
  local at_once=1
  if [ "$1" = release ]; then at_once=2; fi
  node_step "blackbox $1" "$1" tests/blackbox
}
# What speaks grtc.v1 or another protocol, once more against three replicas that share a Redis; then what only replicas can break; then the
# items, on three replicas that share a PostgreSQL.
step_replicas() {
  GRTC_REPLICAS=3 node_step "replicas $1" "$1" \
    "tests/blackbox/signalling_* tests/blackbox/yjs_* tests/blackbox/trystero* tests/blackbox/peerjs* tests/replicas"
  GRTC_REPLICAS=3 GRTC_STORE=postgres node_step "postgres $1" "$1" \
    "tests/blackbox/items_crud* tests/blackbox/items_conditional* tests/blackbox/items_list* tests/blackbox/items_events*"
}
step_browser() {
  local blackbox_timeout_s=$browser_timeout_s
  node_step "browser $1" "$1" tests/browser
}
step_page() { node_step "page units" "$1" tests/page; }
step_deploy() { deploy_step deploy whole "$1"; }
step_deploy_fast() { deploy_step "deploy fast" fast "$1"; }
# deploy_step NAME GRTC_DEPLOY PRESET: the deployment's tests, all of them or (fast) what is quick enough for CI.
deploy_step() {
  local blackbox_timeout_s=$deploy_timeout_s
  GRTC_DEPLOY=$2 node_step "$1" "$3" tests/deploy
}
step_fuzz() { run_step fuzz lines fuzz_all "$fuzz_seconds"; }

# Tests wait more than they work: what the sanitizers need is built meanwhile, with what they leave of one processor.
# When its turn comes it is built with all of them, from where it has come to; whether that works out is told then.
ahead=''
build_ahead() {
  mkdir -p "$logs"
  # shellcheck disable=SC2016 # for the inner shell
  fuzz_targets=$(fuzz_targets | tr '\n' ' ') setsid bash -c 'for preset; do
    targets="grtc grtc_unit"
    if [ "$preset" = fuzz ]; then targets=$fuzz_targets; fi
    nice -n 19 cmake --preset "$preset" && nice -n 19 cmake --build --preset "$preset" -j 1 --target $targets
  done' ahead "$@" >"$logs/build-ahead.log" 2>&1 &
  ahead=$!
}
stop_ahead() {
  [ -n "$ahead" ] || return 0
  kill -- "-$ahead" 2>/dev/null || true
  wait "$ahead" 2>/dev/null || true
  ahead=''
}
ahead_of_asan() { build_ahead asan tsan fuzz; }
ahead_of_tsan() { build_ahead tsan fuzz; }
ahead_of_fuzz() { build_ahead fuzz; }

run_selected() {
  case "$1" in
    unit) with_build debug grtc_unit step_unit step_page ;;
    asan | tsan) with_build "$1" "grtc grtc_unit" step_unit step_blackbox ;;
    blackbox) with_build release grtc step_blackbox ;;
    replicas) with_build release grtc step_replicas ;;
    browser) with_build release grtc step_browser ;;
    deploy)
      install_missing "${deploy_packages[@]}"
      with_build release grtc step_deploy
      ;;
    deploy-fast) with_build release grtc step_deploy_fast ;;
    fuzz)
      [ -n "$(fuzz_names)" ] || return 0
      with_build fuzz "$(fuzz_targets | tr '\n' ' ')" step_fuzz
      ;;
    all)
      with_build release grtc ahead_of_asan step_page step_blackbox step_replicas step_browser step_deploy_fast
      with_build asan "grtc grtc_unit" ahead_of_tsan step_unit step_blackbox
      with_build tsan "grtc grtc_unit" ahead_of_fuzz step_unit step_blackbox
      run_selected fuzz
      ;;
    *)
      fail "there are no '$1' tests; there are: unit asan tsan blackbox replicas browser deploy deploy-fast fuzz all"
      return 2
      ;;
  esac
}

cmd_test() {
  local start what
  start=$(now_ms)
  if ! timed setup setup_all; then
    printf '\n0 passed, 1 failed\n'
    return 1
  fi
  find_no_aslr
  trap stop_ahead EXIT
  [ $# -gt 0 ] || set -- all
  for what in "$@"; do run_selected "$what"; done
  printf '\n%s==> test: %s%s\n' "$dim" "$(seconds_since "$start")" "$plain"
  report_steps
}
