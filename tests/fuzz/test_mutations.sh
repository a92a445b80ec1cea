#!/bin/sh
# Scans seeded mutations of messages with the shipped rules: none crashes, none is cut short by a limit.
#
# MUTATIONS (500), MUTATION_SEED (1) and MUTATION_JOBS (1) may be set; `make check-long` sets 100000. The messages are
# the seeds beside this script, the test data's where they are, and those at MUTATION_CORPUS.
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=build}" "${STEELYARD_TESTDATA:=$TOP_SRCDIR/../shared}"

set -- "$TOP_SRCDIR/tests/fuzz/seeds"
for place in "$STEELYARD_TESTDATA/mail" "${MUTATION_CORPUS:-}"; do
	[ -z "$place" ] || [ ! -d "$place" ] || set -- "$@" "$place"
done
STEELYARD_RULES=$TOP_SRCDIR/rules
export STEELYARD_RULES
exec "$TOP_BUILDDIR/tests/fuzz/mutate" -n "${MUTATIONS:-500}" -s "${MUTATION_SEED:-1}" -j "${MUTATION_JOBS:-1}" "$@"
