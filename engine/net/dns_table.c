/*
 * dns_table.c - answers of the DNS from a text: for tests and bug reports
 *
 * A node for each name, and one for each name above it, so that "there, but
 * without records" (RFC 8020, RFC 4592, 2.2.2) can be told from "not there";
 * a node holds a set of records for each type. A node that has nothing but
 * `!NXDOMAIN` does not exist, and makes no name above it exist.
 */
#include "engine/net/dns_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/mime/ip.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"

/* Not asked for by itself, so no dns_type (RFC 1035, 3.2.2); and all of them (3.2.3). */
#define TYPE_CNAME 5
#define TYPE_ANY 255

/* A string of a TXT record (RFC 1035, 3.3). */
#define STRING_MAX 255

struct set {
	unsigned type;
	enum dns_outcome outcome;
	struct vec records; /* struct dns_record */
};

struct node {
	struct vec sets; /* struct set */
	bool exists;
};

struct dns_table {
	struct arena *arena;
	struct map *nodes; /* name -> struct node */
};

/* One line while it is read. */
struct line {
	struct dns_table *table;
	struct slice text, rest;
	unsigned number;
	struct err *err;
};

static const enum dns_type all_types[] = { DNS_A, DNS_AAAA, DNS_MX, DNS_NS, DNS_PTR, DNS_TXT };

