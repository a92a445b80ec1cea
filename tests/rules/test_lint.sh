#!/bin/sh
# Every shipped rule lints without an error, examples included, and has what it must have.
top=${TOP_SRCDIR:-.} build=${TOP_BUILDDIR:-.}
out=$("$build/steelyard" lint "$top/rules" 2>&1)
status=$?
if [ "$status" -eq 0 ]; then
	echo "ok - steelyard lint rules"
else
	echo "$out" | grep 'error:' | sed 's/^/# /'
	echo "not ok - steelyard lint rules: exit $status"
fi

# A scoring rule has a describe, hit and miss; there are at least 150.
awk '
function finish() {
	if (name != "" && name !~ /^__/) {
		rules++
		if (!(describe && hit && miss)) {
			print "# " name ": no describe, hit or miss"
			bad++
		}
	}
	name = ""
}
/^[a-z_]+:/ {
	finish()
	in_rules = $1 == "rules:"
}
in_rules && /^  [A-Za-z_][A-Za-z0-9_]*:/ {
	finish()
	name = $1
	sub(/:.*/, "", name)
	describe = hit = miss = 0
}
/^    describe: ./ { describe = 1 }
/^      hit:( *\[+.|$)/ { hit = 1 }
/^      miss:( *\[+.|$)/ { miss = 1 }
END {
	finish()
	print (bad ? "not ok" : "ok") " - every scoring rule is described and has examples"
	print (rules >= 150 ? "ok" : "not ok") " - " rules " scoring rules, at least 150"
}' "$top"/rules/[1-8]*.yaml

exceptions=$(grep -c '^[A-Z]' "$top/rules/EXCEPTIONS")
if [ "$exceptions" -le 40 ]; then
	echo "ok - $exceptions exceptions, at most 40"
else
	echo "not ok - $exceptions exceptions, at most 40"
fi
