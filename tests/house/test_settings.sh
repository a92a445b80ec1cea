#!/bin/sh
# Each setting of conf/settings.def is documented in whole sentences, stands in steelyard.yaml and steelyard.yaml(5), has the
# field that its key says, is read by the program and mentioned in a test.
set -u
: "${TOP_SRCDIR:=.}" "${TOP_BUILDDIR:=.}"
def=$TOP_SRCDIR/conf/settings.def
yaml=$TOP_BUILDDIR/conf/steelyard.yaml
man=$TOP_BUILDDIR/conf/steelyard.yaml.5
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

# field key, a line each
settings=$(sed -n 's/^SETTING(\([a-z_]*\), "\([a-z_.]*\)",.*/\1 \2/p' "$def")
rows=$(grep -c '^SETTING(' "$def")

each() { # each FUNCTION: what it says of each setting
	printf '%s\n' "$settings" | while read -r field key; do
		"$1" "$field" "$key"
	done
}

named_alike() {
	[ "$1" = "$(echo "$2" | tr . _)" ] || echo "$2: its field is $1"
}

in_yaml() {
	case $2 in
	*.*) grep -q "^#${2%%.*}:" "$yaml" && grep -q "^#  ${2#*.}: " "$yaml" || echo "$2 is not in $yaml" ;;
	*) grep -q "^#$2: " "$yaml" || echo "$2 is not in $yaml" ;;
	esac
}

in_man() {
	grep -q "^\.It Ic $2 : " "$man" || echo "$2 is not in $man"
}

is_read() {
	find "$TOP_SRCDIR/conf" "$TOP_SRCDIR/milter" -name '*.c' ! -name 'settings_doc.c' \
		-exec grep -lE "settings(\.|->)$1([^a-z_]|\$)" {} + | grep -q . || echo "$2: nothing reads settings->$1"
}

is_tested() {
	grep -rqF "\"$2\"" "$TOP_SRCDIR/tests" || echo "$2: no test names it"
}

undocumented() { # rows whose last text does not end a sentence
	awk '/^SETTING\(/ { row = $0; next } row != "" { row = row " " $0 }
	     row != "" && /\)$/ { if (row !~ /[.]"\)$/) print substr(row, 1, 60); row = "" }' "$def"
}

tell "every row is understood" "$([ "$(printf '%s\n' "$settings" | wc -l)" -eq "$rows" ] || echo "$rows rows")"
tell "keys and fields are named alike" "$(each named_alike)"
tell "documented in whole sentences" "$(undocumented)"
tell "in steelyard.yaml" "$(each in_yaml)"
tell "in steelyard.yaml(5)" "$(each in_man)"
tell "read by the program" "$(each is_read)"
tell "mentioned in a test" "$(each is_tested)"
echo "1..$cases"
[ "$failures" -eq 0 ]
