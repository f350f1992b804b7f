# shellcheck shell=bash
# Installs what is missing, in two tiers: what building and running needs, and what tests and checks need besides.
# dpkg itself is asked each time (30 ms), so nothing can be out of date.

# Debian 12 (bookworm) holds one version of each; the compilers are named by version.
# prometheus-cpp's CMake files look for curl and zlib though only its core library is linked.
build_packages=(
  g++-12 cmake ninja-build ccache
  libboost1.81-dev libsimdjson-dev libsqlite3-dev libssl-dev libspdlog-dev libfmt-dev libcli11-dev
  prometheus-cpp-dev libcurl4-openssl-dev zlib1g-dev
  libhiredis-dev libpq-dev libjemalloc-dev
  brotli esbuild gzip
)
test_packages=(
  libgtest-dev libgmock-dev
  clang-14 clang-format-14 clang-tidy-14 lld-14 libclang-rt-14-dev
  redis-server redis-sentinel postgresql-15
  chromium coturn faketime sqlite3 openssl curl shellcheck git procps ca-certificates
)

is_installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "not root, and no sudo here. As root: $*"
  fi
}

# install_missing PACKAGE...: one apt-get for all that are not there, none if all are.
install_missing() {
  local package missing=()
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    fail "no apt-get here. gRTC is built on Debian 12; elsewhere install the equivalents of: ${missing[*]}"
    return 1
  fi
  # Their headers are at the same place, so the two can't be installed together.
  if is_installed libboost1.74-dev && [[ " ${missing[*]} " == *" libboost1.81-dev "* ]]; then
    say "Boost 1.81's headers take the place of 1.74's (libboost1.74-dev is removed)"
  fi
  say "apt-get install ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

install_npm_packages() {
  [ -f package-lock.json ] || return 0
  if [ -L node_modules ]; then
    fail "node_modules is a symbolic link: npm ci would empty what it points to. Remove the link first"
    return 1
  fi
  local stamp=node_modules/.installed-from
  # npm writes files of its own into node_modules, so the lock file that was installed is kept for the comparison.
  if cmp -s package-lock.json "$stamp"; then return 0; fi
  say "npm ci (packages for the tests and the type check)"
  npm ci --no-audit --no-fund
  cp package-lock.json "$stamp"
}

setup_build() { install_missing "${build_packages[@]}"; }

setup_all() {
  local node=()
  # Another vendor's node brings npm along and conflicts with Debian's.
  command -v node >/dev/null || node+=(nodejs)
  command -v npm >/dev/null || node+=(npm)
  install_missing "${build_packages[@]}" "${test_packages[@]}" "${node[@]}"
  install_npm_packages
}

cmd_setup() {
  case "${1:-all}" in
    build) setup_build ;;
    all) setup_all ;;
    *) fail "setup takes 'build' or 'all', not '$1'" ;;
  esac
}
