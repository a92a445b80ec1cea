/*
 * header.c - splits a header block into fields and finds them by name
 *
 * A cursor walks the lines; it runs twice, to count and then to fill, so that
 * the array has its exact size and 100,000 fields cost what they need. Fields
 * are found through an array of places sorted by folded name: no hash, so no
 * name can be chosen to make a search slow.
 *
 * What mail breaks is read as SpamAssassin 4.0.1 reads it (found by running
 * it). In a message's header up to HEADER_JUNK_MAX lines that are no field are
 * passed over (one that has a colon is kept all the same); the next one, or a
 * line that begins "--", begins the body. In a part's header any line that is
 * no field begins the body; a blank before the colon stays in the name, blanks
 * after it go, and a field that no line follows is lost.
 *
 * RFC 5322, 2.2 and 4.5. Limits: HEADER_NAME_MAX, HEADER_VALUE_MAX.
 */
#include "engine/mime/header.h"

#include <string.h>

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

struct cursor {
	struct slice text;
	enum header_kind kind;
	size_t at; /* of the next line */
	unsigned junk;
	bool ended;
	size_t end; /* of the header */
	size_t body;
	bool missing_header;
	bool missing_separator;
	bool truncated;
};

/* Where the line that begins at `at` ends, its LF included. */
static size_t
line_end(struct slice text, size_t at)
{
	size_t lf = slice_find_byte(text, at, '\n');

	return lf < text.n ? lf + 1 : text.n;
}

/* The end of the name that `line` begins with: printable ASCII but the colon. 0: none. */
static size_t
name_end(struct slice line)
{
	size_t i = 0;

	while (i < line.n && line.p[i] > ' ' && ascii_is_print(line.p[i]) && line.p[i] != ':')
		i++;
	return i;
}

bool
header_begins(struct slice line)
{
	size_t end = name_end(line);

	return end > 0 && end < line.n && line.p[end] == ':';
}

/* name, blanks, colon */
static bool
is_field(struct slice line)
{
	size_t end = name_end(line), colon = end;

	while (colon < line.n && ascii_is_blank(line.p[colon]))
		colon++;
	return end > 0 && colon < line.n && line.p[colon] == ':';
}

static void
cursor_end(struct cursor *cur, size_t body, bool missing_separator)
{
	cur->ended = true;
	cur->end = cur->at;
	cur->body = body;
	cur->missing_separator = missing_separator;
}

/* The line at cur->at is no continuation: whether a field begins there, else the header ended. */
static bool
message_line(struct cursor *cur, struct slice line)
{
	if (line.n == 0)
		cursor_end(cur, cur->text.n, true);
	else if (slice_eq(line, SLICE("\n")))
		cursor_end(cur, cur->at + line.n, false);
	else if (slice_starts(line, SLICE("--")))
		cursor_end(cur, cur->at, true);
	else if (!is_field(line) && ++cur->junk > HEADER_JUNK_MAX)
		cursor_end(cur, cur->at, true);
	return !cur->ended;
}

static bool
part_line(struct cursor *cur, struct slice line)
{
	bool blank = slice_eq(line, SLICE("\n")) || slice_eq(line, SLICE("\r\n"));

	if (cur->at == 0)
		cur->missing_header = !header_begins(line);
	if (is_field(line))
		return true;
	cursor_end(cur, blank ? cur->at + line.n : cur->at, line.n > 0 && !blank);
	return false;
}

/* Takes the lines of the next field, well-formed or not, off the cursor. */
static bool
cursor_lines(struct cursor *cur, struct slice *lines_r)
{
	size_t start = cur->at, end = line_end(cur->text, start);
	struct slice line = slice_cut(cur->text, start, end);
	bool folded = line.n > 0 && ascii_is_blank(line.p[0]) && cur->kind == HEADER_OF_MESSAGE;

	if (cur->ended)
		return false;
	if (!folded &&
	    !(cur->kind == HEADER_OF_MESSAGE ? message_line(cur, line) : part_line(cur, line)))
		return false;
	while (end < cur->text.n && ascii_is_blank(cur->text.p[end]))
		end = line_end(cur->text, end);
	cur->at = end;
	*lines_r = slice_cut(cur->text, start, end);
	return true;
}

