# build_weir PRESET TARGET...: configures and builds, with progress (bash, after progress.sh).

build_weir() {
  local preset="$1" root free
  shift
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
  free=$(df -Pm "$root" | awk 'NR == 2 {print $4}')
  if [[ ! -d "$root/build/$preset" ]] && ((free < 3000)); then
    die "only $free MB free in $root, a build needs about 3000 MB" "free some space"
  fi
  # A compiler may need 1.5 GB: fewer jobs than cores where memory is short.
  local jobs memory_gb
  memory_gb=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
  jobs=$(nproc)
  ((jobs * 3 > memory_gb * 2)) && jobs=$((memory_gb * 2 / 3))
  ((jobs >= 1)) || jobs=1
  # A compiler that runs out of memory ends without a word: say what it was.
  local hint="If the compiler was killed: it needs up to 1.5 GB of memory for each of $jobs jobs; close what else needs memory."
  step "configure $preset" "deploy/install-dependencies installs what CMake misses." \
    cmake -S "$root" --preset "$preset" || return 1
  step "build $preset" "$hint" cmake --build "$root/build/$preset" -j "$jobs" --target "$@"
}
