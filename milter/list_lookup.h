/*
 * list_lookup.h - a lookup whose names may have {key:NAME} in them: secrets come in only here
 *
 * Questions go to the resolver with the lists' secrets in their names, and
 * come back as they were asked; secrets in what servers answer are taken out.
 * Everything above it, records of answers too, never sees one.
 */
#ifndef STEELYARD_MILTER_LIST_LOOKUP_H
#define STEELYARD_MILTER_LIST_LOOKUP_H

#include "engine/net/dns_list.h"
#include "milter/resolver.h"

struct list_lookup;

/* For a client's message, as lookup_new; the lists must outlive it; one thread at a time. */
struct list_lookup *
list_lookup_new(struct resolver *resolver, const struct dns_lists *lists, uint64_t client);

/* For tests of lists. */
struct list_lookup *
list_lookup_new_for_tests(struct resolver *resolver, const struct dns_lists *lists);

/* As lookup_add; a name whose secret is not known is not asked, and answered by DNS_UNASKED. */
void list_lookup_add(struct list_lookup *lookup, const struct dns_question *question);

/* Answers the question by DNS_UNASKED without asking: it is not to be asked now. */
void list_lookup_refuse(struct list_lookup *lookup, const struct dns_question *question);

/* As lookup_wait, lookup_next, lookup_open, lookup_end and lookup_free. */
bool list_lookup_wait(struct list_lookup *lookup, int64_t until_us);
bool list_lookup_next(struct list_lookup *lookup, const struct dns_question **question_r,
    const struct dns_answer **answer_r);
size_t list_lookup_open(struct list_lookup *lookup);
void list_lookup_end(struct list_lookup *lookup);
void list_lookup_free(struct list_lookup **lookup);

/* Asks for nobody now, as resolver_prefetch; without its secret it is not asked. */
void list_lookup_prefetch(struct resolver *resolver, const struct dns_lists *lists,
    const struct dns_question *question, uint64_t client);

/* Whether the answer is there already, or on its way, so that asking costs the list nothing. */
bool list_lookup_knows(
    struct resolver *resolver, const struct dns_lists *lists, const struct dns_question *question);

#endif
