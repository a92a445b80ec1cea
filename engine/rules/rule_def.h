/*
 * rule_def.h - a rule as people wrote it: the interface between readers of
 * rule files (YAML, SpamAssassin's .cf) and the engine
 *
 * Plain data, not yet checked by the regex compiler. A reader fills an array
 * of these in the order they stand; ruleset_build makes a ruleset of them.
 */
#ifndef STEELYARD_ENGINE_RULES_RULE_DEF_H
#define STEELYARD_ENGINE_RULES_RULE_DEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/slice.h"

/* Hits of one rule are counted no further, whatever maxhits says. */
#define RULE_HITS_MAX 10000
/* One millionth is the unit of a score. */
#define SCORE_ONE INT64_C(1000000)
/* The largest score of one rule that is accepted, either sign: 1000. */
#define SCORE_LIMIT (INT64_C(1000) * SCORE_ONE)

/* kind, the YAML key that names it */
#define RULE_KIND_TABLE(X)      \
	X(HEADER, "header")     \
	X(BODY, "body")         \
	X(RAWBODY, "rawbody")   \
	X(FULL, "full")         \
	X(URI, "uri")           \
	X(MIME, "mime")         \
	X(META, "meta")         \
	X(FUNCTION, "function") \
	X(DNSBL, "dnsbl")       \
	X(URIBL, "uribl")       \
	X(DNS, "dns")

enum rule_kind {
#define RULE_KIND_ENUM(id, name) RULE_##id,
	RULE_KIND_TABLE(RULE_KIND_ENUM)
#undef RULE_KIND_ENUM
	    RULE_KIND_COUNT
};

/*
 * Bits of rule_def.tags and their words: count every match; may score below zero; needs the
 * network; body rules: not the Subject; needs a filter that learns; what a function tells of its
 * hit is not shown in reports; noautolearn, userconf or learn: its points are not learned from;
 * DNS lists are asked about addresses alone, domains alone, the addresses of hosts, of their name
 * servers, or about whole host names.
 */
#define RULE_TAG_TABLE(X)               \
	X(MULTIPLE, "multiple")         \
	X(NICE, "nice")                 \
	X(NET, "net")                   \
	X(NOSUBJECT, "nosubject")       \
	X(LEARN, "learn")               \
	X(NOLOG, "nolog")               \
	X(NOAUTOLEARN, "noautolearn")   \
	X(IPS_ONLY, "ips_only")         \
	X(DOMAINS_ONLY, "domains_only") \
	X(A, "a")                       \
	X(NS, "ns")                     \
	X(NOTRIM, "notrim")

enum rule_tag_bit {
#define RULE_TAG_BIT(id, word) RULE_##id##_BIT,
	RULE_TAG_TABLE(RULE_TAG_BIT)
#undef RULE_TAG_BIT
	    RULE_TAG_COUNT
};

/* Bits of rule_def.tags. */
enum rule_tag {
#define RULE_TAG_ENUM(id, word) RULE_##id = 1 << RULE_##id##_BIT,
	RULE_TAG_TABLE(RULE_TAG_ENUM)
#undef RULE_TAG_ENUM
};

/* What a hit of a rule does with the rest of the scan, by SpamAssassin's words. */
enum shortcircuit_type {
	SHORTCIRCUIT_OFF,
	SHORTCIRCUIT_ON, /* ends it; the rule's own score stands */
	SHORTCIRCUIT_HAM, /* ends it for good mail: the rule is nice and runs early */
	SHORTCIRCUIT_SPAM, /* ends it for spam: the rule runs early */
};

/* Where something was written. `file` lives as long as the rule_def. */
struct origin {
	const char *file;
	unsigned line;
	unsigned column;
	const char *layer; /* "shipped", "local", "configuration", ...; what `rules NAME` shows */
};

/* The entry of a feed that brought a rule, for people; its texts live as long as the rule_def. */
struct feed_origin {
	const char *channel;
	uint64_t sequence;
	const char *key; /* the id of the key that signed it */
	const char *note; /* the publisher's; NULL: none */
};

