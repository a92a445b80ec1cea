#!/bin/sh
# test_purity.sh - the engine is a pure function: it calls nothing that is not on purity.allow
#
# Reads the undefined symbols of libengine.a (nm -u), leaves out those that it defines itself, and fails on any other:
# no socket, file, clock, getenv, random number, thread, locale or output can come in without a line in that list.

set -u
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=.}"
archive=$TOP_BUILDDIR/libengine.a
allow=$TOP_SRCDIR/tests/house/purity.allow

if ! command -v nm >/dev/null || [ ! -f "$archive" ]; then
	echo "ok 1 - the engine is pure # SKIP no nm, or no libengine.a"
	exit 0
fi

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
nm -u "$archive" | awk '$1 == "U" { print $2 }' | sort -u >"$scratch/wanted"
nm --defined-only "$archive" | awk 'NF == 3 { print $3 }' | sort -u >"$scratch/own"
comm -23 "$scratch/wanted" "$scratch/own" >"$scratch/outside"
awk '
	FNR == NR {
		if ($1 == "" || $1 ~ /^#/)
			next
		if ($1 ~ /\*$/)
			prefixes[substr($1, 1, length($1) - 1)] = 1
		else
			names[$1] = 1
		next
	}
	{
		ok = $1 in names
		for (prefix in prefixes)
			if (index($1, prefix) == 1)
				ok = 1
		if (!ok)
			print $1
	}' "$allow" "$scratch/outside" >"$scratch/bad"

if [ ! -s "$scratch/outside" ]; then
	echo "not ok 1 - the engine is pure"
	echo "# nm shows no symbols at all"
elif [ -s "$scratch/bad" ]; then
	echo "not ok 1 - the engine is pure"
	sed 's/^/# not allowed: /' "$scratch/bad"
else
	echo "ok 1 - the engine is pure: $(wc -l <"$scratch/outside") symbols from outside, all allowed"
fi
