/*
 * author.c - the domains of a message's From
 *
 * A From may hold many addresses, and a forged message many From fields: the
 * domains of all of them are kept, so that none escapes its policy. Group
 * syntax and addresses without a domain name (an address literal, bytes that
 * are no host name) leave none. Dots before or behind a domain are dropped: a
 * reader's program shows ".bank.example" much as the bank itself.
 *
 * RFC 5322, 3.6.2; RFC 7489, 6.6.1. Limits: AUTHOR_DOMAINS_MAX, ADDRESSES_MAX,
 * AUTHOR_FIELDS_MAX.
 */
#include "engine/auth/author.h"

#include "engine/mime/address.h"
#include "engine/mime/domain.h"
#include "engine/util/ascii.h"

/* From fields that are read; beyond them the author is taken to have too many domains. */
#define AUTHOR_FIELDS_MAX 16

struct slice
author_domain(struct arena *arena, struct slice domain)
{
	size_t from = 0, to = domain.n;

	while (from < to && domain.p[from] == '.')
		from++;
	while (to > from && domain.p[to - 1] == '.')
		to--;
	return domain_to_ascii(arena, slice_cut(domain, from, to));
}

static void
add_domain(struct author *author, struct slice domain)
{
	for (size_t i = 0; i < author->domain_count; i++)
		if (slice_eq(author->domains[i], domain))
			return;
	if (author->domain_count == AUTHOR_DOMAINS_MAX)
		author->too_many = true;
	else
		author->domains[author->domain_count++] = domain;
}

/* The end of the quoted string or comment that begins at `at`; at + 1 where none does. */
static size_t
skip_aside(struct slice value, size_t at)
{
	char open = value.p[at], close = open == '(' ? ')' : '"';
	size_t depth = 1;

	at++;
	if (open != '"' && open != '(')
		return at;
	for (; at < value.n && depth > 0; at++) {
		char c = value.p[at];

		if (c == '\\')
			at++;
		else if (c == close)
			depth--;
		else if (c == open)
			depth++;
	}
	return at < value.n ? at : value.n;
}

static bool
is_domain_byte(char c)
{
	return ascii_is_alnum(c) || ascii_is_high(c) || c == '-' || c == '_' || c == '.';
}

/* What stands behind an @. */
static void
add_guesses(struct arena *arena, struct slice value, struct author *author)
{
	for (size_t at = 0; at < value.n && !author->too_many;) {
		size_t end = at + 1;
		struct slice domain;

		if (value.p[at] != '@') {
			at = skip_aside(value, at);
			continue;
		}
		while (end < value.n && is_domain_byte(value.p[end]))
			end++;
		domain = author_domain(arena, slice_cut(value, at + 1, end));
		if (domain.p != NULL)
			add_domain(author, domain);
		at = end;
	}
}

void
author_add(struct arena *arena, struct slice value, struct author *author)
{
	size_t before = author->domain_count;
	struct address_list list = address_parse(arena, value);

	for (size_t i = 0; i < list.n && !author->too_many; i++) {
		struct slice address = list.v[i].addr;
		size_t at = address.n;
		struct slice domain;

		while (at > 0 && address.p[at - 1] != '@')
			at--;
		domain = at == 0 ? SLICE_ABSENT : author_domain(arena, slice_from(address, at));
		if (domain.p != NULL)
			add_domain(author, domain);
	}
	if (list.n >= ADDRESSES_MAX)
		author->too_many = true;
	if (author->domain_count == before)
		add_guesses(arena, value, author);
}

void
author_find(struct arena *arena, const struct header_list *headers, struct author *author_r)
{
	const struct header *header;

	*author_r = (struct author){ .field_count = header_count(headers, SLICE("From")) };
	for (size_t i = 0; i < author_r->field_count; i++) {
		if (i == AUTHOR_FIELDS_MAX) {
			author_r->too_many = true;
			return;
		}
		header = header_find(headers, SLICE("From"), i);
		author_add(arena, header_unfold(arena, header), author_r);
	}
}
