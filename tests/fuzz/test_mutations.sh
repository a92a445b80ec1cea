#!/bin/sh
# Scans seeded mutations of messages with the shipped rules and those of every_view.yaml: none crashes, none is cut
# short by a limit.
#
# 500 of them, or 100,000 with STEELYARD_LONG=1; MUTATIONS, MUTATION_SEED (1) and MUTATION_JOBS (1) may be set. The
# messages are the seeds beside this script, the test data's where they are, and those at MUTATION_CORPUS.
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=build}" "${STEELYARD_TESTDATA:=$TOP_SRCDIR/../shared}"

count=500
[ "${STEELYARD_LONG:-}" != 1 ] || count=100000
set -- "$TOP_SRCDIR/tests/fuzz/seeds"
for place in "$STEELYARD_TESTDATA/mail" "${MUTATION_CORPUS:-}"; do
	[ -z "$place" ] || [ ! -d "$place" ] || set -- "$@" "$place"
done
exec "$TOP_BUILDDIR/tests/fuzz/mutate" -n "${MUTATIONS:-$count}" -s "${MUTATION_SEED:-1}" -j "${MUTATION_JOBS:-1}" \
	-r "$TOP_SRCDIR/rules" -r "$TOP_SRCDIR/tests/fuzz/every_view.yaml" "$@"
