#!/bin/sh
# Compares our parts of public mail with SpamAssassin's (message_oracle.pl): types, decoded bytes, fields, flags.
#
# Every 20th message of each set; all of them with STEELYARD_LONG=1. Skips where Mail::SpamAssassin or the mail is not
# there. KNOWN are the messages where we differ on purpose: a field "From  :" at the top is no mbox line to us, and a header
# name of bytes that are no characters.
set -u
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=build}" "${STEELYARD_LONG:=0}"
data=${STEELYARD_TESTDATA:-$TOP_SRCDIR/../shared}/mail
here=$TOP_SRCDIR/tests/engine/mime
KNOWN='rfc2822/example13.eml|bluedot-postcard_decoded_1_2_1.txt'
every=20
[ "$STEELYARD_LONG" = 0 ] || every=1
cases=0 failures=0

compare() {
	name=$1
	shift
	cases=$((cases + 1))
	if ! perl -MMail::SpamAssassin::Message -e 1 2>/dev/null; then
		echo "ok $cases - $name # SKIP no Mail::SpamAssassin"
		return
	fi
	files=$(find "$@" -type f ! -name '*.json' ! -name 'README*' ! -name '*.tsv' 2>/dev/null | sort |
	    grep -Ev "$KNOWN" | awk -v every=$every 'NR % every == 0')
	if [ -z "$files" ]; then
		echo "ok $cases - $name # SKIP no mail there"
		return
	fi
	if output=$(echo "$files" | xargs perl "$here/message_oracle.pl" "$TOP_BUILDDIR/tests/engine/mime/message_dump" 2>&1); then
		echo "ok $cases - $name: $(echo "$output" | awk '/ equal,/ { n += $1 } END { print n }') messages alike"
	else
		failures=$((failures + 1))
		echo "not ok $cases - $name"
		echo "$output" | tail -n 20 | sed 's/^/# /'
	fi
}

compare 'public corpus' "${STEELYARD_CORPUS:-/nonexistent}"
for set in list-ham list-spam bounces torture; do
	compare "$set" "$data/$set"
done
echo "1..$cases"
[ "$failures" -eq 0 ]
