/*
 * facts.c - the questions of one message to the DNS, and their answers so far
 *
 * A question's key is its type's name and its name, "A example.org", in a
 * map; questions stand in the order in which they were asked.
 */
#include "engine/net/facts.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"

struct fact {
	struct dns_question question;
	struct dns_answer answer;
};

struct facts {
	struct arena *arena;
	struct map *by_key; /* -> struct fact */
	struct vec asked; /* struct fact * */
	size_t handed_out, open;
	size_t taken[FACTS_SHARE_COUNT]; /* of each share */
	bool on, ended;
};

static const struct dns_answer unasked = { .outcome = DNS_UNASKED };
static const struct dns_answer no_such_name = { .outcome = DNS_NXDOMAIN };
static const struct dns_answer too_late = { .outcome = DNS_TIMEOUT };

static const size_t share_sizes[FACTS_SHARE_COUNT] = {
#define X(name, most) [name] = (most),
	FACTS_SHARE_TABLE
#undef X
};

struct facts *
facts_new(struct arena *arena, bool on, uint64_t hash_seed)
{
	struct facts *facts = arena_alloc(arena, sizeof(*facts));

	if (facts == NULL)
		return NULL;
	facts->arena = arena;
	facts->on = on;
	facts->asked = VEC_OF(struct fact *, arena);
	facts->by_key = map_new(arena, MAP_EXACT, hash_seed);
	return facts->by_key == NULL ? NULL : facts;
}

bool
facts_on(const struct facts *facts)
{
	return facts->on;
}

/* Holds the longest key: a type's name, a blank, a name, and a NUL. */
#define KEY_SIZE (DNS_NAME_MAX + 8)

/* "A example.org" with the name in lower case, in `key`; the name can be. */
static struct slice
fact_key(const struct dns_question *question, char key[KEY_SIZE])
{
	size_t n = (size_t)snprintf(key, KEY_SIZE, "%s ", dns_type_name(question->type));

	for (size_t i = 0; i < question->name.n; i++)
		key[n++] = ascii_lower(question->name.p[i]);
	return (struct slice){ key, n };
}

/* A new question, open; NULL at the cap. */
static struct fact *
ask_new(struct facts *facts, enum dns_type type, struct slice key)
{
	struct fact *fact = arena_alloc(facts->arena, sizeof(*fact));
	struct fact **place;

	key = arena_copy(facts->arena, key);
	place = fact == NULL || key.p == NULL ? NULL : vec_push(&facts->asked);
	if (place == NULL)
		return NULL;
	*place = fact;
	if (!map_add(facts->by_key, key, fact)) {
		facts->asked.n--;
		return NULL;
	}
	fact->question.type = type;
	fact->question.name = slice_from(key, slice_find_byte(key, 0, ' ') + 1);
	facts->open++;
	return fact;
}

const struct dns_answer *
facts_ask(struct facts *facts, enum dns_type type, struct slice name)
{
	return facts_ask_share(facts, FACTS_RULES, type, name);
}

const struct dns_answer *
facts_ask_made(
    struct facts *facts, enum facts_share share, enum dns_type type, const char *format, ...)
{
	/* A dot may end a name; a longer one is none, cut or not. */
	char name[DNS_NAME_MAX + 3];
	va_list values;
	int n;

	va_start(values, format);
	n = vsnprintf(name, sizeof(name), format, values);
	va_end(values);
	if (n < 0 || (size_t)n >= sizeof(name))
		return facts->on ? &no_such_name : &unasked;
	return facts_ask_share(facts, share, type, (struct slice){ name, (size_t)n });
}

const struct dns_answer *
facts_ask_share(struct facts *facts, enum facts_share share, enum dns_type type, struct slice name)
{
	char text[KEY_SIZE];
	struct fact *fact;
	struct slice key;

	if (!facts->on)
		return &unasked;
	if (slice_ends(name, SLICE(".")))
		name = slice_cut(name, 0, name.n - 1);
	if (!dns_name_can_be(name))
		return &no_such_name;
	key = fact_key(&(struct dns_question){ type, name }, text);
	fact = map_find(facts->by_key, key);
	if (fact != NULL)
		return &fact->answer;
	if (facts->ended)
		return &too_late;
	if (facts->taken[share] >= share_sizes[share])
		return &unasked;
	fact = ask_new(facts, type, key);
	if (fact == NULL)
		return &unasked;
	facts->taken[share]++;
	return &fact->answer;
}

struct slice
facts_name(const struct facts *facts, enum dns_type type, struct slice name)
{
	char text[KEY_SIZE];
	const struct fact *fact;

	if (!dns_name_can_be(name))
		return SLICE_ABSENT;
	fact = map_find(facts->by_key, fact_key(&(struct dns_question){ type, name }, text));
	return fact == NULL ? SLICE_ABSENT : fact->question.name;
}

const struct dns_question *
facts_next(struct facts *facts)
{
	struct fact *fact;

	if (facts->ended || facts->handed_out >= facts->asked.n)
		return NULL;
	fact = *(struct fact **)vec_at(&facts->asked, facts->handed_out++);
	return &fact->question;
}

/* Copies what an answer holds, within the limits on its size; at the cap it holds nothing. */
static void
keep_records(struct facts *facts, struct dns_answer *kept, const struct dns_answer *answer)
{
	size_t most = answer->record_count < FACTS_RECORDS_MAX ? answer->record_count
							       : FACTS_RECORDS_MAX;
	struct dns_record *records = arena_array(facts->arena, most, sizeof(*records));
	size_t bytes = 0, n = 0;

	while (records != NULL && n < most) {
		struct slice data = answer->records[n].data;

		bytes += data.n;
		if (bytes > FACTS_BYTES_MAX)
			break;
		records[n].data = arena_copy(facts->arena, data);
		if (records[n].data.p == NULL)
			break;
		records[n].preference = answer->records[n].preference;
		n++;
	}
	kept->records = records;
	kept->record_count = n;
}

void
facts_answer(
    struct facts *facts, const struct dns_question *question, const struct dns_answer *answer)
{
	char text[KEY_SIZE];
	struct fact *fact = dns_name_can_be(question->name)
				? map_find(facts->by_key, fact_key(question, text))
				: NULL;

	assert(answer->outcome != DNS_OPEN);
	if (fact == NULL || fact->answer.outcome != DNS_OPEN)
		return;
	fact->answer = (struct dns_answer){ .outcome = answer->outcome, .ttl = answer->ttl };
	if (answer->outcome == DNS_FOUND)
		keep_records(facts, &fact->answer, answer);
	if (answer->outcome == DNS_FOUND && fact->answer.record_count == 0)
		fact->answer.outcome = DNS_SERVFAIL;
	facts->open--;
}

size_t
facts_asked(const struct facts *facts)
{
	return facts->asked.n;
}

size_t
facts_open(const struct facts *facts)
{
	return facts->open;
}

bool
facts_ended(const struct facts *facts)
{
	return facts->ended;
}

void
facts_end(struct facts *facts)
{
	facts->ended = true;
	for (size_t i = 0; i < facts->asked.n && facts->open > 0; i++) {
		struct fact *fact = *(struct fact **)vec_at(&facts->asked, i);

		if (fact->answer.outcome == DNS_OPEN) {
			fact->answer.outcome = DNS_TIMEOUT;
			facts->open--;
		}
	}
}
