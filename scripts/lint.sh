# shellcheck shell=bash
# lint: each check is a step of its own; all run, also after a failure.

lint_checks=(format includes lengths words json links shell types tidy)

check_format() { cxx_files | xargs -r clang-format-14 --dry-run -Werror; }
check_includes() { node scripts/lint/includes.mjs; }
check_lengths() { node scripts/lint/lengths.mjs; }
check_words() { node scripts/lint/words.mjs; }
check_json() { node scripts/lint/json.mjs; }
check_links() { node scripts/lint/links.mjs; }
check_shell() {
  local scripts
  mapfile -t scripts < <(git ls-files -co --exclude-standard -- dev .ci/run '*.sh' ':!scripts/*.sh')
  shellcheck -x -a "${scripts[@]}"
}

# The page and its library are plain modules; their JSDoc types hold.
check_types() {
  [ -f web/tsconfig.json ] || return 0
  node_modules/.bin/tsc --noEmit -p web/tsconfig.json
}

# The second compiler and clang-tidy, in one pass: most of what either takes is to read the headers.
check_tidy() {
  [ -f build/clang/build.ninja ] || cmake --preset clang
  # Configured again when a file came or went, so that its command is known.
  cmake --build --preset clang --target build.ninja
  node scripts/lint/tidy.mjs
}

cmd_lint() {
  local start check
  if [ "${1:-}" = list ]; then
    printf '%s\n' "${lint_checks[@]}"
    return 0
  fi
  start=$(now_ms)
  if ! timed setup setup_all; then
    printf '\n0 passed, 1 failed\n'
    return 1
  fi
  [ $# -gt 0 ] || set -- "${lint_checks[@]}"
  for check in "$@"; do
    if [[ " ${lint_checks[*]} " != *" $check "* ]]; then
      fail "there is no check '$check'; there are: ${lint_checks[*]}"
      return 2
    fi
    run_step "lint $check" check "check_$check"
  done
  printf '\n%s==> lint: %s%s\n' "$dim" "$(seconds_since "$start")" "$plain"
  report_steps
}
