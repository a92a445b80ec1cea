/*
 * strict.c - what a pattern of strangers may not hold
 *
 * PCRE2 has no option that forbids verbs, callouts and recursion, so they are looked for
 * in the pattern's bytes. They begin with an opening parenthesis that is neither escaped
 * nor in a class. An odd number of backslashes escapes it, unless the last one belongs to \c
 * (refused) or stands in \Q...\E (refused). Classes are walked as PCRE2 walks them; where a
 * comment might hold a bracket, what stands in a class is refused as well.
 */
#include "engine/regex/strict.h"

#include "engine/regex/pcre.h"
#include "engine/util/ascii.h"

/* What begins at an unescaped opening parenthesis; NULL: nothing that is refused. */
static const char *
group_refused(struct slice rest)
{
	size_t at = 2;

	if (slice_starts(rest, SLICE("(*")))
		return "verbs like (*ACCEPT) are not taken";
	if (!slice_starts(rest, SLICE("(?")) || rest.n < 3)
		return NULL;
	if (slice_starts(rest, SLICE("(?(R")) || slice_starts(rest, SLICE("(?(DEFINE")) ||
	    slice_starts(rest, SLICE("(?(VERSION")) || slice_starts(rest, SLICE("(?(?C")))
		return "conditions on recursion and callouts are not taken";
	if (rest.p[2] == 'C')
		return "callouts are not taken";
	if (rest.p[2] == 'R' || rest.p[2] == '&' || slice_starts(rest, SLICE("(?P>")))
		return "recursion is not taken";
	if (rest.p[2] == '\'' || slice_starts(rest, SLICE("(?P<")) ||
	    (rest.p[2] == '<' && !slice_starts(rest, SLICE("(?<=")) &&
		!slice_starts(rest, SLICE("(?<!"))))
		return "named groups, which set tags that other rules read, are not taken";
	if (rest.p[at] == '+' || rest.p[at] == '-')
		at++;
	if (at < rest.n && ascii_is_digit(rest.p[at]))
		return "calls of groups are not taken";
	return NULL;
}

/* What the escape at `rest` ("\...") is refused for. */
static const char *
escape_refused(struct slice rest)
{
	if (rest.n < 2)
		return NULL;
	if (rest.p[1] == 'Q' || rest.p[1] == 'E')
		return "\\Q and \\E are not taken";
	if (rest.p[1] == 'C')
		return "\\C is not taken";
	if (rest.p[1] == 'c')
		return "\\c is not taken";
	if (rest.p[1] == 'g' && rest.n > 2 && (rest.p[2] == '<' || rest.p[2] == '\''))
		return "calls of groups are not taken";
	return NULL;
}

/* The bytes of "[:alpha:]" that `rest` begins with, or 0. */
static size_t
posix_class(struct slice rest)
{
	size_t at = 2;

	if (!slice_starts(rest, SLICE("[:")))
		return 0;
	if (at < rest.n && rest.p[at] == '^')
		at++;
	while (at < rest.n && ascii_is_lower(rest.p[at]))
		at++;
	return slice_starts(slice_from(rest, at), SLICE(":]")) ? at + 2 : 0;
}

/* The bytes of the class that `rest` begins with; *why_r: an escape in it that is refused. */
static size_t
class_length(struct slice rest, const char **why_r)
{
	size_t at = 1;

	if (at < rest.n && rest.p[at] == '^')
		at++;
	if (at < rest.n && rest.p[at] == ']')
		at++;
	while (at < rest.n && rest.p[at] != ']') {
		size_t named = posix_class(slice_from(rest, at));

		if (rest.p[at] == '\\') {
			const char *why = escape_refused(slice_from(rest, at));

			if (why != NULL)
				*why_r = why;
		}
		at += named > 0 ? named : rest.p[at] == '\\' ? 2 : 1;
	}
	return at < rest.n ? at + 1 : rest.n;
}

/* Why the body is refused, or NULL; `classes`: what stands in a class is none of this. */
static const char *
body_refused(struct slice body, bool classes)
{
	const char *why = NULL;

	for (size_t at = 0; at < body.n && why == NULL;) {
		struct slice rest = slice_from(body, at);

		if (rest.p[0] == '\\') {
			why = escape_refused(rest);
			at += 2;
		} else if (rest.p[0] == '[' && classes) {
			at += class_length(rest, &why);
		} else {
			if (rest.p[0] == '(')
				why = group_refused(rest);
			at++;
		}
	}
	return why;
}

bool
strict_pattern(struct slice text, struct err *err)
{
	struct regex_pattern pattern;
	const char *why = NULL;

	if (text.n > STRICT_PATTERN_MAX) {
		err_set(err, "the pattern has %zu bytes: %zu at most are taken", text.n,
		    STRICT_PATTERN_MAX);
		return false;
	}
	if (!regex_pattern_parse(text, &pattern, err))
		return false;
	if (slice_find_byte(pattern.flags, 0, 'u') < pattern.flags.n)
		why = "the flag u is not taken";
	else if (slice_find(pattern.body, 0, SLICE("%{")) < pattern.body.n)
		why = "tags (%{NAME}) are not taken: what they come to is not known before";
	/* Without a # there is no comment in which a bracket could open a class that is none. */
	else
		why = body_refused(
		    pattern.body, slice_find_byte(pattern.body, 0, '#') == pattern.body.n);
	if (why != NULL)
		err_set(err, "%s", why);
	return why == NULL;
}
