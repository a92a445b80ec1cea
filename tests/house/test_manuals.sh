#!/bin/sh
# test_manuals.sh - every manual page is mdoc that mandoc has nothing to say against
set -u
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=.}"
count=0
status=0

report() { # report 0|1 NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		status=1
	fi
}

pages=$(find "$TOP_SRCDIR/milter" "$TOP_SRCDIR/conf" "$TOP_SRCDIR/shared-sync" "$TOP_BUILDDIR/conf" -name '*.[1-8]' 2>/dev/null | sort -u)
if ! command -v mandoc >/dev/null; then
	echo "ok 1 - manuals # SKIP mandoc is not installed"
	echo 1..1
	exit 0
fi
for page in $pages; do
	said=$(mandoc -T lint -W warning "$page" 2>&1 | grep -v 'makewhatis')
	[ -z "$said" ]
	report $? "$(basename "$page")"
	[ -z "$said" ] || echo "$said" | sed 's/^/# /'
done

# Each reason for which a feed's part is refused.
missing=$(sed -n 's/^.X([A-Z_]*, "\([a-z-]*\)".*/\1/p' "$TOP_SRCDIR/shared-sync/fault.h" | while read -r word; do
	[ "$word" = none ] || grep -q "^\.It Li $word\$" "$TOP_SRCDIR/shared-sync/steelyard-feed.5" || echo "$word"
done)
[ -z "$missing" ]
report $? "steelyard-feed(5) tells of every fault"
[ -z "$missing" ] || echo "$missing" | sed 's/^/# missing: /'
echo "1..$count"
exit $status
