# build_weir PRESET TARGET...: configures and builds, with progress (bash, after progress.sh).

build_weir() {
  local preset="$1" root free
  shift
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  free=$(df -Pm "$root" | awk 'NR == 2 {print $4}')
  if [[ ! -d "$root/build/$preset" ]] && ((free < 3000)); then
    die "only $free MB free in $root, a build needs about 3000 MB" "free some space"
  fi
  # A compiler that runs out of memory ends without a word: say what it was.
  local hint="If the compiler was killed: it needs about 2 GB of memory per job; set CMAKE_BUILD_PARALLEL_LEVEL=1."
  (cd "$root" && step "configure $preset" "deploy/install-dependencies installs what CMake misses." \
    cmake --preset "$preset") || return 1
  (cd "$root" && step "build $preset" "$hint" cmake --build --preset "$preset" --target "$@") || return 1
}
