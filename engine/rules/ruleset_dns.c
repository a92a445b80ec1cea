/*
 * ruleset_dns.c - the DNS lists of a ruleset, by number
 *
 * Those described come first; a zone that a rule names itself becomes an
 * implied list, unless one is described for it. While rules are compiled they
 * say which codes they take, so that a message can tell a code that nobody
 * knows from one that is another rule's business.
 */
#include "engine/rules/copy.h"
#include "engine/rules/dnsbl.h"
#include "engine/rules/eval.h"
#include "engine/rules/kinds.h"
#include "engine/rules/rule.h"

/* Who asks a list. */
struct book_entry {
	struct dns_list list;
	struct vec declared; /* struct dns_code */
	struct vec rules; /* const struct rule * */
	bool open; /* one asks without saying which codes it takes */
};

struct dns_book {
	struct arena *arena; /* of the layer that made it */
	struct vec entries; /* struct book_entry */
	struct map *by_name, *by_zone; /* number + 1 */
};

static struct dns_book *
book_new(struct arena *arena)
{
	struct dns_book *book = arena_alloc(arena, sizeof(*book));

	book->arena = arena;
	book->entries = VEC_OF(struct book_entry, arena);
	book->by_name = map_new(arena, MAP_FOLDED, 0);
	book->by_zone = map_new(arena, MAP_FOLDED, 0);
	return book;
}

static struct book_entry *
add_entry(struct dns_book *book, const struct dns_list *list)
{
	struct book_entry *entry = vec_push(&book->entries);
	void *number = (void *)(uintptr_t)book->entries.n;
	char form[DNS_ZONE_FORM_MAX];

	*entry = (struct book_entry){ .list = *list };
	entry->declared = VEC_OF(struct dns_code, book->arena);
	entry->rules = VEC_OF(const struct rule *, book->arena);
	map_add(book->by_name, entry->list.name, number);
	map_add(
	    book->by_zone, arena_copy(book->arena, dns_zone_form(entry->list.zone, form)), number);
	return entry;
}

/* The book to write in: that of a layer below is const, and is copied. */
static struct dns_book *
own_book(struct ruleset *ruleset)
{
	const struct dns_book *other = ruleset->dns_book;

	if (other->arena == ruleset->arena)
		return ruleset->dns_book;
	ruleset->dns_book = book_new(ruleset->arena);
	for (size_t i = 0; i < other->entries.n; i++) {
		const struct book_entry *from = vec_at(&other->entries, i);
		struct book_entry *entry = add_entry(ruleset->dns_book, &from->list);

		entry->open = from->open;
		for (size_t k = 0; k < from->declared.n; k++)
			*(struct dns_code *)vec_push(&entry->declared) = *(struct dns_code *)vec_at(
			    &from->declared, k);
		for (size_t k = 0; k < from->rules.n; k++)
			*(const struct rule **)vec_push(&entry->rules) = *(
			    const struct rule **)vec_at(&from->rules, k);
	}
	return ruleset->dns_book;
}

static size_t
add_list(struct ruleset *ruleset, const struct dns_list *list)
{
	struct dns_book *book = own_book(ruleset);
	const struct dns_list copy = copy_dns_list(ruleset->arena, list);

	add_entry(book, &copy);
	return book->entries.n - 1;
}

void
ruleset_dns_open(struct ruleset *ruleset, const struct dns_list *lists, size_t count)
{
	ruleset->dns_book = book_new(ruleset->arena);
	ruleset->local_domains = ruleset_hosts(ruleset, SLICE("local_domains"));
	ruleset->uri_skip[0] = ruleset_hosts(ruleset, SLICE("uri_skip_domains"));
	ruleset->uri_skip[1] = ruleset_hosts(ruleset, SLICE("uridnsbl_skip_domain"));
	ruleset->uri_skip[2] = ruleset_hosts(ruleset, SLICE("WELCOME"));
	for (size_t i = 0; i < count; i++)
		add_list(ruleset, &lists[i]);
}

bool
ruleset_dns_list(struct ruleset *ruleset, struct slice name, size_t *number_r)
{
	uintptr_t number = (uintptr_t)map_find(ruleset->dns_book->by_name, name);

	if (number == 0 || ruleset_dns_at(ruleset, number - 1)->implied)
		return false;
	*number_r = number - 1;
	return true;
}

/*
 * The number + 1 of the list with that zone; 0: none. Keys are no difference: two of one
 * operator's zone are one list, which is asked by the key of the first.
 */