static bool
cursor_field(struct cursor *cur, struct header *header_r)
{
	struct slice lines;

	while (cursor_lines(cur, &lines)) {
		size_t colon = slice_find_byte(lines, 0, ':');
		size_t name_n = colon, raw = colon + 1;

		/* A part's field that nothing follows is lost. */
		if (colon == lines.n || (cur->kind == HEADER_OF_PART && cur->at == cur->text.n))
			continue;
		if (cur->kind == HEADER_OF_PART)
			while (raw < lines.n && ascii_is_space(lines.p[raw]))
				raw++;
		else
			while (name_n > 0 && ascii_is_blank(lines.p[name_n - 1]))
				name_n--;
		header_r->line = lines;
		header_r->name = slice_cut(lines, 0, name_n);
		header_r->raw = slice_from(lines, raw);
		if (cur->kind == HEADER_OF_MESSAGE && header_r->name.n > HEADER_NAME_MAX) {
			header_r->name.n = HEADER_NAME_MAX;
			cur->truncated = true;
		}
		if (cur->kind == HEADER_OF_MESSAGE && header_r->raw.n > HEADER_VALUE_MAX) {
			header_r->raw.n = HEADER_VALUE_MAX;
			cur->truncated = true;
		}
		return true;
	}
	return false;
}

static uint64_t
name_prefix(struct slice name)
{
	uint64_t prefix = 0;

	for (size_t i = 0; i < sizeof(prefix); i++)
		prefix = prefix << 8 | (i < name.n ? (unsigned char)ascii_lower(name.p[i]) : 0);
	return prefix;
}

/* The order of two names, whose prefixes are known. */
static int
name_compare(uint64_t prefix, struct slice name, uint64_t other_prefix, struct slice other)
{
	if (prefix != other_prefix)
		return prefix < other_prefix ? -1 : 1;
	if (name.n <= sizeof(prefix) && other.n <= sizeof(prefix))
		return (name.n > other.n) - (name.n < other.n);
	/* Both are longer, or one is a prefix of the other's eight bytes or holds NULs. */
	if (name.n < sizeof(prefix) || other.n < sizeof(prefix))
		return slice_icompare(name, other);
	return slice_icompare(slice_from(name, sizeof(prefix)), slice_from(other, sizeof(prefix)));
}

static bool
entry_above(const struct header *v, const struct header_key *a, const struct header_key *b)
{
	return name_compare(a->prefix, v[a->place].name, b->prefix, v[b->place].name) > 0;
}

/* Merges the sorted runs from[a..middle) and from[middle..end) into to[a..end); stable. */
static void
merge_runs(const struct header *v, const struct header_key *from, struct header_key *to, size_t a,
    size_t middle, size_t end)
{
	size_t b = middle;

	for (size_t i = a; i < end; i++) {
		if (a < middle && (b >= end || !entry_above(v, &from[a], &from[b])))
			to[i] = from[a++];
		else
			to[i] = from[b++];
	}
}

