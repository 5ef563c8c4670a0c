# Long steps made visible, for the scripts in deploy/ and .ci/ (bash, to be sourced).
#
# step "what happens" "hint when it fails" COMMAND...   runs COMMAND with its output in a log file,
#   shows the elapsed seconds and the last line of output while it runs (a line every ten seconds
#   where the output is not a terminal), then "ok" with the seconds. When it fails: the end of the
#   log, where the whole log lies, the hint; and returns the command's code.

WEIR_LOG_DIR="${WEIR_LOG_DIR:-${TMPDIR:-/tmp}/weir-logs-$(id -u)}"

say() { printf '%s\n' "$*"; }

die() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# The last line of a log, without colours and no longer than $2.
last_line() {
  tail -c 400 "$1" | tr '\r' '\n' | tail -n 1 | sed 's/\x1b[[(][0-9;]*[A-Za-z]//g' | tr -cd '[:print:]' | cut -c1-"$2"
}

# Where the output of a step lies.
log_of() { printf '%s/%s.log' "$WEIR_LOG_DIR" "${1//[^A-Za-z0-9]/-}"; }

step() {
  local title="$1" hint="$2"
  shift 2
  mkdir -p "$WEIR_LOG_DIR" || die "cannot create $WEIR_LOG_DIR" "set WEIR_LOG_DIR to a writable folder"
  local log
  log=$(log_of "$title")
  local start=$SECONDS shown=0 code=0 pid
  # A process group of its own (set -m): ended by the user, the command ends with all that it started,
  # compilers included. Without it the shell would also make it deaf to Ctrl-C.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  trap 'end_step "$pid" INT' INT
  trap 'end_step "$pid" TERM' TERM HUP
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [[ -t 1 ]]; then
      printf '\r\033[K  %s  %ds  %s' "$title" $((SECONDS - start)) "$(last_line "$log" 70)"
    elif ((SECONDS - start >= shown + 10)); then
      shown=$((SECONDS - start))
      printf '  %s  %ds  %s\n' "$title" "$shown" "$(last_line "$log" 100)"
    fi
  done
  wait "$pid" || code=$?
  trap - INT TERM HUP
  [[ -t 1 ]] && printf '\r\033[K'
  if ((code == 0)); then
    printf '  %s: ok, %d s\n' "$title" $((SECONDS - start))
  else
    printf '  %s: FAILED after %d s\n' "$title" $((SECONDS - start))
    tail -n 25 "$log" | sed 's/^/    | /'
    printf '  the whole output: %s\n' "$log"
    [[ -n "$hint" ]] && printf '  %s\n' "$hint"
  fi
  return "$code"
}

# Ends the running step and then this script, by the signal it got: whoever started it sees that.
end_step() {
  kill -TERM -- "-$1" 2>/dev/null
  wait "$1" 2>/dev/null
  printf '\n'
  trap - "$2"
  kill "-$2" "$BASHPID"
  exit 1
}
