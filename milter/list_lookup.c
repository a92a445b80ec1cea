/*
 * list_lookup.c - a lookup whose names may have {key:NAME} in them: secrets come in only here
 */
#include "config.h"

#include "milter/list_lookup.h"

#include <stdlib.h>
#include <string.h>

#include "engine/util/map.h"
#include "engine/util/vec.h"

/* A message has some hundred questions (facts.h), and answers of 64 KB. */
#define LOOKUP_ARENA ((size_t)64 << 20)

struct list_lookup {
	struct lookup *lookup;
	const struct dns_lists *lists;
	bool tests; /* all is for tests of lists */
	bool secret; /* a list has one */
	bool table; /* no servers are asked */
	struct arena *arena; /* NULL: no name had a secret so far */
	struct map *asked; /* "TYPE NAME" on the wire -> struct dns_question as asked */
	struct vec refused; /* struct dns_question */
	size_t refused_given;
};

struct list_lookup *
list_lookup_new(struct resolver *resolver, const struct dns_lists *lists, uint64_t client)
{
	struct list_lookup *lookup = calloc(1, sizeof(*lookup));

	if (lookup == NULL)
		abort();
	lookup->lookup = lookup_new(resolver, client);
	lookup->lists = lists;
	lookup->table = resolver_has_table(resolver);
	lookup->arena = arena_new(LOOKUP_ARENA);
	lookup->asked = map_new(lookup->arena, MAP_EXACT, 0);
	lookup->refused = VEC_OF(struct dns_question, lookup->arena);
	for (size_t i = 0; i < lists->n; i++)
		lookup->secret = lookup->secret || lists->v[i].secret.n > 0;
	return lookup;
}

struct list_lookup *
list_lookup_new_for_tests(struct resolver *resolver, const struct dns_lists *lists)
{
	struct list_lookup *lookup = list_lookup_new(resolver, lists, 0);

	lookup->tests = true;
	return lookup;
}

/* What a message's question is for. */
static enum dns_purpose
purpose_of(const struct dns_lists *lists, const struct dns_question *question)
{
	return dns_lists_of_name(lists, question->name) == NULL ? DNS_FOR_MESSAGES : DNS_FOR_LISTS;
}

static bool
has_key(struct slice name)
{
	return slice_find(name, 0, SLICE(DNS_LIST_KEY_START)) < name.n;
}

void
list_lookup_refuse(struct list_lookup *lookup, const struct dns_question *question)
{
	struct dns_question *refused = vec_push(&lookup->refused);

	if (refused != NULL)
		*refused = (struct dns_question){ question->type,
			arena_copy(lookup->arena, question->name) };
}

/* What stands for a question on the wire. */
static struct slice
asked_key(struct arena *arena, const struct dns_question *question)
{
	return arena_printf(arena, "%d %.*s", (int)question->type, SLICE_ARG(question->name));
}

void
list_lookup_add(struct list_lookup *lookup, const struct dns_question *question)
{
	char wire[DNS_NAME_MAX + 1];
	struct dns_question sent = *question, *kept;
	enum dns_purpose purpose = lookup->tests ? DNS_FOR_TESTS
						 : purpose_of(lookup->lists, question);
	struct slice key;

	/* a table has names as records of answers have them: without secrets */
	if (!has_key(question->name) || lookup->table) {
		lookup_add(lookup->lookup, question, purpose);
		return;
	}
	kept = arena_alloc(lookup->arena, sizeof(*kept));
	if (kept == NULL || !dns_lists_wire(lookup->lists, question->name, wire, &sent.name.n)) {
		list_lookup_refuse(lookup, question);
		return;
	}
	sent.name.p = wire;
	kept->type = question->type;
	kept->name = arena_copy(lookup->arena, question->name);
	key = asked_key(lookup->arena, &sent);
	if (key.p != NULL && map_add(lookup->asked, key, kept))
		lookup_add(lookup->lookup, &sent, purpose);
	else
		list_lookup_refuse(lookup, question);
}

bool
list_lookup_wait(struct list_lookup *lookup, int64_t until_us)
{
	if (lookup->refused_given < lookup->refused.n)
		return true;
	return lookup_wait(lookup->lookup, until_us);
}

/* The answer without what nobody shall see. */
static const struct dns_answer *
hide(struct list_lookup *lookup, const struct dns_answer *answer)
{
	struct dns_record *records = arena_array(
	    lookup->arena, answer->record_count + 1, sizeof(*records));
	struct dns_answer *hidden = arena_alloc(lookup->arena, sizeof(*hidden));

	if (records == NULL || hidden == NULL)
		return NULL;
	*hidden = *answer;
	hidden->records = records;
	for (size_t i = 0; i < answer->record_count; i++) {
		records[i] = answer->records[i];
		if (records[i].data.n > 16)
			records[i].data = dns_lists_hide(
			    lookup->arena, lookup->lists, records[i].data);
	}
	return hidden;
}

/* The question and answer as those above may see them. */
static void
give(struct list_lookup *lookup, const struct dns_question **question,
    const struct dns_answer **answer)
{
	static const struct dns_answer failed = { .outcome = DNS_SERVFAIL };
	struct slice key;
	const struct dns_question *asked;

	if (!lookup->secret)
		return;
	key = asked_key(lookup->arena, *question);
	asked = key.p == NULL ? NULL : map_find(lookup->asked, key);
	if (asked == NULL)
		return;
	*question = asked;
	/* who was asked by a key may say it; in answers of others its letters are chance */
	*answer = hide(lookup, *answer);
	if (*answer == NULL)
		*answer = &failed;
}

bool
list_lookup_next(struct list_lookup *lookup, const struct dns_question **question_r,
    const struct dns_answer **answer_r)
{
	static const struct dns_answer unasked = { .outcome = DNS_UNASKED };

	if (lookup->refused_given < lookup->refused.n) {
		*question_r = vec_at(&lookup->refused, lookup->refused_given++);
		*answer_r = &unasked;
		return true;
	}
	if (!lookup_next(lookup->lookup, question_r, answer_r))
		return false;
	give(lookup, question_r, answer_r);
	return true;
}

size_t
list_lookup_open(struct list_lookup *lookup)
{
	return lookup_open(lookup->lookup) + lookup->refused.n - lookup->refused_given;
}

void
list_lookup_end(struct list_lookup *lookup)
{
	lookup_end(lookup->lookup);
}

void
list_lookup_free(struct list_lookup **lookup)
{
	if (*lookup == NULL)
		return;
	lookup_free(&(*lookup)->lookup);
	arena_free(&(*lookup)->arena);
	free(*lookup);
	*lookup = NULL;
}

void
list_lookup_prefetch(struct resolver *resolver, const struct dns_lists *lists,
    const struct dns_question *question, uint64_t client)
{
	char wire[DNS_NAME_MAX + 1];
	struct dns_question sent = *question;

	if (has_key(question->name)) {
		if (!dns_lists_wire(lists, question->name, wire, &sent.name.n))
			return;
		sent.name.p = wire;
	}
	resolver_prefetch(resolver, &sent, purpose_of(lists, question), client);
}

bool
list_lookup_knows(
    struct resolver *resolver, const struct dns_lists *lists, const struct dns_question *question)
{
	char wire[DNS_NAME_MAX + 1];
	struct dns_question sent = *question;

	if (has_key(question->name)) {
		if (!dns_lists_wire(lists, question->name, wire, &sent.name.n))
			return true;
		sent.name.p = wire;
	}
	return resolver_knows(resolver, &sent);
}
