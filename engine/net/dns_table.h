/*
 * dns_table.h - answers of the DNS from a text: for tests and bug reports
 *
 * One record a line, as in a zone file without TTL and class (RFC 1035, 5.1):
 *
 *	; a comment
 *	2.0.0.127.zen.example.      A      127.0.0.2
 *	example.org.                MX     10 mail.example.org.
 *	example.org.                TXT    "v=spf1 include:" "b.example -all"
 *	www.example.org.            CNAME  example.org.
 *	*.list.example.             A      127.0.0.3
 *	slow.example.               TXT    !TIMEOUT
 *
 * Every name is absolute, with a dot at its end or not. `!NXDOMAIN`,
 * `!NODATA`, `!SERVFAIL` and `!TIMEOUT` give that outcome, for one type or for
 * ANY. A name that is not there does not exist (NXDOMAIN); one without that
 * type, and one that only begins further on (an empty non-terminal), is
 * NODATA. Wildcards match as RFC 4592 has it. The TTL of all is 300 seconds.
 */
#ifndef STEELYARD_ENGINE_NET_DNS_TABLE_H
#define STEELYARD_ENGINE_NET_DNS_TABLE_H

#include "engine/net/dns.h"
#include "engine/util/arena.h"
#include "engine/util/buf.h"
#include "engine/util/err.h"

#define DNS_TABLE_TTL 300
/* CNAMEs that follow one another; at one more the answer is SERVFAIL, as resolvers have it. */
#define DNS_TABLE_CNAMES_MAX 10

struct dns_table;

/* Reads `text`; the table lives as long as the arena. NULL with *err (its line, no file). */
const struct dns_table *dns_table_read(struct arena *arena, struct slice text, struct err *err);

/*
 * The answer to a question whose name is in lower case, without a dot at its
 * end. It points into the table, and is never DNS_OPEN.
 */
void dns_table_answer(const struct dns_table *table, const struct dns_question *question,
    struct dns_answer *answer_r);

/*
 * Appends the answer as lines that dns_table_read takes: one a record, or its
 * outcome; nothing for DNS_OPEN and DNS_UNASKED. A record whose data is no
 * data of its type is left out.
 */
void dns_table_write_answer(
    struct buf *out, const struct dns_question *question, const struct dns_answer *answer);

#endif
