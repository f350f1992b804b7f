# shellcheck shell=bash
# build, run, watch, format.

presets=(debug release asan tsan clang fuzz)

# build PRESET [TARGET...]: configures once (CMake does so again by itself when its files change), then builds.
build() {
  local preset=$1
  shift
  if [[ " ${presets[*]} " != *" $preset "* ]]; then
    fail "no preset '$preset'; there are: ${presets[*]}"
    return 1
  fi
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset"
  if [ $# -gt 0 ]; then set -- --target "$@"; fi
  cmake --build --preset "$preset" -j "$(nproc)" "$@"
}

cmd_build() {
  local preset=${1:-debug}
  if [ "$preset" = release ]; then setup_build; else setup_all; fi
  say "build $preset"
  build "$preset"
  if [ -x "build/$preset/grtc" ]; then say "build/$preset/grtc is ready"; fi
}

# The Debian package, from the release build.
cmd_package() {
  timed setup install_missing "${build_packages[@]}" dpkg-dev file
  timed "build release" build release grtc
  rm -rf build/package
  (cd build/release && cpack -G DEB -B "$root/build/package" >/dev/null)
  say "$(find build/package -maxdepth 1 -name '*.deb') is ready"
}

cmd_run() {
  timed setup setup_build
  timed "build release" build release grtc
  say "build/release/grtc serve $*"
  exec build/release/grtc serve "$@"
}

watched_folders=(src app web cmake CMakeLists.txt VERSION)

# Rebuilds when a source is newer than the last look. A page's file needs no rebuild: the server reads web/ itself.
cmd_watch() {
  timed setup setup_all
  local look=build/.watch server='' changed
  mkdir -p build
  trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT
  touch -d @0 "$look"
  while true; do
    changed=$(find "${watched_folders[@]}" -newer "$look" ! -path 'web/*' -type f -print -quit)
    if [ -n "$changed" ]; then
      touch "$look"
      say "build debug ($changed)"
      # A build that fails leaves the running server as it is.
      if timed build build debug grtc; then
        stop_watched
        build/debug/grtc serve --web-root web "$@" &
        server=$!
      fi
    fi
    sleep 0.3
  done
}

stop_watched() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=''
}

cxx_files() { git ls-files -co --exclude-standard -- 'src/*.[ch]pp' 'app/*.[ch]pp' 'tests/*.[ch]pp' 'bench/*.[ch]pp'; }

cmd_format() {
  setup_all
  cxx_files | xargs -r clang-format-14 -i
}
