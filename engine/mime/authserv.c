/*
 * authserv.c - the name at the front of an Authentication-Results field
 *
 * Forged fields are to be known whatever form they take, so this reads more
 * than the grammar allows: the name is a quoted string or all bytes up to a
 * blank, semicolon, comment or slash (early drafts put a version behind one).
 * The version is not looked at: a field of a version that we do not know is
 * as forged as any (RFC 8601, 5).
 */
#include "engine/mime/authserv.h"

#include "engine/mime/domain.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* Where the comment that begins at `at` ends; the text's end when it does not. */
static size_t
comment_end(struct slice text, size_t at)
{
	size_t depth = 0;

	for (; at < text.n; at++) {
		if (text.p[at] == '\\')
			at++;
		else if (text.p[at] == '(')
			depth++;
		else if (text.p[at] == ')' && --depth == 0)
			return at + 1;
	}
	return text.n;
}

/* What a quoted string that begins at `at` says. */
static struct slice
unquoted(struct arena *arena, struct slice text, size_t at)
{
	struct buf out = { .arena = arena };

	for (at++; at < text.n && text.p[at] != '"' && out.n <= AUTHSERV_MAX; at++) {
		if (text.p[at] == '\\' && at + 1 < text.n)
			at++;
		if (text.p[at] != '\r' && text.p[at] != '\n')
			buf_add_byte(&out, text.p[at]);
	}
	return out.failed || out.n == 0 || out.n > AUTHSERV_MAX ? SLICE_ABSENT : buf_slice(&out);
}

static bool
ends_name(char c)
{
	return ascii_is_space(c) || c == '\0' || c == ';' || c == '(' || c == '/' || c == '"';
}

struct slice
authserv_of(struct arena *arena, struct slice value)
{
	size_t at = 0, end;

	while (at < value.n && (ascii_is_space(value.p[at]) || value.p[at] == '('))
		at = value.p[at] == '(' ? comment_end(value, at) : at + 1;
	if (at < value.n && value.p[at] == '"')
		return unquoted(arena, value, at);
	for (end = at; end < value.n && !ends_name(value.p[end]);)
		end++;
	if (end == at || end - at > AUTHSERV_MAX)
		return SLICE_ABSENT;
	return slice_cut(value, at, end);
}

static struct slice
without_dot(struct slice name)
{
	return slice_ends(name, SLICE(".")) ? slice_cut(name, 0, name.n - 1) : name;
}

static bool
is_ascii(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (ascii_is_high(name.p[i]))
			return false;
	return true;
}

bool
authserv_same(struct arena *arena, struct slice a, struct slice b)
{
	a = without_dot(slice_trim(a));
	b = without_dot(slice_trim(b));
	if (a.n == 0 || b.n == 0)
		return false;
	if (slice_ieq(a, b))
		return true;
	if (is_ascii(a) && is_ascii(b))
		return false;
	a = domain_to_ascii(arena, a);
	b = domain_to_ascii(arena, b);
	return a.p != NULL && b.p != NULL && slice_eq(a, b);
}
