#!/bin/bash
# wait_for.sh SECONDS COMMAND... - waits until COMMAND succeeds; fails when it did not in that time
. "$(dirname "$0")/packages.sh"
wait_for "$@"
