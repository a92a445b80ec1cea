/*
 * glob.c - * and ? over bytes, as lists and rules_matching() use them
 *
 * On a mismatch only the last * is widened, so the cost is at most the
 * product of both lengths, without recursion.
 */
#include "engine/rules/rule.h"

#include "engine/util/ascii.h"

static bool
same(char a, char b, bool folded)
{
	return folded ? ascii_lower(a) == ascii_lower(b) : a == b;
}

bool
glob_matches(struct slice glob, struct slice text, bool folded)
{
	size_t g = 0, t = 0, star = glob.n, resume = 0;

	while (t < text.n) {
		if (g < glob.n && glob.p[g] == '*') {
			star = g++;
			resume = t;
		} else if (g < glob.n && (glob.p[g] == '?' || same(glob.p[g], text.p[t], folded))) {
			g++;
			t++;
		} else if (star < glob.n) {
			g = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (g < glob.n && glob.p[g] == '*')
		g++;
	return g == glob.n;
}
