#!/bin/sh
# Replays the corpus of each fuzz harness that is built: tests/fuzz/corpus/NAME through tests/fuzz/fuzz_NAME.
set -u
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=.}"
cases=0 failures=0
for corpus in "$TOP_SRCDIR"/tests/fuzz/corpus/*; do
	name=${corpus##*/}
	cases=$((cases + 1))
	if output=$("$TOP_BUILDDIR/tests/fuzz/fuzz_$name" "$corpus"/* 2>&1); then
		echo "ok $cases - fuzz_$name over its corpus"
	else
		failures=$((failures + 1))
		echo "not ok $cases - fuzz_$name over its corpus"
		printf '%s\n' "$output" | tail -n 30 | sed 's/^/# /'
	fi
done
echo "1..$cases"
[ "$failures" -eq 0 ]