static uintptr_t
number_of_zone(const struct ruleset *ruleset, struct slice zone)
{
	char form[DNS_ZONE_FORM_MAX];

	return (uintptr_t)map_find(ruleset->dns_book->by_zone, dns_zone_form(zone, form));
}

bool
ruleset_dns_zone_known(const struct ruleset *ruleset, struct slice zone, size_t *number_r)
{
	uintptr_t number = number_of_zone(ruleset, zone);

	*number_r = number - 1;
	return number != 0;
}

/* The zone of the list that a rule names by its zone, and what that takes; absent: none. */
static struct slice
zone_asked(const struct ruleset *ruleset, const struct rule *rule, unsigned *takes_r)
{
	struct slice zone;

	*takes_r = DNS_LIST_DOMAIN;
	if (rule->def.kind == RULE_DNS)
		return kind_dns_zone(rule);
	if (rule->def.kind != RULE_FUNCTION)
		return SLICE_ABSENT;
	zone = uribl_zone(ruleset, rule);
	if (zone.p == NULL)
		zone = askdns_zone(ruleset, rule);
	if (zone.p != NULL)
		return zone;
	*takes_r = DNS_LIST_IP;
	zone = dnsbl_zone(rule);
	if (zone.p != NULL)
		return zone;
	*takes_r = DNS_LIST_HASH;
	return hashbl_zone(rule);
}

/* The zones that rules name themselves become lists. */
void
ruleset_dns_imply(struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->layer->count; i++) {
		const struct rule *rule = &ruleset->layer->rules[i];
		struct slice zone;
		unsigned takes;
		size_t number;

		if (rule->broken)
			continue;
		zone = zone_asked(ruleset, rule, &takes);
		if (zone.p != NULL && ruleset_dns_zone(ruleset, zone, takes, &number))
			ruleset_dns_declare(ruleset, rule, number, NULL);
	}
}

bool
ruleset_dns_zone(struct ruleset *ruleset, struct slice zone, unsigned takes, size_t *number_r)
{
	struct dns_list list;
	uintptr_t number;

	if (!dns_list_of_zone(ruleset->arena, zone, takes, &list))
		return false;
	number = number_of_zone(ruleset, list.zone);
	*number_r = number != 0 ? number - 1 : add_list(ruleset, &list);
	return true;
}

void
ruleset_dns_declare(
    struct ruleset *ruleset, const struct rule *rule, size_t number, const struct dns_codes *codes)
{
	struct book_entry *entry = vec_at(&own_book(ruleset)->entries, number);

	*(const struct rule **)vec_push(&entry->rules) = rule;
	entry->open |= codes == NULL;
	for (size_t i = 0; codes != NULL && i < codes->n; i++)
		*(struct dns_code *)vec_push(&entry->declared) = codes->v[i];
}

const struct dns_list *
ruleset_dns_at(const struct ruleset *ruleset, size_t number)
{
	return &((const struct book_entry *)vec_at(&ruleset->dns_book->entries, number))->list;
}

void
ruleset_dns_close(struct ruleset *ruleset)
{
	const struct vec *entries = &ruleset->dns_book->entries;
	struct dns_list *lists;

	if (ruleset->dns_book->arena != ruleset->arena)
		return; /* nothing was added to what the layers below have */
	lists = arena_array(ruleset->arena, entries->n + 1, sizeof(*lists));
	for (size_t i = 0; i < entries->n; i++) {
		const struct book_entry *entry = vec_at(entries, i);

		lists[i] = entry->list;
		if (!entry->open)
			lists[i].declared = (struct dns_codes){ entry->declared.p,
				entry->declared.n };
	}
	ruleset->dns_lists = (struct dns_lists){ lists, entries->n };
}

const struct origin *
ruleset_dns_origin(const struct ruleset *ruleset, size_t number)
{
	const struct book_entry *entry = vec_at(&ruleset->dns_book->entries, number);

	if (!entry->list.implied || entry->rules.n == 0)
		return &entry->list.origin;
	return &(*(const struct rule **)vec_at(&entry->rules, 0))->def.origin;
}

const struct dns_lists *
ruleset_dns_lists(const struct ruleset *ruleset)
{
	return &ruleset->dns_lists;
}

bool
ruleset_asks(const struct ruleset *ruleset, size_t list)
{
	const struct book_entry *entry = vec_at(&ruleset->dns_book->entries, list);

	for (size_t i = 0; i < entry->rules.n; i++) {
		const struct rule *rule = *(const struct rule **)vec_at(&entry->rules, i);

		if (rule->live && ruleset->rules[rule->index] == rule)
			return true;
	}
	return false;
}
