# Stages of a test run that count what they ran (bash, after progress.sh). A stage that finds nothing to
# run has failed: nothing is skipped in silence.

passed=0
failed=0
summary=()

count() { # title seconds passed failed
  passed=$((passed + $3))
  failed=$((failed + $4))
  summary+=("$(printf '%-34s %5d s  %4d passed  %3d failed' "$1" "$2" "$3" "$4")")
}

# plain_stage TITLE COMMAND...: one thing that passes or fails.
plain_stage() {
  local title="$1" start=$SECONDS
  shift
  if step "$title" "" "$@"; then
    count "$title" $((SECONDS - start)) 1 0
  else
    count "$title" $((SECONDS - start)) 0 1
    return 1
  fi
}

# ctest_stage TITLE PRESET CTEST_ARGUMENTS...: counts ctest's entries.
ctest_stage() {
  local title="$1" preset="$2" start=$SECONDS log line bad total
  shift 2
  log="$WEIR_LOG_DIR/${title//[^A-Za-z0-9]/-}.log"
  step "$title" "" ctest --test-dir "$WEIR_ROOT/build/$preset" --output-on-failure --no-tests=error "$@"
  local code=$?
  line=$(grep -oE '[0-9]+ tests? failed out of [0-9]+' "$log" | tail -n 1)
  bad=$(cut -d' ' -f1 <<<"$line")
  total=${line##* }
  if [[ -z "$line" ]]; then
    # Ended before its summary (nothing to run, a crash of ctest): one failure.
    count "$title" $((SECONDS - start)) 0 1
  else
    count "$title" $((SECONDS - start)) $((total - bad)) "$bad"
  fi
  if ((code != 0)); then
    # The tail shown above may not be the failing test.
    sed -n '/The following tests FAILED/,$p' "$log" | sed 's/^/    | /'
  fi
  return "$code"
}

# The last line is for machines: "N passed, M failed".
finish() {
  say ""
  for line in "${summary[@]}"; do say "$line"; done
  say "total $SECONDS s"
  echo "$passed $failed" >"$WEIR_LOG_DIR/counts"
  say "$passed passed, $failed failed"
  ((failed == 0 && passed > 0))
}
