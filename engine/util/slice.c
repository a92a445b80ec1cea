/*
 * slice.c - comparing, searching and cutting bytes that somebody else owns
 *
 * Case folding is ASCII only and independent of any locale. Searching uses
 * memchr for the first byte and compares the rest, which is linear for the
 * short needles this program has; patterns go to engine/regex.
 */
#include "engine/util/slice.h"

#include <stdlib.h>
#include <string.h>

#include "engine/util/ascii.h"

bool
slice_ieq(struct slice a, struct slice b)
{
	return a.n == b.n && slice_istarts(a, b);
}

int
slice_compare(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

	if (order != 0 || a.n == b.n)
		return order;
	return a.n < b.n ? -1 : 1;
}

int
slice_icompare(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		int difference = (unsigned char)ascii_lower(a.p[i]) -
				 (unsigned char)ascii_lower(b.p[i]);

		if (difference != 0)
			return difference;
	}
	return (a.n > b.n) - (a.n < b.n);
}

bool
slice_istarts(struct slice s, struct slice prefix)
{
	if (s.n < prefix.n)
		return false;
	for (size_t i = 0; i < prefix.n; i++)
		if (ascii_lower(s.p[i]) != ascii_lower(prefix.p[i]))
			return false;
	return true;
}

bool
slice_ends(struct slice s, struct slice suffix)
{
	return s.n >= suffix.n && slice_eq(slice_from(s, s.n - suffix.n), suffix);
}

bool
slice_iends(struct slice s, struct slice suffix)
{
	return s.n >= suffix.n && slice_ieq(slice_from(s, s.n - suffix.n), suffix);
}

size_t
slice_find_byte(struct slice s, size_t from, char byte)
{
	const char *at = from < s.n ? memchr(s.p + from, byte, s.n - from) : NULL;

	return at == NULL ? s.n : (size_t)(at - s.p);
}

size_t
slice_find(struct slice s, size_t from, struct slice needle)
{
	if (needle.n == 0)
		return from < s.n ? from : s.n;
	for (; from < s.n && needle.n <= s.n - from; from++) {
		const char *at = memchr(s.p + from, needle.p[0], s.n - from - needle.n + 1);

		if (at == NULL)
			break;
		from = (size_t)(at - s.p);
		if (needle.n == 1 ||
		    (at[1] == needle.p[1] && memcmp(at + 1, needle.p + 1, needle.n - 1) == 0))
			return from;
	}
	return s.n;
}

size_t
slice_ifind(struct slice s, size_t from, struct slice needle)
{
	char first = needle.n == 0 ? '\0' : ascii_lower(needle.p[0]);

	for (; from < s.n && needle.n <= s.n - from; from++)
		if ((needle.n == 0 || ascii_lower(s.p[from]) == first) &&
		    slice_istarts(slice_from(s, from), needle))
			return from;
	return s.n;
}

struct slice
slice_trim(struct slice s)
{
	while (s.n > 0 && ascii_is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && ascii_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
slice_next_line(struct slice *rest, struct slice *line_r)
{
	size_t end;

	if (rest->n == 0)
		return false;
	end = slice_find_byte(*rest, 0, '\n');
	*line_r = slice_cut(*rest, 0, end);
	if (end < rest->n && line_r->n > 0 && line_r->p[line_r->n - 1] == '\r')
		line_r->n--;
	*rest = slice_from(*rest, end + 1);
	return true;
}

bool
slice_next_word(struct slice *rest, struct slice *word_r)
{
	size_t start = 0, end;

	while (start < rest->n && ascii_is_space(rest->p[start]))
		start++;
	end = start;
	while (end < rest->n && !ascii_is_space(rest->p[end]))
		end++;
	*word_r = slice_cut(*rest, start, end);
	*rest = slice_from(*rest, end);
	return word_r->n > 0;
}

char *
slice_dup(struct slice s)
{
	char *copy = malloc(s.n + 1);

	if (copy == NULL)
		abort();
	if (s.n > 0)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}
