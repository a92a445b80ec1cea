#!/bin/bash
# test_miltertest.sh - what MTAs don't produce, spoken to a real steelyardd by the milter test tool (manners.lua)
set -u
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=.}"
. "$TOP_SRCDIR/tests/mta/packages.sh"

if ! command -v miltertest >/dev/null; then
	echo "ok 1 - manners # SKIP miltertest is not installed"
	exit 0
fi
run=$(mktemp -d /tmp/steelyard-XXXXXX)
chmod 755 "$run"
[ "$(id -u)" -ne 0 ] || chown nobody "$run"
cat >"$run/rules.yaml" <<'EOF'
rules:
  T_TAG: {header: 'Subject =~ /tagme/', score: 6, describe: a test}
  T_REJECT: {header: 'Subject =~ /rejectme/', score: 50, describe: a test}
EOF
cat >"$run/steelyard.yaml" <<EOF
listen: ['unix:$run/milter.sock']
control_socket: ''
user: nobody
log: {to: stderr}
rules: [{yaml: $run/rules.yaml}]
thresholds: {tag: 5, reject: 30}
EOF
"$TOP_BUILDDIR/steelyardd" -f -c "$run/steelyard.yaml" 2>"$run/log" &
daemon=$!
wait_for 20 test -S "$run/milter.sock"
miltertest -s "$TOP_SRCDIR/tests/milter/manners.lua" -D SOCKET="unix:$run/milter.sock" >"$run/out" 2>&1
status=$?
grep '^ok - ' "$run/out"
if [ "$status" -ne 0 ]; then
	echo "not ok - manners"
	sed 's/^/# /' "$run/out" "$run/log"
fi
kill -TERM "$daemon"
wait "$daemon"
drained=$?
rm -rf "$run"
if [ "$drained" -eq 0 ]; then
	echo "ok - the daemon ends with status 0"
else
	echo "not ok - the daemon ended with status $drained"
fi
[ "$status" -eq 0 ] && [ "$drained" -eq 0 ]
