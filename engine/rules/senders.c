/*
 * senders.c - everybody who may have sent a message, and everybody it may be for
 *
 * SpamAssassin's all_from_addrs and all_to_addrs, by how they behave. Who sent
 * a message again (Resent-From, Resent-To, Resent-Cc; the topmost of each)
 * stands for all others. Else it is who stands in the fields below, and for
 * recipients whom the newest three Received fields name. Ours: whom the MTA
 * had in RCPT TO is a recipient too.
 */
#include "engine/rules/senders.h"

#include "engine/mime/domain.h"
#include "engine/rules/eval.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"

/* Received fields that are asked for a recipient. */
#define RECEIVED_MAX 3

struct collector {
	struct views *views;
	struct vec addresses; /* struct slice */
	struct map *seen;
	bool as_written; /* else in lower case */
	bool squeeze; /* "a@b...com" is a@b.com */
};

static bool
collector_open(struct collector *c, struct views *views)
{
	*c = (struct collector){ .views = views };
	c->addresses = VEC_OF(struct slice, views->arena);
	c->seen = map_new(views->arena, MAP_EXACT, views->hash_seed);
	return c->seen != NULL;
}

static void
add_address(struct collector *c, struct slice address)
{
	struct slice copy = arena_copy(c->views->arena, address), *added;
	char *p = (char *)copy.p;
	size_t n = 0;

	if (copy.p == NULL || copy.n == 0)
		return;
	for (size_t i = 0; i < copy.n; i++) {
		if (!c->squeeze || p[i] != '.' || n == 0 || p[n - 1] != '.')
			p[n++] = c->as_written ? p[i] : ascii_lower(p[i]);
	}
	copy.n = n;
	if (map_find(c->seen, copy) != NULL || !map_add(c->seen, copy, c))
		return;
	added = vec_push(&c->addresses);
	if (added != NULL)
		*added = copy;
}

/* All addresses of a field, one a line. */
static void
add_field(struct collector *c, enum fixed_field field)
{
	struct slice value = eval_field(c->views, field), line;

	while (slice_next_line(&value, &line))
		add_address(c, line);
}

static void
add_fields(struct collector *c, const enum fixed_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_field(c, fields[i]);
}

static bool
find_from(struct views *views, struct senders *senders)
{
	static const enum fixed_field fields[] = { FIXED_FROM_ADDR, FIXED_ENVELOPE_SENDER,
		FIXED_RESENT_SENDER, FIXED_X_ENVELOPE_FROM, FIXED_ENVELOPE_FROM };
	struct collector c;

	if (!collector_open(&c, views))
		return false;
	add_field(&c, FIXED_RESENT_FROM_FIRST);
	if (c.addresses.n == 0) {
		c.squeeze = true;
		add_fields(&c, fields, sizeof(fields) / sizeof(fields[0]));
	}
	senders->from = c.addresses.p;
	senders->from_count = c.addresses.n;
	return true;
}

/* Where the domain ends that begins at `from`: at ";" or ">;", one byte in at least; or text.n. */
static size_t
domain_end(struct slice text, size_t from)
{
	for (size_t i = from + 1; i < text.n; i++) {
		if (text.p[i] == ';' ||
		    (text.p[i] == '>' && i + 1 < text.n && text.p[i + 1] == ';'))
			return i;
	}
	return text.n;
}

/* The address that `word` begins with and a ";" ends; absent: none, or at no host that can be. */
static struct slice
address_in_word(struct views *views, struct slice word)
{
	for (size_t at = word.n; at > 1; at--) {
		size_t end;

		if (word.p[at - 1] != '@')
			continue;
		end = domain_end(word, at);
		if (end == word.n)
			continue;
		if (domain_is_host_name(domain_to_ascii(views->arena, slice_cut(word, at, end))))
			return slice_cut(word, 0, end);
		break;
	}
	return SLICE_ABSENT;
}

/* " for <user@host>;" in a Received field. */
static struct slice
received_for(struct views *views, struct slice line)
{
	static const struct slice mark = { " for ", 5 };
	struct slice address = SLICE_ABSENT;

	for (size_t at = slice_find(line, 0, mark); at < line.n && address.p == NULL;
	     at = slice_find(line, at + 1, mark)) {
		size_t start = at + mark.n, end;

		start += start < line.n && line.p[start] == '<' ? 1 : 0;
		for (end = start; end < line.n && !ascii_is_space(line.p[end]);)
			end++;
		address = address_in_word(views, slice_cut(line, start, end));
	}
	return address;
}

static void
add_received(struct collector *c)
{
	struct slice value = eval_field(c->views, FIXED_RECEIVED), line;

	for (size_t i = 0; i < RECEIVED_MAX && slice_next_line(&value, &line); i++)
		add_address(c, received_for(c->views, line));
}

static bool
find_to(struct views *views, struct senders *senders)
{
	static const enum fixed_field fields[] = { FIXED_TO_ADDR, FIXED_APPARENTLY_TO,
		FIXED_DELIVERED_TO_ADDR, FIXED_ENVELOPE_RECIPIENTS, FIXED_APPARENTLY_RESENT_TO,
		FIXED_X_ENVELOPE_TO, FIXED_ENVELOPE_TO, FIXED_X_DELIVERED_TO, FIXED_X_ORIGINAL_TO,
		FIXED_X_RCPT_TO, FIXED_X_REAL_TO, FIXED_CC_ADDR };
	const struct envelope *envelope = views->envelope;
	struct collector c;

	if (!collector_open(&c, views))
		return false;
	c.as_written = true;
	add_field(&c, FIXED_RESENT_TO_FIRST);
	add_field(&c, FIXED_RESENT_CC_FIRST);
	if (c.addresses.n == 0) {
		add_received(&c);
		add_fields(&c, fields, sizeof(fields) / sizeof(fields[0]));
	}
	for (size_t i = 0; i < envelope->rcpt_count; i++)
		add_address(&c, envelope->rcpts[i]);
	senders->to = c.addresses.p;
	senders->to_count = c.addresses.n;
	return true;
}

const struct senders *
senders_find(struct views *views)
{
	struct senders *senders = views->memos[MEMO_SENDERS];

	if (senders != NULL)
		return senders;
	senders = arena_alloc(views->arena, sizeof(*senders));
	if (senders == NULL || !find_from(views, senders) || !find_to(views, senders))
		return NULL;
	views->memos[MEMO_SENDERS] = senders;
	return senders;
}

static bool
any_in(
    struct views *views, const struct slice *addresses, size_t count, const struct address_set *set)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count && !views->spent; i++) {
		if (address_set_has(set, addresses[i]))
			return true;
		bytes += addresses[i].n;
		if (bytes >= BUDGET_BYTES) {
			bytes = 0;
			views_spent(views);
		}
	}
	return false;
}

bool
senders_from_in(struct views *views, const struct address_set *set)
{
	const struct senders *senders = set == NULL ? NULL : senders_find(views);

	return senders != NULL && any_in(views, senders->from, senders->from_count, set);
}

bool
senders_to_in(struct views *views, const struct address_set *set)
{
	const struct senders *senders = set == NULL ? NULL : senders_find(views);

	return senders != NULL && any_in(views, senders->to, senders->to_count, set);
}
