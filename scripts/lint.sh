# shellcheck shell=bash
# lint: each check is a step of its own; all run, also after a failure.

lint_checks=(format includes)

check_format() { cxx_files | xargs -r clang-format-14 --dry-run -Werror; }
check_includes() { node scripts/lint/includes.mjs; }

cmd_lint() {
  local check
  if [ "${1:-}" = list ]; then
    printf '%s\n' "${lint_checks[@]}"
    return 0
  fi
  setup_all
  [ $# -gt 0 ] || set -- "${lint_checks[@]}"
  for check in "$@"; do run_step "lint $check" check "check_$check"; done
  report_steps
}
