/*
 * dns_operator.c - what is known of the operators of DNS lists
 *
 * 127.255.255.0/24 says "you are not answered" at whatever list; the rest
 * is the table dns_operator.def.
 */
#include "engine/net/dns_operator.h"

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* A zone and all below it. */
struct operator_row {
	struct slice zone;
	const char *errors;
};

static const struct operator_row operators[] = {
#define OPERATOR(zone, errors) { { zone, sizeof(zone) - 1 }, errors },
#define KEYED(zone, labels)
#include "engine/net/dns_operator.def"
#undef OPERATOR
#undef KEYED
};

/* A zone of those who pay. */
struct keyed_row {
	struct slice zone;
	unsigned labels; /* between the key and it */
};

static const struct keyed_row keyed[] = {
#define OPERATOR(zone, errors)
#define KEYED(zone, labels) { { zone, sizeof(zone) - 1 }, labels },
#include "engine/net/dns_operator.def"
#undef OPERATOR
#undef KEYED
};

#define KEYED_COUNT (sizeof(keyed) / sizeof(keyed[0]))

#define OPERATOR_COUNT (sizeof(operators) / sizeof(operators[0]))

static const struct dns_code everybodys = { DNS_CODE_RANGE, UINT32_C(0x7fffff00),
	UINT32_C(0x7fffffff) };

bool
dns_name_in_zone(struct slice name, struct slice zone)
{
	return slice_iends(name, zone) && (name.n == zone.n || name.p[name.n - zone.n - 1] == '.');
}

bool
dns_operator_known(struct slice name)
{
	for (size_t i = 0; i < OPERATOR_COUNT; i++)
		if (dns_name_in_zone(name, operators[i].zone))
			return true;
	return false;
}

bool
dns_operator_error(struct slice name, size_t i, struct dns_code *code_r)
{
	struct slice rest, word;
	struct err err;

	*code_r = everybodys;
	if (i-- == 0)
		return true;
	for (size_t k = 0; k < OPERATOR_COUNT; k++) {
		rest = slice_of(operators[k].errors);
		if (!dns_name_in_zone(name, operators[k].zone))
			continue;
		while (slice_next_word(&rest, &word))
			if (i-- == 0)
				return dns_code_parse(word, code_r, &err);
	}
	return false;
}

bool
dns_operator_refuses(struct slice name, const struct dns_answer *answer, uint32_t *code_r)
{
	struct dns_code code;

	for (size_t i = 0; dns_operator_error(name, i, &code); i++) {
		for (size_t k = 0; k < answer->record_count; k++) {
			*code_r = dns_code_of(&answer->records[k]);
			if (dns_code_has(&code, *code_r))
				return true;
		}
	}
	*code_r = 0;
	return false;
}

/* Where the label begins that ends at `end`; false: there is none. */
static bool
label_before(struct slice name, size_t end, size_t *start_r)
{
	size_t start = end;

	while (start > 0 && (ascii_is_word(name.p[start - 1]) || name.p[start - 1] == '-'))
		start--;
	*start_r = start;
	return start < end;
}

/* The key before a zone that begins at `at`. */
static bool
key_before(struct slice name, size_t at, unsigned labels, size_t *from_r, size_t *to_r)
{
	*from_r = at;
	for (unsigned i = 0; i <= labels; i++) {
		if (*from_r == 0 || name.p[*from_r - 1] != '.')
			return false;
		*to_r = *from_r - 1;
		if (!label_before(name, *to_r, from_r))
			return false;
	}
	return name.p[*from_r] != '_'; /* a part of a list, "_email" */
}

bool
dns_operator_key(struct slice name, size_t *from_r, size_t *to_r)
{
	for (size_t i = 0; i < KEYED_COUNT; i++)
		if (dns_name_in_zone(name, keyed[i].zone))
			return key_before(
			    name, name.n - keyed[i].zone.n, keyed[i].labels, from_r, to_r);
	return false;
}

/* The text with the keys of one row's zone masked. */
static struct slice
mask_one(struct arena *arena, const struct keyed_row *row, struct slice text)
{
	struct buf out = { .arena = arena };
	size_t done = 0, from, to;

	for (size_t at = slice_ifind(text, 0, row->zone); at < text.n;
	     at = slice_ifind(text, at + row->zone.n, row->zone)) {
		if (!key_before(text, at, row->labels, &from, &to) || from < done)
			continue;
		buf_add(&out, slice_cut(text, done, from));
		buf_add(&out, SLICE("{key}"));
		done = to;
	}
	if (done == 0)
		return text;
	buf_add(&out, slice_from(text, done));
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

struct slice
dns_operator_mask(struct arena *arena, struct slice text)
{
	for (size_t i = 0; i < KEYED_COUNT && text.p != NULL; i++)
		text = mask_one(arena, &keyed[i], text);
	return text;
}