/* Sorts the places of list->v by name, stably, by merging runs. */
static bool
index_build(struct arena *arena, struct header_list *list)
{
	size_t n = list->n;
	struct header_key *from = arena_array(arena, n, sizeof(*from));
	struct header_key *to = arena_array(arena, n, sizeof(*to));

	if (from == NULL || to == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		from[i] = (struct header_key){ name_prefix(list->v[i].name), (uint32_t)i };
	for (size_t run = 1; run < n; run *= 2) {
		struct header_key *swap = from;

		for (size_t a = 0; a < n; a += 2 * run)
			merge_runs(list->v, from, to, a, a + run < n ? a + run : n,
			    a + 2 * run < n ? a + 2 * run : n);
		from = to;
		to = swap;
	}
	list->by_name = from;
	return true;
}

static bool
list_fill(struct arena *arena, struct header_list *list, struct cursor cur, size_t n)
{
	list->v = arena_array(arena, n, sizeof(*list->v));
	if (list->v == NULL)
		return false;
	while (list->n < n && cursor_field(&cur, &list->v[list->n]))
		list->n++;
	return index_build(arena, list);
}

struct header_block
header_parse(struct arena *arena, enum header_kind kind, struct slice text, size_t most)
{
	struct cursor start = { .text = text, .kind = kind }, cur = start;
	struct header_block block = { .failed = false };
	struct header field;
	size_t n = 0;

	while (cursor_field(&cur, &field))
		n++;
	block.body = cur.body;
	block.missing_header = cur.missing_header;
	block.missing_separator = cur.missing_separator;
	block.truncated = cur.truncated;
	block.cut = n > most;
	n = block.cut ? most : n;
	if (n > UINT32_MAX || !list_fill(arena, &block.list, start, n)) {
		block.list = (struct header_list){ .n = 0 };
		block.failed = true;
	}
	block.list.bytes = slice_cut(text, 0, cur.end);
	return block;
}

struct header_list
header_without(struct arena *arena, const struct header_list *headers, struct slice prefix)
{
	struct header_list left = { .bytes = headers->bytes };

	for (size_t i = 0; i < headers->n; i++)
		left.n += !slice_istarts(headers->v[i].name, prefix);
	if (left.n == headers->n)
		return *headers;
	left.v = arena_array(arena, left.n, sizeof(*left.v));
	if (left.v == NULL)
		return *headers;
	left.n = 0;
	for (size_t i = 0; i < headers->n; i++)
		if (!slice_istarts(headers->v[i].name, prefix))
			left.v[left.n++] = headers->v[i];
	return index_build(arena, &left) ? left : *headers;
}

/* The first place in by_name whose name is not below `name` (or, `after`, is above it). */
static size_t
index_bound(const struct header_list *headers, struct slice name, uint64_t prefix, bool after)
{
	size_t low = 0, high = headers->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct header_key *key = &headers->by_name[middle];
		int order = name_compare(key->prefix, headers->v[key->place].name, prefix, name);

		if (order < 0 || (after && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The field at that place of by_name, if it has that name; NULL: it has not. */
static const struct header *
index_field(const struct header_list *headers, size_t at, struct slice name, uint64_t prefix)
{
	const struct header_key *key = &headers->by_name[at];
	const struct header *found = &headers->v[key->place];

	return name_compare(key->prefix, found->name, prefix, name) == 0 ? found : NULL;
}

const struct header *
header_find(const struct header_list *headers, struct slice name, size_t i)
{
	uint64_t prefix = name_prefix(name);
	size_t first = index_bound(headers, name, prefix, false);

	return i < headers->n - first ? index_field(headers, first + i, name, prefix) : NULL;
}

const struct header *
header_find_last(const struct header_list *headers, struct slice name)
{
	uint64_t prefix = name_prefix(name);
	size_t after = index_bound(headers, name, prefix, true);

	return after > 0 ? index_field(headers, after - 1, name, prefix) : NULL;
}

size_t
header_count(const struct header_list *headers, struct slice name)
{
	uint64_t prefix = name_prefix(name);

	return index_bound(headers, name, prefix, true) - index_bound(headers, name, prefix, false);
}

struct slice
header_unfold(struct arena *arena, const struct header *header)
{
	struct slice raw = slice_trim(header->raw);
	struct buf out = { .arena = arena };
	size_t at = 0;

	if (slice_find_byte(raw, 0, '\n') == raw.n)
		return raw;
	if (buf_reserve(&out, raw.n) == NULL)
		return SLICE_ABSENT;
	while (at < raw.n) {
		size_t fold = slice_find_byte(raw, at, '\n');

		buf_add(&out, slice_cut(raw, at, fold));
		at = fold + 1;
		if (fold < raw.n)
			buf_add_byte(&out, ' ');
		while (at < raw.n && ascii_is_blank(raw.p[at]))
			at++;
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}
