/*
 * dns_list.h - one DNS list: its zone, its keys, what its answers mean, how it is tested (RFC 5782)
 *
 * Plain data that people write (`dns_lists:`) or that follows from a zone that
 * a rule of SpamAssassin's names. The engine asks names below the zone through
 * facts.h; whether the list is well, and whether it may be asked at all, the
 * shell knows and hands in as struct dns_list_state.
 *
 * A zone may need a secret (a customer's key). The engine never has it in a
 * name: its questions say "{key:NAME}" and only dns_lists_wire, which the shell
 * calls last before it sends, puts the secret there. So no note, log line or
 * record of answers can hold one. A key that stands in the zone itself, as in
 * SpamAssassin's rules for operators whose zones have one (dns_operator.def),
 * becomes a secret likewise.
 *
 * SYNOPSIS
 *	name = dns_list_name(arena, list, ip_reversed(arena, &ip));
 *	answer = facts_ask(facts, DNS_A, name);
 *	switch (dns_list_read(list, answer, &code)) {
 *	case DNS_LIST_LISTED:
 *		hit = dns_list_has(list, answer, &codes);
 *	...
 */
#ifndef STEELYARD_ENGINE_NET_DNS_LIST_H
#define STEELYARD_ENGINE_NET_DNS_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns.h"
#include "engine/net/dns_code.h"
#include "engine/rules/rule_def.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* What a zone's key is written as, by people and in questions. */
#define DNS_LIST_KEY "{key}"
#define DNS_LIST_KEY_START "{key:"
#define DNS_LIST_SECRET_MAX DNS_LABEL_MAX

/* Room for a zone with "{key}" in the place of a shorter key. */
#define DNS_ZONE_FORM_MAX (DNS_NAME_MAX + sizeof(DNS_LIST_KEY))

/* What a list is asked about; bits of dns_list.takes. */
enum dns_list_key {
	DNS_LIST_IP = 1 << 0,
	DNS_LIST_DOMAIN = 1 << 1,
	DNS_LIST_HASH = 1 << 2,
	DNS_LIST_IPV6 = 1 << 3, /* IPv6 addresses are in it too, and its test points for them */
};

struct dns_list {
	struct slice name; /* "zen"; of an implied list its zone */
	struct slice
	    zone; /* lower case, no dot at the end; with {key:NAME} where the secret goes */
	struct slice secret; /* absent: none; read by dns_lists_wire and dns_lists_hide alone */
	bool keyless; /* its secret could not be read: it is not asked */
	unsigned takes; /* bits of enum dns_list_key */
	struct slice listed, unlisted; /* test points, as keys; absent: none */
	struct slice listed_ipv6, unlisted_ipv6; /* likewise */
	struct dns_codes codes; /* what a rule without answer: takes */
	struct dns_codes errors; /* what is no answer but a refusal */
	struct dns_codes declared; /* what any rule of the list takes: the ruleset's */
	unsigned qps; /* questions a second; 0: no limit */
	uint64_t day; /* questions a day (UTC); 0: no limit */
	bool implied; /* nobody described it */
	struct origin origin;
};

struct dns_lists {
	const struct dns_list *v;
	size_t n;
};

/* Where a list stands, by what its tests found: DNS_LIST_STATE(id, "word"). */
#define DNS_LIST_STATE_TABLE(X)    \
	X(WELL, "well")            \
	X(UNTESTED, "untested")    \
	X(SICK, "sick")            \
	X(SPENT, "budget used up") \
	X(KEYLESS, "without its key")

enum dns_list_condition {
#define DNS_LIST_STATE_ENUM(id, word) DNS_LIST_##id,
	DNS_LIST_STATE_TABLE(DNS_LIST_STATE_ENUM)
#undef DNS_LIST_STATE_ENUM
};

/* What the shell hands a scan for each list, by its number. Only a list that is well is asked. */
struct dns_list_state {
	enum dns_list_condition condition;
};

