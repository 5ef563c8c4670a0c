# Stages of a test run that count what they ran (bash, after progress.sh). A stage that finds nothing to
# run has failed: nothing is skipped in silence.

passed=0
failed=0
summary=()
failures=""

count() { # title seconds passed failed
  passed=$((passed + $3))
  failed=$((failed + $4))
  summary+=("$(printf '%-34s %5d s  %4d passed  %3d failed' "$1" "$2" "$3" "$4")")
}

# end_of TITLE: the end of what a stage has said.
end_of() { printf '\n%s:\n' "$1" && tail -n 60 "$(log_of "$1")" | sed 's/^/  | /'; }

# plain_stage TITLE COMMAND...: one thing that passes or fails.
plain_stage() {
  local title="$1" start=$SECONDS
  shift
  if step "$title" "" "$@"; then
    count "$title" $((SECONDS - start)) 1 0
  else
    count "$title" $((SECONDS - start)) 0 1
    failures+=$(end_of "$title")$'\n'
    return 1
  fi
}

# ctest_stage TITLE PRESET CTEST_ARGUMENTS...: counts ctest's entries.
ctest_stage() {
  local title="$1" preset="$2" start=$SECONDS log line bad total
  shift 2
  log=$(log_of "$title")
  step "$title" "" ctest --test-dir "$WEIR_ROOT/build/$preset" --output-on-failure --no-tests=error "$@"
  local code=$?
  line=$(grep -oE '[0-9]+ tests? failed out of [0-9]+' "$log" | tail -n 1)
  bad=$(cut -d' ' -f1 <<<"$line")
  total=${line##* }
  if [[ -z "$line" ]]; then
    # Ended before its summary (nothing to run, a crash of ctest): one failure.
    count "$title" $((SECONDS - start)) 0 1
    failures+=$(end_of "$title")$'\n'
  else
    count "$title" $((SECONDS - start)) $((total - bad)) "$bad"
    ((code == 0)) || failures+=$(failing_tests "$title" <"$log")$'\n'
  fi
  return "$code"
}

# failing_tests TITLE: of the output of ctest, the last lines of each test that failed.
failing_tests() {
  awk -v title="$1" -v most=60 '
    function show(  i) {
      if (!failing) return
      print "\n" title ": " failing
      for (i = lines > most ? lines - most : 0; i < lines; ++i) print "  | " line[i]
      failing = ""
    }
    /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
      show()
      if (/\*\*\*/) { failing = $0; lines = 0 }
      next
    }
    /^ +Start +[0-9]+: / || /^[0-9]+% tests passed/ { show(); next }
    failing { line[lines++] = substr($0, 1, 400) }
    END { show() }'
}

# What failed, once more, with the end of its output. The last line is for machines: "N passed, M failed".
finish() {
  say "$failures"
  for line in "${summary[@]}"; do say "$line"; done
  say "total $SECONDS s"
  echo "$passed $failed" >"$WEIR_LOG_DIR/counts"
  echo "$failures" >"$WEIR_LOG_DIR/failures"
  say "$passed passed, $failed failed"
  ((failed == 0 && passed > 0))
}