/* A case of a rule's own examples. */
struct rule_example {
	bool hit; /* else miss */
	bool whole; /* a whole message; else `text` in the rule kind's own short form */
	struct slice text; /* short form, or the message */
	const struct slice *subrules; /* short form of meta: sub-rules that hit */
	size_t subrule_count;
	struct slice client_ip, helo, rdns, from, rcpt; /* absent: not given */
	struct slice dns; /* answers as dns_table.h has them; absent: the DNS is off */
	int64_t now; /* 0: not given */
	struct origin origin;
};

/* One condition of a uri rule that names its parts: {host: '/x/', text: '/y/'}. */
struct uri_condition {
	struct slice key; /* "host", "text", "raw", "cleaned", "type", "domain", "tag" */
	struct slice pattern; /* with delimiters and flags */
	bool negated;
};

struct rule_def {
	struct slice name;
	struct origin origin;

	/* header, mime: the selector as written ("From:addr", "ALL") */
	struct slice selector;
	struct slice if_unset; /* absent: none given */
	/* header, body, rawbody, full, uri, mime: "/x/i" with its delimiters and flags */
	struct slice pattern;
	const struct uri_condition *conditions; /* uri with named parts; pattern is absent then */
	size_t condition_count;
	/* meta: the expression; function: the call, "name(arg, 'arg')"; dns: what is asked */
	struct slice expression;
	enum rule_kind call_kind; /* function: in which kind of rule a .cf file calls it */
	bool of_rawbody; /* function: it looks at rawbody where it would look at body */

	/* dnsbl, uribl: the name of a list; absent texts: as usual */
	struct slice list;
	struct slice of; /* dnsbl: of what in the message: "last-external", "helo", ... */
	struct slice by; /* "domain", "host", "ip", ... of a host or address */
	struct slice hash; /* "md5", "sha1" or "sha256" of that */
	/* dnsbl, uribl: codes; dns: a pattern, addresses or an outcome; none: as usual */
	const struct slice *answers;
	size_t answer_count;
	bool list_text; /* dnsbl, uribl: ask what the list says of it in words, for the report */
	struct slice question_type; /* dns: "A", "TXT", ...; absent: A */

	/* mime: the parts that are looked at, 1 the first; 0: from the first on, to the last */
	unsigned mime_first, mime_last;
	bool concat; /* mime: the parts' values as one text, each on a line of its own */

	/* Of another program's rule set: a mistake in it is a warning and costs this rule alone. */
	bool imported;
	int priority; /* lower runs first; 0 by default */
	enum shortcircuit_type shortcircuit; /* HAM and SPAM without a priority get -200 */

	bool has_score;
	int64_t score; /* millionths */
	struct origin score_origin;
	struct slice describe; /* absent: none */
	struct slice subjprefix; /* a hit puts it before the Subject; absent: none */

	const struct rule_example *examples;
	size_t example_count;

	/* What a scan asks of every rule stands together, here and in front of struct rule's. */
	enum rule_kind kind;
	unsigned tags; /* bits of enum rule_tag */
	unsigned maxhits; /* 0: no limit of its own */
	bool exists; /* header: exists: SELECTOR */
	bool negated; /* header, mime: !~ */
	/*
	 * NULL: not from a feed. Rules of a feed run at priority 0 (those that set tags before all
	 * others), pull no other rule, end no scan, and take the place of no rule of another layer.
	 */
	const struct feed_origin *feed;
	/* It is matched and counted, but scores 0, and only its own channel's metas see it. */
	bool shadow;
};

/* How often such a rule may count in one message. */
static inline unsigned
rule_def_most_hits(const struct rule_def *def)
{
	if ((def->tags & RULE_MULTIPLE) == 0)
		return 1;
	if (def->maxhits == 0 || def->maxhits > RULE_HITS_MAX)
		return RULE_HITS_MAX;
	return def->maxhits;
}

#endif
