# SPDX-License-Identifier: Apache-2.0
#
# Runs "${guest[@]}" until it or stdin ends, and then calls clean_up. The guest and the process that
# feeds it are killed by the kernel when this one is.

exec {input}<&0 {output}>&1
coproc GUEST { exec setpriv --pdeathsig KILL -- "${guest[@]}" >&"$output" {input}<&-; }
pid=$GUEST_PID
exec {feed}>&"${GUEST[1]}"
exec {GUEST[1]}>&-
setpriv --pdeathsig KILL -- cat <&"$input" >&"$feed" &
feeder=$!
exec {feed}>&-

finish() {
  kill -KILL "$pid" "$feeder"
  wait
  clean_up
} 2>/dev/null

trap finish EXIT
trap 'exit 143' TERM INT HUP
wait -n "$pid" "$feeder"