static bool
line_fails(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Tells what is wrong where the line is read; false. */
static bool
line_fails(struct line *line, const char *format, ...)
{
	unsigned column = (unsigned)(line->text.n - line->rest.n) + 1;
	char text[ERR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err_at(line->err, NULL, line->number, column, "%s", text);
	return false;
}

static bool
line_is_full(struct line *line)
{
	return line_fails(
	    line, "the table needs more than %zu bytes", arena_cap(line->table->arena));
}

/* Past blanks; a comment ends the line. */
static void
skip_blanks(struct line *line)
{
	while (line->rest.n > 0 && ascii_is_space(line->rest.p[0]))
		line->rest = slice_from(line->rest, 1);
	if (line->rest.n > 0 && line->rest.p[0] == ';')
		line->rest = slice_from(line->rest, line->rest.n);
}

/* Takes a word off the line, escapes as they stand. False when there is none. */
static bool
next_word(struct line *line, struct slice *word_r)
{
	size_t i = 0;

	skip_blanks(line);
	while (i < line->rest.n && !ascii_is_space(line->rest.p[i]))
		i += line->rest.p[i] == '\\' && i + 1 < line->rest.n ? 2 : 1;
	*word_r = slice_cut(line->rest, 0, i);
	line->rest = slice_from(line->rest, i);
	return i > 0;
}

/* The byte that an escape behind a backslash stands for: \DDD or \X. False when it is none. */
static bool
read_escape(struct slice *rest, char *byte_r)
{
	unsigned value = 0;
	size_t n = 0;

	while (n < 3 && n < rest->n && ascii_is_digit(rest->p[n]))
		value = value * 10 + (unsigned)(rest->p[n++] - '0');
	if (rest->n == 0 || (n > 0 && n < 3) || value > 255)
		return false;
	*byte_r = n == 0 ? rest->p[0] : (char)value;
	*rest = slice_from(*rest, n == 0 ? 1 : n);
	return true;
}

/* Reads a name, into lower case and without the dot at its end; "." is the empty name. */
static bool
read_name(struct line *line, struct slice word, struct slice *name_r)
{
	struct buf name = { .arena = line->table->arena };
	struct slice rest = word;

	if (slice_eq(word, SLICE("."))) {
		*name_r = SLICE("");
		return true;
	}
	while (rest.n > 0) {
		char byte = rest.p[0];

		rest = slice_from(rest, 1);
		if (byte == '.' && rest.n == 0)
			break;
		if (byte == '\\' && (!read_escape(&rest, &byte) || byte == '.'))
			return line_fails(line,
			    "\"%.*s\": \\DDD or \\ and a mark other than a dot "
			    "expected behind a backslash",
			    SLICE_ARG(word));
		buf_add_byte(&name, ascii_lower(byte));
	}
	if (name.failed)
		return line_is_full(line);
	*name_r = buf_slice(&name);
	return dns_name_can_be(*name_r) ||
	       line_fails(line, "\"%.*s\" cannot be a name of the DNS", SLICE_ARG(word));
}

static bool
read_name_data(struct line *line, struct dns_record *record)
{
	struct slice word;

	if (!next_word(line, &word))
		return line_fails(line, "a name expected");
	return read_name(line, word, &record->data);
}

static bool
read_address(struct line *line, size_t size, struct dns_record *record)
{
	struct slice word;
	struct ip ip;
	bool colon, read;

	if (!next_word(line, &word))
		return line_fails(line, "an address expected");
	colon = slice_find_byte(word, 0, ':') < word.n;
	read = ip_parse(word, &ip) && colon == (size == sizeof(ip.v));
	if (!read)
		return line_fails(line, "\"%.*s\" is no IPv%c address", SLICE_ARG(word),
		    size == sizeof(ip.v) ? '6' : '4');
	record->data = arena_copy(
	    line->table->arena, (struct slice){ (const char *)ip.v + sizeof(ip.v) - size, size });
	return record->data.p != NULL || line_is_full(line);
}

static bool
read_mx(struct line *line, struct dns_record *record)
{
	struct slice word;
	unsigned long value = 0;
	size_t i = 0;

	if (!next_word(line, &word))
		return line_fails(line, "a preference and a name expected");
	while (i < word.n && ascii_is_digit(word.p[i]) && value <= UINT16_MAX)
		value = value * 10 + (unsigned long)(word.p[i++] - '0');
	if (i < word.n || value > UINT16_MAX)
		return line_fails(
		    line, "preference \"%.*s\": a number up to 65535 expected", SLICE_ARG(word));
	record->preference = (unsigned)value;
	return read_name_data(line, record);
}

/* One string in double quotes, appended to `out`. */
static bool
read_string(struct line *line, struct buf *out)
{
	struct slice rest = slice_from(line->rest, 1);

	while (rest.n > 0 && rest.p[0] != '"') {
		char byte = rest.p[0];

		rest = slice_from(rest, 1);
		if (byte == '\\' && !read_escape(&rest, &byte))
			return line_fails(
			    line, "\\DDD or \\ and a mark expected behind a backslash");
		buf_add_byte(out, byte);
	}
	if (rest.n == 0)
		return line_fails(line, "this string has no closing quote");
	line->rest = slice_from(rest, 1);
	return true;
}

static bool
read_strings(struct line *line, struct dns_record *record)
{
	struct buf text = { .arena = line->table->arena };
	size_t count = 0;

	for (skip_blanks(line); line->rest.n > 0; skip_blanks(line), count++) {
		if (line->rest.p[0] != '"')
			return line_fails(line, "a string in double quotes expected");
		if (!read_string(line, &text))
			return false;
	}
	if (text.failed)
		return line_is_full(line);
	record->data = text.n == 0 ? SLICE("") : buf_slice(&text);
	return count > 0 || line_fails(line, "a string in double quotes expected");
}

static bool
read_data(struct line *line, unsigned type, struct dns_record *record)
{
	switch (type) {
	case DNS_A:
		return read_address(line, 4, record);
	case DNS_AAAA:
		return read_address(line, 16, record);
	case DNS_MX:
		return read_mx(line, record);
	case DNS_TXT:
		return read_strings(line, record);
	case TYPE_ANY:
		return line_fails(line, "ANY is for !NXDOMAIN, !NODATA, !SERVFAIL and !TIMEOUT");
	default:
		return read_name_data(line, record);
	}
}

static struct node *
add_node(struct dns_table *table, struct slice name)
{
	struct node *node = map_find(table->nodes, name);

	if (node != NULL)
		return node;
	node = arena_alloc(table->arena, sizeof(*node));
	if (node == NULL || !map_add(table->nodes, name, node))
		return NULL;
	node->sets = VEC_OF(struct set, table->arena);
	return node;
}

/* Makes a name exist, and the names above it. */
static bool
make_exist(struct line *line, struct slice name)
{
	for (;;) {
		struct node *node = add_node(line->table, name);

		if (node == NULL)
			return line_is_full(line);
		if (node->exists || name.n == 0)
			return true;
		node->exists = true;
		name = slice_from(name, slice_find_byte(name, 0, '.') + 1);
	}
}

static struct set *
find_set(const struct node *node, unsigned type)
{
	for (size_t i = 0; i < node->sets.n; i++) {
		struct set *set = vec_at(&node->sets, i);

		if (set->type == type)
			return set;
	}
	return NULL;
}

/* The set of that type, which must not be there with another outcome. */
static struct set *
add_set(struct line *line, struct slice name, unsigned type, enum dns_outcome outcome)
{
	struct node *node = add_node(line->table, name);
	struct set *set = node == NULL ? NULL : find_set(node, type);

	if (set != NULL && set->outcome != outcome) {
		(void)line_fails(line, "\"%.*s\" has both records and an outcome, or two outcomes",
		    SLICE_ARG(name));
		return NULL;
	}
	if (set != NULL)
		return set;
	set = node == NULL ? NULL : vec_push(&node->sets);
	if (set == NULL) {
		(void)line_is_full(line);
		return NULL;
	}
	*set = (struct set){ .type = type, .outcome = outcome };
	set->records = VEC_OF(struct dns_record, line->table->arena);
	return set;
}

/* "!NXDOMAIN" and so on. */
static bool
read_outcome(struct line *line, struct slice name, unsigned type)
{
	static const enum dns_outcome outcomes[] = { DNS_NXDOMAIN, DNS_NODATA, DNS_SERVFAIL,
		DNS_TIMEOUT };
	enum dns_outcome outcome = DNS_OPEN;
	struct slice word;

	(void)next_word(line, &word);
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (slice_ieq(slice_from(word, 1), slice_of(dns_outcome_name(outcomes[i]))))
			outcome = outcomes[i];
	if (outcome == DNS_OPEN || type == TYPE_CNAME)
		return line_fails(line,
		    "\"%.*s\": !NXDOMAIN, !NODATA, !SERVFAIL or !TIMEOUT "
		    "expected, and no CNAME",
		    SLICE_ARG(word));
	for (size_t i = 0; i < sizeof(all_types) / sizeof(all_types[0]); i++)
		if ((type == TYPE_ANY || type == all_types[i]) &&
		    add_set(line, name, all_types[i], outcome) == NULL)
			return false;
	return outcome == DNS_NXDOMAIN || make_exist(line, name);
}

static bool
read_record(struct line *line, struct slice name, unsigned type)
{
	struct dns_record *record, read = { .preference = 0 };
	struct set *set;

	if (!read_data(line, type, &read))
		return false;
	set = add_set(line, name, type, DNS_FOUND);
	if (set == NULL)
		return false;
	if (type == TYPE_CNAME && set->records.n > 0)
		return line_fails(line, "\"%.*s\" has a CNAME already", SLICE_ARG(name));
	record = vec_push(&set->records);
	if (record == NULL)
		return line_is_full(line);
	*record = read;
	return make_exist(line, name);
}

static bool
read_type(struct line *line, unsigned *type_r)
{
	struct slice word;

	if (!next_word(line, &word))
		return line_fails(line, "a type expected behind the name");
	*type_r = dns_type_of(word);
	if (slice_ieq(word, SLICE("CNAME")))
		*type_r = TYPE_CNAME;
	if (slice_ieq(word, SLICE("ANY")))
		*type_r = TYPE_ANY;
	return *type_r != 0 || line_fails(line,
				   "type \"%.*s\": A, AAAA, CNAME, MX, NS, PTR or TXT expected; a "
				   "table has neither TTL nor class",
				   SLICE_ARG(word));
}

static bool
read_line(struct line *line)
{
	struct slice word, name;
	unsigned type = 0;

	if (!next_word(line, &word))
		return true;
	if (!read_name(line, word, &name) || !read_type(line, &type))
		return false;
	if (name.n == 0)
		return line_fails(line, "the root has no records here");
	skip_blanks(line);
	if (line->rest.n > 0 && line->rest.p[0] == '!' ? !read_outcome(line, name, type)
						       : !read_record(line, name, type))
		return false;
	skip_blanks(line);
	return line->rest.n == 0 ||
	       line_fails(
		   line, "\"%.*s\" behind the record: one record a line", SLICE_ARG(line->rest));
}

const struct dns_table *
dns_table_read(struct arena *arena, struct slice text, struct err *err)
{
	struct dns_table *table = arena_alloc(arena, sizeof(*table));
	struct line line = { .table = table, .err = err };

	if (table != NULL)
		*table = (struct dns_table){ arena, map_new(arena, MAP_EXACT, 0) };
	if (table == NULL || table->nodes == NULL) {
		err_set(err, "the table needs more than %zu bytes", arena_cap(arena));
		return NULL;
	}
	while (slice_next_line(&text, &line.text)) {
		line.rest = line.text;
		line.number++;
		if (!read_line(&line))
			return NULL;
	}
	return table;
}

static const struct node *
find_existing(const struct dns_table *table, struct slice name)
{
	const struct node *node = map_find(table->nodes, name);

	return node != NULL && node->exists ? node : NULL;
}

/* The wildcard right below the closest name above `name` that exists (RFC 4592, 3.3.1). */
static const struct node *
find_wildcard(const struct dns_table *table, struct slice name)
{
	char wildcard[DNS_NAME_MAX + 2] = "*.";
	size_t dot = slice_find_byte(name, 0, '.');

	while (dot < name.n && find_existing(table, slice_from(name, dot + 1)) == NULL)
		dot = slice_find_byte(name, dot + 1, '.');
	name = slice_from(name, dot + 1);
	if (name.n == 0)
		return find_existing(table, SLICE("*"));
	memcpy(wildcard + 2, name.p, name.n);
	return find_existing(table, (struct slice){ wildcard, name.n + 2 });
}

/* The answer at a name itself; false, *name following it, when there is a CNAME in its stead. */
static bool
answer_at(
    const struct dns_table *table, unsigned type, struct slice *name, struct dns_answer *answer)
{
	const struct node *node = map_find(table->nodes, *name);
	const struct set *set = node == NULL ? NULL : find_set(node, type);

	if (set == NULL && (node == NULL || !node->exists))
		node = find_wildcard(table, *name);
	if (set == NULL && node != NULL)
		set = find_set(node, type);
	if (set != NULL) {
		answer->outcome = set->outcome;
		answer->records = set->records.p;
		answer->record_count = set->records.n;
		return true;
	}
	set = node == NULL ? NULL : find_set(node, TYPE_CNAME);
	if (set != NULL) {
		*name = ((const struct dns_record *)vec_at(&set->records, 0))->data;
		return false;
	}
	answer->outcome = node == NULL ? DNS_NXDOMAIN : DNS_NODATA;
	return true;
}

void
dns_table_answer(
    const struct dns_table *table, const struct dns_question *question, struct dns_answer *answer_r)
{
	struct slice name = question->name;

	*answer_r = (struct dns_answer){ .outcome = DNS_SERVFAIL, .ttl = DNS_TABLE_TTL };
	if (name.n > DNS_NAME_MAX) {
		answer_r->outcome = DNS_NXDOMAIN;
		return;
	}
	for (size_t i = 0; i <= DNS_TABLE_CNAMES_MAX; i++)
		if (answer_at(table, question->type, &name, answer_r))
			return;
}

/* A byte that a zone file would take for something else goes as \DDD. */
static void
write_byte(struct buf *out, char byte, bool quoted)
{
	static const struct slice marks = { " \"\\;()@$", 8 };
	bool escape = !ascii_is_print(byte) || byte == '"' || byte == '\\' ||
		      (!quoted && slice_find_byte(marks, 0, byte) < marks.n);

	if (escape)
		buf_printf(out, "\\%03u", (unsigned char)byte);
	else
		buf_add_byte(out, byte);
}

static void
write_name(struct buf *out, struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		write_byte(out, name.p[i], false);
	buf_add_byte(out, '.');
}

/* Strings of at most 255 bytes, so that a zone file may have the line too. */
static void
write_strings(struct buf *out, struct slice text)
{
	buf_add_byte(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (i > 0 && i % STRING_MAX == 0)
			buf_add(out, SLICE("\" \""));
		write_byte(out, text.p[i], true);
	}
	buf_add_byte(out, '"');
}

static void
write_ip6(struct buf *out, struct slice address)
{
	for (size_t i = 0; i < address.n; i += 2)
		buf_printf(out, "%s%x", i == 0 ? "" : ":",
		    (unsigned char)address.p[i] << 8 | (unsigned char)address.p[i + 1]);
}

static void
write_data(struct buf *out, enum dns_type type, const struct dns_record *record)
{
	const unsigned char *p = (const unsigned char *)record->data.p;

	switch (type) {
	case DNS_A:
		buf_printf(out, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
		return;
	case DNS_AAAA:
		write_ip6(out, record->data);
		return;
	case DNS_MX:
		buf_printf(out, "%u ", record->preference);
		write_name(out, record->data);
		return;
	case DNS_NS:
	case DNS_PTR:
		write_name(out, record->data);
		return;
	case DNS_TXT:
		write_strings(out, record->data);
		return;
	}
}

static void
write_owner(struct buf *out, const struct dns_question *question)
{
	write_name(out, question->name);
	buf_printf(out, " %s ", dns_type_name(question->type));
}

void
dns_table_write_answer(
    struct buf *out, const struct dns_question *question, const struct dns_answer *answer)
{
	size_t size = question->type == DNS_A ? 4 : question->type == DNS_AAAA ? 16 : 0;

	if (answer->outcome == DNS_OPEN || answer->outcome == DNS_UNASKED)
		return;
	if (answer->outcome != DNS_FOUND) {
		write_owner(out, question);
		buf_printf(out, "!%s\n", dns_outcome_name(answer->outcome));
		return;
	}
	for (size_t i = 0; i < answer->record_count; i++) {
		if (size > 0 && answer->records[i].data.n != size)
			continue;
		write_owner(out, question);
		write_data(out, question->type, &answer->records[i]);
		buf_add_byte(out, '\n');
	}
}
