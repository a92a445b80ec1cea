#!/bin/sh
# steelyard-rules(5) tells of every key of a rule and every function there is.
set -u
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=.}"
manual=$TOP_SRCDIR/conf/steelyard-rules.5
cases=0 failures=0

tell() {
	cases=$((cases + 1))
	if [ -z "$2" ]; then
		echo "ok $cases - $1"
	else
		failures=$((failures + 1))
		echo "not ok $cases - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# Also what is another's name, but for SpamAssassin's old names (whitelist, blacklist) of functions.
functions() {
	sed -n 's/^EVALFN\(_EARLY\|_ALIAS\)\{0,1\}([a-z]*, \([a-z0-9_]*\),.*/\2/p' "$TOP_SRCDIR/engine/rules/evalfn.def" |
		grep -v 'whitelist\|blacklist' | while read -r name; do
		grep -qw "Fn $name" "$manual" || echo "$name"
	done
}

keys() {
	sed -n '/^static const struct rule_key rule_keys/,/^};/s/^[^"]*{ { "\([a-z-]*\)".*/\1/p' "$TOP_SRCDIR/conf/rule_yaml.c" |
		while read -r key; do
			grep -q "^\.It Ic $key :" "$manual" || echo "$key"
		done
}

tell "every function is in steelyard-rules(5)" "$(functions)"
tell "every key of a rule is in steelyard-rules(5)" "$(keys)"
echo "1..$cases"
[ "$failures" -eq 0 ]
