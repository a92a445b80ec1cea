/*
 * slice.h - bytes that somebody else owns: a pointer and a length
 *
 * Bytes from outside are slices and never assumed to end in NUL. An empty
 * slice may have any pointer; a slice whose pointer is NULL means "absent"
 * where a function's comment says so. What parsers call for each byte or tag
 * stands here, inline: it was half the time of a tag flood.
 *
 * SYNOPSIS
 *	struct slice rest = SLICE("a\nb\n"), line;
 *
 *	while (slice_next_line(&rest, &line))
 *		use(line);
 */
#ifndef STEELYARD_ENGINE_UTIL_SLICE_H
#define STEELYARD_ENGINE_UTIL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *p;
	size_t n;
};

#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })
#define SLICE_ABSENT ((struct slice){ NULL, 0 })

/* For printf's "%.*s". */
#define SLICE_ARG(s) (int)(s).n, (s).p

/* The bytes of a C string, its NUL left out; NULL gives an absent slice. */
static inline struct slice
slice_of(const char *text)
{
	return (struct slice){ text, text == NULL ? 0 : strlen(text) };
}

/* Bytes from..to-1; both are clamped to the slice. */
static inline struct slice
slice_cut(struct slice s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (struct slice){ s.p == NULL ? NULL : s.p + from, to - from };
}

/* All bytes from `from` on; clamped. */
static inline struct slice
slice_from(struct slice s, size_t from)
{
	return slice_cut(s, from, s.n);
}

static inline bool
slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.n) == 0));
}

/* Equal but for the case of ASCII letters. */
bool slice_ieq(struct slice a, struct slice b);

/* Order by byte, a shorter slice before a longer one it begins: <0, 0, >0. */
int slice_compare(struct slice a, struct slice b);

/* The same where ASCII letters compare without case. */
int slice_icompare(struct slice a, struct slice b);

static inline bool
slice_starts(struct slice s, struct slice prefix)
{
	return s.n >= prefix.n && slice_eq(slice_cut(s, 0, prefix.n), prefix);
}

bool slice_istarts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
bool slice_iends(struct slice s, struct slice suffix);

/* Where `byte` or `needle` first stands in s from `from` on, or s.n. */
size_t slice_find_byte(struct slice s, size_t from, char byte);
size_t slice_find(struct slice s, size_t from, struct slice needle);
size_t slice_ifind(struct slice s, size_t from, struct slice needle);

/* A copy on the heap with a NUL behind it, for free(); never NULL. */
char *slice_dup(struct slice s);

/* Without the blanks (space, tab, CR, LF, VT, FF) at both ends. */
struct slice slice_trim(struct slice s);

/*
 * Takes the first line off *rest into *line_r, its line end (LF, or CRLF)
 * left out; a last line without one counts. Returns false when *rest is empty.
 */
bool slice_next_line(struct slice *rest, struct slice *line_r);

/* Takes the next run of bytes that are no blanks off *rest. Returns false when there is none. */
bool slice_next_word(struct slice *rest, struct slice *word_r);

#endif
