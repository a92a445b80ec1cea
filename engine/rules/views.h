/*
 * views.h - what rules look at: texts, URIs, relays and header values of one message
 *
 * Each is built once and only when a rule asks. It also keeps what one
 * message may cost: the budget, the limits of single matches, and the notes
 * on what was cut.
 */
#ifndef STEELYARD_ENGINE_RULES_VIEWS_H
#define STEELYARD_ENGINE_RULES_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/mime/message.h"
#include "engine/mime/relays.h"
#include "engine/mime/text.h"
#include "engine/mime/uri.h"
#include "engine/net/facts.h"
#include "engine/rules/frozen.h"
#include "engine/rules/prefilter.h"
#include "engine/rules/rule.h"
#include "engine/util/budget.h"
#include "engine/util/profile.h"

/* More are not kept: a message that trips so many is told enough. */
#define VIEWS_NOTES_MAX 32
/* What functions tell of their hits: so many are kept, and bytes of each. */
#define VIEWS_LOGS_MAX 200
#define VIEWS_LOG_BYTES 512
/* A rule whose matches reached PCRE2's limit so often stops for this message. */
#define VIEWS_LIMITED_MAX 3
/* Of a rule that a feed has brought a match may cost so many times less. */
#define VIEWS_FEED_DIVISOR 10
/* CPU that rules of feeds may take of a message together, and what one match may, microseconds. */
#define VIEWS_FEED_US 200000
#define VIEWS_FEED_MATCH_US 50000
/* Rules that reached it are named in the verdict, so many at most. */
#define VIEWS_LIMITED_NAMED 64

/* What functions work out once and share, each row the business of one file. */
enum view_memo {
	MEMO_IMAGES, /* eval_image.c */
	MEMO_LIST_USES, /* list_ask.c */
	MEMO_LOCAL_NAMES, /* dns_subject.c */
	MEMO_URI_HOSTS, /* dns_subject.c */
	MEMO_PDFS, /* eval_pdf.c */
	MEMO_FROMNAME, /* eval_fromname.c */
	MEMO_FREEMAIL, /* eval_freemail.c */
	MEMO_AUTHRES, /* eval_authres.c */
	MEMO_LANGUAGES, /* eval_language.c */
	MEMO_SENDERS, /* senders.c */
	MEMO_HOSTS, /* eval_list.c */
	MEMO_WELCOME, /* eval_welcome.c */
	MEMO_RECEIVED, /* eval_forged.c */
	MEMO_CAPTURES, /* capture.c */
	MEMO_MIME, /* mime_facts.c */
	MEMO_DMARC, /* dmarc_facts.c */
	MEMO_AUTHOR, /* dmarc_facts.c */
	MEMO_ALTERNATIVE, /* eval_alternative.c */
	MEMO_OWN_DOMAINS, /* askable.c */
	MEMO_DNSBL, /* dnsbl.c */
	MEMO_URIBL_HOSTS, /* uribl_hosts.c */
	MEMO_SPF, /* spf_facts.c */
	MEMO_DKIM, /* dkim_facts.c */
	MEMO_SHOWN, /* eval_author.c */
	MEMO_HASHBL, /* eval_hashbl.c */
	MEMO_CAPITALS, /* eval_body.c */
	MEMO_TIMES, /* eval_date.c */
	MEMO_COUNT
};

struct view_field {
	bool read;
	bool present;
	struct slice value;
};

/* What a function tells of its hit, for reports. */
struct rule_log {
	const struct rule *rule;
	struct slice text;
};

