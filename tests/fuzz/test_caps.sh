#!/bin/sh
# Scans the seeds under every arena cap from 1 KB up, with all rules: a verdict each time, and a note when memory lacked.
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=build}"

exec "$TOP_BUILDDIR/tests/fuzz/caps" -r "$TOP_SRCDIR/rules" -r "$TOP_SRCDIR/tests/fuzz/every_view.yaml" \
	"$TOP_SRCDIR/tests/fuzz/seeds"
