/*
 * dns_subject.h - what of a message the DNS may be asked about: relays, names of senders, hosts
 * What may be asked about at all is askable.h's law.
 */
#ifndef STEELYARD_ENGINE_RULES_DNS_SUBJECT_H
#define STEELYARD_ENGINE_RULES_DNS_SUBJECT_H

#include "engine/rules/views.h"

/* Relays of one message that are asked about (DESIGN 3). */
#define DNS_RELAYS_MAX 9
/* Domains or hosts of its URIs. */
#define DNS_URI_DOMAINS_MAX 20
/* Any of these. */
#define DNS_SUBJECTS_MAX 20

/* Of what: SUBJECT(id, "word", is it addresses) */
#define DNS_SUBJECT_TABLE(X)                      \
	X(LAST_EXTERNAL, "last-external", true)   \
	X(FIRST_EXTERNAL, "first-external", true) \
	X(FIRST_TRUSTED, "first-trusted", true)   \
	X(ALL_EXTERNAL, "all-external", true)     \
	X(ALL_UNTRUSTED, "all-untrusted", true)   \
	X(CLIENT, "client", true)                 \
	X(HELO, "helo", false)                    \
	X(RDNS, "rdns", false)                    \
	X(ENVELOPE_FROM, "envelope-from", false)  \
	X(FROM, "from", false)                    \
	X(REPLY_TO, "reply-to", false)            \
	X(DKIM, "dkim", false)                    \
	X(URI, "uri", false)

enum dns_subject {
#define DNS_SUBJECT_ENUM(id, word, addresses) DNS_SUBJECT_##id,
	DNS_SUBJECT_TABLE(DNS_SUBJECT_ENUM)
#undef DNS_SUBJECT_ENUM
	    DNS_SUBJECT_COUNT
};

/* How much of it: PART(id, "word") */
#define DNS_PART_TABLE(X)     \
	X(DOMAIN, "domain")   \
	X(HOST, "host")       \
	X(ADDRESS, "address") \
	X(URI, "uri")         \
	X(IP, "ip")

enum dns_part {
#define DNS_PART_ENUM(id, word) DNS_PART_##id,
	DNS_PART_TABLE(DNS_PART_ENUM)
#undef DNS_PART_ENUM
	    DNS_PART_COUNT
};

/* One thing to ask about; `key` is how it stands in a question. */
struct dns_key {
	struct slice subject; /* for people */
	struct slice key;
};

struct dns_keys {
	struct dns_key v[DNS_SUBJECTS_MAX];
	size_t n;
	bool open; /* answers of the DNS may bring more */
	bool unknown; /* the DNS failed to say whether there are more */
};

/* False: no such word. */
bool dns_subject_of(struct slice word, enum dns_subject *subject_r);
bool dns_subject_is_ip(enum dns_subject subject);
bool dns_part_of(struct slice word, enum dns_part *part_r);

/* Which parts of the envelope tell it, bits of enum envelope_part; 0: the message does. */
unsigned dns_subject_early(enum dns_subject subject);

/*
 * What the message has of it, each once. Of relays the addresses (key:
 * reversed); of names the organisational domain, the whole host, the mail
 * address or the URI; of URIs with DNS_PART_IP the addresses that stand as
 * hosts, which the other parts leave out. Only for signers the DNS is asked: a
 * signature counts when it is good.
 */
void dns_subject_keys(
    struct views *views, enum dns_subject subject, enum dns_part part, struct dns_keys *keys_r);

#endif