struct views {
	struct arena *arena;
	const struct ruleset *ruleset;
	const struct envelope *envelope;
	const struct message *message;
	struct regex_scratch *scratch; /* of the slot that this step runs in */
	struct prefix_walks *walks; /* likewise */
	struct frozen *frozen; /* likewise; NULL: nothing is kept */
	struct converters *converters;
	const struct budget *budget;
	struct profile *profile; /* where the time goes; NULL: not wanted */
	struct slice bytes; /* the message as it came, whole: also what size_limit cut off */
	bool bytes_cut; /* there was more, which the caller could not keep */
	int64_t now;
	int64_t (*cpu_us)(void *p); /* the thread's CPU; NULL: feeds have no share of it */
	void *cpu_p;
	uint64_t hash_seed;
	struct prefilter_scan *prefilter; /* NULL: every rule is asked about every text */
	bool spent; /* the budget ran out: nothing more is matched */
	struct vec notes; /* struct slice */
	struct vec logs; /* struct rule_log */
	struct vec limits; /* struct limited_rule */
	struct outcome *const *outcomes; /* by rule number; NULL: known, and no hit */
	double *values; /* by rule number, for metas; META_UNKNOWN: the DNS failed it */
	const struct dns_list_state *list_states; /* by list number; NULL: all are well */
	struct facts *facts; /* the message's questions to the DNS; never NULL */
	/*
	 * All rules have run once: what a tag or a view was to say is said. Before
	 * that, who reads tags that others set is open.
	 */
	bool settled;
	bool early; /* the message is still to come: much that metas read is unknown */
	size_t open_count; /* rules whose outcome is open */
	void *memos[MEMO_COUNT]; /* NULL: not worked out yet */
	/* the rest is views.c's own */
	size_t unasked; /* bytes matched since the budget was asked */
	unsigned rules_unasked; /* rules since then */
	unsigned char *limited; /* by rule number */
	int64_t feed_us; /* CPU that rules of feeds took so far */
	struct view_field *fields; /* by selector number */
	struct slice *field_values; /* decoded, by place in the header; see selector.h */
	const struct relays *relays;
	struct texts *texts;
	struct uri_list uris;
	unsigned redirectors_limited; /* matches of them that reached PCRE2's limit */
	bool relays_built, texts_built, uris_built;
};

/* Ready for `message`; what must be set before: all above `notes`. False at the arena's cap. */
bool views_open(struct views *views);

/* A note for people, each text once. Silently none at the cap or beyond VIEWS_NOTES_MAX. */
void views_note(struct views *views, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A function's word on its hit ("found in list X"), as SpamAssassin's test_log has it: shown in
 * brackets below the rule in reports, should the rule hit. Silently none at the cap.
 */
void views_log(struct views *views, const struct rule *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Asks the budget now; true, and a note, when it is spent. */
bool views_spent(struct views *views);

/* Between rules or texts: asks the budget when some of them, or some KB, were looked at since. */
bool views_spent_between(struct views *views);

/* NULL at the arena's cap. */
const struct relays *views_relays(struct views *views);

/* NULL at the arena's cap: then the lists below are empty. */
struct texts *views_texts(struct views *views);
struct slice_list views_body(struct views *views);
/* What rules that run later shall see in the place of the body's i-th paragraph. */
void views_replace_body(struct views *views, size_t i, struct slice text);
struct slice_list views_rawbody(struct views *views);
const struct text_part *views_text_parts(struct views *views, size_t *count_r);
struct uri_list views_uris(struct views *views);

/* What the ruleset says of URIs; its redirectors match within the message's limits. */
struct uri_law views_uri_law(struct views *views);

/* The value of a compiled selector; false: no such field. */
bool views_field(struct views *views, size_t selector, struct slice *value_r);

/* The same for a selector that is not the ruleset's; not remembered. */
bool views_read(struct views *views, const struct selector *selector, struct slice *value_r);

/* The same for one as text ("From:addr"), compiled for the message; absent: no such field. */
struct slice views_read_text(struct views *views, struct slice selector);

/*
 * Moves *at to the next text of the rule's view, itself included, that the
 * rule may match. False: there is none.
 */
bool views_next_text(struct views *views, const struct rule *rule, enum prefilter_view view,
    struct slice_list texts, size_t *at);

/* Whether a header rule's pattern may match the value of its selector, which is there. */
bool views_may_hit_field(struct views *views, const struct rule *rule, struct slice value);

/*
 * Matches one text and adds to *outcome: once, or with the tag `multiple` up
 * to maxhits. True when the rule needs no further text. `view` is a literal.
 */
bool views_match(struct views *views, const struct rule *rule, struct slice text, struct slice view,
    struct outcome *outcome);

/* What one match of a message's texts may cost. */
struct regex_limits views_limits(const struct views *views);

/* Whether the regex matches somewhere in text; limits are noted for the rule. */
bool views_test(
    struct views *views, const struct rule *rule, const struct regex *regex, struct slice text);

/* The first match; absent: none. */
struct slice views_find(
    struct views *views, const struct rule *rule, const struct regex *regex, struct slice text);

#endif
