/*
 * facts.h - the questions of one message to the DNS, and their answers so far
 *
 * Whoever needs an answer asks and looks at its outcome. While that is
 * DNS_OPEN the asker gives up, says that it is open, and is run again from
 * its start when more is known: no asker keeps a state of its own between
 * rounds, and asking again for what was asked costs a look-up and no memory.
 * Each question goes to the shell once.
 *
 * Who wrote the message decides how many questions much of it is worth: so
 * those who ask have shares, and none can use up another's. Links by the
 * hundred must not keep the sender's domain from being asked for its policy,
 * nor a record of the sender's the lists. What has been asked is free for all.
 *
 * SYNOPSIS
 *	const struct dns_answer *answer = facts_ask(facts, DNS_TXT, name);
 *
 *	if (answer->outcome == DNS_OPEN)
 *		return SPF_OPEN;
 *	for (size_t i = 0; i < answer->record_count; i++)
 *		use(answer->records[i].data);
 */
#ifndef STEELYARD_ENGINE_NET_FACTS_H
#define STEELYARD_ENGINE_NET_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns.h"
#include "engine/util/arena.h"

/* Who asks, and how many new questions he may ask in one message; further ones are DNS_UNASKED. */
#define FACTS_SHARE_TABLE                                                                        \
	X(FACTS_RULES, 300) /* lists, and whatever else rules ask */                             \
	X(FACTS_ARC, 50) /* keys of a chain: as many as it may have sets, mostly they are few */ \
	X(FACTS_HELO, 120) /* SPF of the HELO name; see SPF_QUESTIONS_MAX */                     \
	X(FACTS_MAIL_FROM, 120) /* SPF of MAIL FROM */                                           \
	X(FACTS_AUTHOR, 60) /* the keys of signatures, and what From's domains say: DMARC */

enum facts_share {
#define X(name, most) name,
	FACTS_SHARE_TABLE
#undef X
	    FACTS_SHARE_COUNT
};

/* Questions that one message may ask in all. */
enum {
	FACTS_QUESTIONS_MAX = 0
#define X(name, most) +(most)
	FACTS_SHARE_TABLE
#undef X
};
/* Of one answer, what is kept: more records or bytes of them are left out. */
#define FACTS_RECORDS_MAX 256
#define FACTS_BYTES_MAX 65536

struct facts;

/* `on` false: nothing is ever asked, each answer is DNS_UNASKED. NULL at the arena's cap. */
struct facts *facts_new(struct arena *arena, bool on, uint64_t hash_seed);

/* Whether questions are asked at all. */
bool facts_on(const struct facts *facts);

/*
 * The answer to a question, which is asked when it is new. Letters of `name`
 * may have any case and a dot may end it; it is copied. A name that cannot be
 * (empty, a label of none or over 63 bytes, over 253 in all) is
 * DNS_NXDOMAIN. Never NULL; it lives as long as the arena, and its outcome
 * changes once, when it was DNS_OPEN. The first asks for FACTS_RULES.
 */
const struct dns_answer *facts_ask(struct facts *facts, enum dns_type type, struct slice name);
const struct dns_answer *
facts_ask_share(struct facts *facts, enum facts_share share, enum dns_type type, struct slice name);

/* The same for a name that is made for it, by printf, without memory. */
const struct dns_answer *facts_ask_made(struct facts *facts, enum facts_share share,
    enum dns_type type, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The name of a question that was asked, as it is kept; absent: it was not. */
struct slice facts_name(const struct facts *facts, enum dns_type type, struct slice name);

/* The next question that has not been handed out, or NULL. */
const struct dns_question *facts_next(struct facts *facts);

/* Takes an answer in, copied; one that was not asked for, or not open any more, is left aside. */
void facts_answer(
    struct facts *facts, const struct dns_question *question, const struct dns_answer *answer);

/* Questions asked, and those still open. */
size_t facts_asked(const struct facts *facts);
size_t facts_open(const struct facts *facts);

/* Whether facts_end was called. */
bool facts_ended(const struct facts *facts);

/* The deadline: what is open becomes DNS_TIMEOUT, and so does what is asked from now on. */
void facts_end(struct facts *facts);

#endif
