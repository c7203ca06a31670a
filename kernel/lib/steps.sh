# SPDX-License-Identifier: Apache-2.0
#
# What kernel/get says while it works.

fail() {
  echo "kernel/get: $*" >&2
  exit 2
}

# step TEXT COMMAND...: runs the command with its output in the log; one line with the time it took.
step() {
  local text=$1 begin=${EPOCHREALTIME/[.,]/} tenths
  shift
  if ! "$@" >>"$work/log" 2>&1 </dev/null; then
    tail -n 20 -- "$work/log" >&2
    fail "$guest: failed: $text (the end of its output is above)"
  fi
  tenths=$(((${EPOCHREALTIME/[.,]/} - begin) / 100000))
  printf '%s: %s: %d.%d s\n' "$guest" "$text" $((tenths / 10)) $((tenths % 10)) |
    tee -a -- "$work/out/DURATIONS" >&2
}