/* What a list said: DNS_LIST_SAYS(id, "word"). */
#define DNS_LIST_SAYS_TABLE(X)   \
	X(OPEN, "open")          \
	X(CLEAR, "not listed")   \
	X(LISTED, "listed")      \
	X(REFUSED, "error code") \
	X(STRANGE, "no code")    \
	X(FAILED, "no answer")   \
	X(UNASKED, "not asked")

enum dns_list_says {
#define DNS_LIST_SAYS_ENUM(id, word) DNS_LIST_SAYS_##id,
	DNS_LIST_SAYS_TABLE(DNS_LIST_SAYS_ENUM)
#undef DNS_LIST_SAYS_ENUM
};

/* What a message's scan asked a list: for the shell, which watches lists' health. */
struct dns_list_use {
	size_t list; /* number in the ruleset */
	struct slice subject; /* the address, domain or hash asked about */
	enum dns_list_says says;
	uint32_t code; /* the first address in the answer; 0: none */
};

const char *dns_list_condition_word(enum dns_list_condition condition);
const char *dns_list_says_word(enum dns_list_says says);

/*
 * Completes what people wrote: a zone in lower case with its key's place
 * named, error codes with those of every list and of its operator, codes and
 * test points where none are given (codes 127.0.0.2; RFC 5782, 5 for
 * addresses, IPv6 ones and names; hashes have no test points). `tested` false: there
 * shall be no test points. False with *err: a zone that cannot be.
 */
bool dns_list_settle(struct arena *arena, struct dns_list *list, bool tested, struct err *err);

/*
 * A list of which only the zone is known: implied, without test points, by the name of its zone
 * without its key. False: no zone.
 */
bool
dns_list_of_zone(struct arena *arena, struct slice zone, unsigned takes, struct dns_list *list_r);

/* A zone with {key} for its key, whichever it is or is called: by it zones are compared. */
struct slice dns_zone_form(struct slice zone, char form_r[DNS_ZONE_FORM_MAX]);

/* A test point as people write it ("127.0.0.2", "::ffff:7f00:2", "test") as a key. */
struct slice dns_list_test_key(struct arena *arena, struct slice point);

/* "KEY.ZONE"; absent at the arena's cap or when the name would be too long. */
struct slice dns_list_name(struct arena *arena, const struct dns_list *list, struct slice key);

/*
 * What an answer of type A says. An error code among the records makes all of
 * it REFUSED; records outside 127/8 alone are STRANGE. *code_r is the address
 * that decided, 0 without one.
 */
enum dns_list_says
dns_list_read(const struct dns_list *list, const struct dns_answer *answer, uint32_t *code_r);

/* Whether a record of the answer is one of the codes and no error. */
bool dns_list_has(
    const struct dns_list *list, const struct dns_answer *answer, const struct dns_codes *codes);

/* The first record inside 127/8 that is neither an error nor declared by any rule; 0: none. */
uint32_t dns_list_undeclared(const struct dns_list *list, const struct dns_answer *answer);

/* The list in whose zone the name lies, the longest zone of them; NULL: in none. */
const struct dns_list *dns_lists_of_name(const struct dns_lists *lists, struct slice name);

/*
 * The name as it goes on the wire, the secret of its list put in, in lower case. False: it
 * says {key:...} of no list or elsewhere than in that list's zone, or of one without its
 * secret, or gets too long.
 */
bool dns_lists_wire(const struct dns_lists *lists, struct slice name, char wire_r[DNS_NAME_MAX + 1],
    size_t *length_r);

/* The text with {key:NAME} wherever a secret stands in it; absent at the arena's cap. */
struct slice dns_lists_hide(struct arena *arena, const struct dns_lists *lists, struct slice text);

/* If the zone is a dead list's: "NAME died in WHEN: WHAT"; NULL: it is not known to be dead. */
const char *dns_list_obituary(struct slice zone);

#endif
