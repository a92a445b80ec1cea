/*
 * rule.h - a compiled rule: shared by ruleset, kinds and scan, not by their callers
 *
 * A kind is one file with compile and eval and one row in kinds.def. Compile
 * runs once, when the ruleset is built; eval runs for each message and only
 * reads the rule.
 */
#ifndef STEELYARD_ENGINE_RULES_RULE_H
#define STEELYARD_ENGINE_RULES_RULE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/mime/boundary.h"
#include "engine/mime/selector.h"
#include "engine/regex/pcre.h"
#include "engine/rules/meta.h"
#include "engine/rules/ruleset.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"

#define RULE_NAME_MAX 128
#define EVAL_ARGS_MAX 64

struct capture_template;
struct dns_book;
struct dns_filter;
struct eval_function;
struct mentions;
struct prefilter;
struct views;

/* Whether a rule could say anything yet. */
enum outcome_state {
	OUTCOME_KNOWN,
	OUTCOME_OPEN, /* an answer of the DNS is still to come: it is run again */
	OUTCOME_UNKNOWN, /* the DNS failed it: no hit, and no miss either */
};

/* What one rule says of one message. */
struct outcome {
	enum outcome_state state;
	unsigned count; /* 0: no hit */
	/*
	 * The hit tells people of a DNS list's error code. Metas do not know it, it ends no scan,
	 * and all such hits together score LIST_TOLD_SCORE at most: others are mute.
	 */
	bool told, mute;
	unsigned turn; /* which of the scan's hits it was, 1 the first */
	double value; /* what metas read; set by those whose value is not the count */
	struct slice matched; /* the first match; absent: none to show */
	struct slice view; /* where it stood */
};

struct address_set;
struct host_set;

/* A named list, and what the functions that look in it make of its entries. */
struct name_list {
	struct slice name;
	struct origin origin; /* of the last that gave entries */
	struct vec entries; /* struct slice, as written */
	const struct address_set *addresses; /* NULL: no rule takes them for addresses */
	const struct host_set *hosts; /* NULL: no rule takes them for hosts */
};

/* Families that make something of several lists, once for each ruleset; each row one file's. */
enum prepared {
	PREPARED_ASKDNS, /* eval_askdns.c */
	PREPARED_BOUNCE, /* eval_bounce.c */
	PREPARED_DKIM, /* eval_dkim.c */
	PREPARED_FREEMAIL, /* eval_freemail.c */
	PREPARED_HASHBL, /* eval_hashbl.c */
	PREPARED_LANGUAGE, /* eval_language.c */
	PREPARED_LIST, /* eval_list.c */
	PREPARED_LOCAL_URI, /* eval_local_uri.c */
	PREPARED_PHISHING, /* eval_phishing.c */
	PREPARED_URIBL, /* eval_uribl.c */
	PREPARED_SPF, /* eval_spf.c */
	PREPARED_SENDER, /* eval_sender.c */
	PREPARED_WELCOME, /* eval_welcome.c */
	PREPARED_COUNT
};

struct eval_arg {
	struct slice text; /* unquoted */
	double number; /* of a number; inf and -inf as such */
	size_t selector; /* of a header: its number in ruleset.selectors */
	const struct regex *regex;
	const struct name_list *list; /* NULL: no list of that name */
	const struct dns_filter *filter;
};

struct eval_call {
	const struct eval_function *function;
	const struct eval_arg *args;
	size_t arg_count;
};

/* Of a URI record: one named part against one pattern. */
struct uri_test {
	unsigned part; /* enum of kind_uri.c */
	const struct regex *regex;
	bool negated;
};

struct rule {
	struct rule_def def; /* score and score_origin are those in force */
	size_t index; /* its number; within its layer by name */
	const struct capture_template *template; /* what patterns they are; NULL: none */
	size_t selector; /* number in ruleset.selectors */
	const struct regex *regex; /* NULL: it has templates */
	unsigned sought; /* number + 1 in the prefilter's literals of its view; 0: not there */
	unsigned start; /* the same in its beginnings */
	unsigned layer; /* layer.depth of that */
	int priority; /* as metas pulled it */
	bool captures; /* its named groups set tags */
	bool idle; /* meta: 0 while nothing it reads has hit */
	bool subrule; /* "__": scores nothing */
	bool miss_certain; /* see early_needs */
	unsigned early; /* early_needs; 0 also for metas */
	unsigned channel; /* number + 1 in ruleset.channels; 0: nothing limits it */
	uint64_t digest; /* of all that it judges by */
	bool broken; /* left out: it did not compile */
	bool live; /* scanned: not switched off by a score of 0 */
	bool unasked; /* meta: by an oddity of SpamAssassin's it is never evaluated */
	size_t rank; /* metas: after what they read */
	bool crowded; /* too many patterns are known by how they begin: not by that */
	bool unproven; /* the prefilter failed its self-test: PCRE2 alone is asked */
	/* by kind */
	bool part_all, part_raw; /* mime: ALL, :raw */
	struct slice part_field; /* mime: the field's name */
	struct uri_test *tests;
	size_t test_count;
	struct meta meta;
	struct eval_call call;
	const void *plan; /* dnsbl, uribl, dns: what the kind made of it */
};

/* Fields that eval functions read, compiled with every ruleset: FIXED_FIELD(id, "selector"). */
#define FIXED_FIELD_TABLE(X)                                 \
	X(FROM_ADDR, "From:addr")                            \
	X(FROM_NAME, "From:name")                            \
	X(REPLY_TO_ADDR, "Reply-To:addr")                    \
	X(TO_CC_ADDR, "ToCc:addr")                           \
	X(TO_ADDR, "To:addr")                                \
	X(ENVELOPE_FROM, "EnvelopeFrom:addr")                \
	X(SUBJECT, "Subject")                                \
	X(CONTENT_TYPE, "Content-Type")                      \
	X(DATE, "Date")                                      \
	X(RECEIVED, "Received")                              \
	X(MESSAGE_ID, "MESSAGEID")                           \
	X(ALL, "ALL")                                        \
	X(ALL_TRUSTED, "ALL-TRUSTED")                        \
	X(ALL_INTERNAL, "ALL-INTERNAL")                      \
	X(RESENT_FROM_ADDR, "Resent-From:addr")              \
	X(SENDER_ADDR, "Sender:addr")                        \
	X(X_ORIGINATING_IP, "X-Originating-IP")              \
	X(LIST_ID, "List-Id")                                \
	X(DELIVERED_TO, "Delivered-To")                      \
	X(TO_NAME, "To:name")                                \
	X(TO, "To")                                          \
	X(FROM, "From")                                      \
	X(BCC_ADDR, "Bcc:addr")                              \
	X(SUBJECT_RAW, "Subject:raw")                        \
	X(OWN_MESSAGE_ID, "Message-Id")                      \
	X(MAILING_LIST, "Mailing-List")                      \
	X(LIST_UNSUBSCRIBE, "List-Unsubscribe")              \
	X(RESENT_FROM, "Resent-From")                        \
	X(RESENT_TO, "Resent-To")                            \
	X(X_RECEIVED, "X-Received")                          \
	X(X_MAILER, "X-Mailer")                              \
	X(X_SENDER_IP, "X-Sender-Ip")                        \
	X(X_ORIGINATOR_ORG, "X-OriginatorOrg")               \
	X(X_GM_STATE, "X-Gm-Message-State")                  \
	X(X_GOOGLE_SOURCE, "X-Google-Smtp-Source")           \
	X(ENVELOPE_FROM_TEXT, "EnvelopeFrom")                \
	X(RESENT_FROM_FIRST, "Resent-From:first:addr")       \
	X(ENVELOPE_SENDER, "Envelope-Sender:addr")           \
	X(RESENT_SENDER, "Resent-Sender:addr")               \
	X(X_ENVELOPE_FROM, "X-Envelope-From:addr")           \
	X(RESENT_TO_FIRST, "Resent-To:first:addr")           \
	X(RESENT_CC_FIRST, "Resent-Cc:first:addr")           \
	X(APPARENTLY_TO, "Apparently-To:addr")               \
	X(DELIVERED_TO_ADDR, "Delivered-To:addr")            \
	X(ENVELOPE_RECIPIENTS, "Envelope-Recipients:addr")   \
	X(APPARENTLY_RESENT_TO, "Apparently-Resent-To:addr") \
	X(X_ENVELOPE_TO, "X-Envelope-To:addr")               \
	X(ENVELOPE_TO, "Envelope-To:addr")                   \
	X(X_DELIVERED_TO, "X-Delivered-To:addr")             \
	X(X_ORIGINAL_TO, "X-Original-To:addr")               \
	X(X_RCPT_TO, "X-Rcpt-To:addr")                       \
	X(X_REAL_TO, "X-Real-To:addr")                       \
	X(CC_ADDR, "Cc:addr")                                \
	X(DOMAINKEY_SIGNATURE, "DomainKey-Signature")        \
	X(DKIM_SIGNATURE, "DKIM-Signature")

enum fixed_field {
#define FIXED_FIELD_ENUM(id, text) FIXED_##id,
	FIXED_FIELD_TABLE(FIXED_FIELD_ENUM)
#undef FIXED_FIELD_ENUM
	    FIXED_FIELD_COUNT
};

/* What SpamAssassin's shortcircuit_ settings say. */
struct shortcircuit_limits {
	int64_t ham_score, spam_score; /* of SHORTCIRCUIT */
	bool has_min_ham, has_max_spam;
	int64_t min_ham, max_spam; /* sums that end a scan */
};

/* The rule that says a scan was ended. */
#define SHORTCIRCUIT_NAME SLICE("SHORTCIRCUIT")

/* The live metas that read a rule. */
struct readers {
	size_t count;
	size_t v[]; /* their numbers */
};

struct layer;

/*
 * What a scan sees: the rules in force of a layer and all below it. Arrays of
 * pointers are its own, in `own`; all else is the layers', and `layer` is the
 * one that rules are compiled into while it is built.
 */
struct ruleset {
	atomic_uint refs;
	struct layer *layer; /* a reference */
	struct arena *own;
	struct arena *arena; /* the layer's: holds what is compiled, but the regexes */
	struct regex_compiler *compiler; /* the base's */
	struct vec selectors; /* struct selector *; the fixed fields first */
	struct dns_book *dns_book; /* ruleset_dns.c */
	struct dns_lists dns_lists; /* its lists, once all rules are compiled */
	const struct host_set *local_domains; /* nothing is asked about them in the DNS */
	const struct host_set *uri_skip[3]; /* nor about these where they stand in URIs */
	const struct boundaries *boundaries; /* of registries; NULL: the public suffix list */
	const struct regex **redirectors; /* one group each: the target */
	size_t redirector_count;
	const struct map *dns_restrictions; /* dns_query.c's; NULL: all may be asked */
	const struct map *uribl_skipped; /* uribl_hosts.c's; NULL: none */
	const struct regex *const *eval_patterns; /* by enum eval_pattern; NULL: none needed */
	const void *prepared[PREPARED_COUNT]; /* NULL: no rule calls that family */
	struct policy policy;
	struct shortcircuit_limits shortcircuit;
	const struct map *scores; /* name -> struct score_override: the configuration's */
	const struct channel_limit *channels;
	size_t channel_count;
	uint64_t base_digest; /* of all but the rules */
	uint64_t digest; /* with the sum of the rules' in force */
	struct slice id;
	const struct rule **rules; /* by number; NULL: taken out */
	size_t rule_count;
	const struct readers **readers; /* by number; NULL: none */
	const struct rule **names; /* sorted by name, the broken ones too */
	size_t name_count;
	const struct rule **in_force; /* those that compiled, sorted by name */
	size_t in_force_count;
	const struct rule **schedule; /* live ones in the order they run */
	size_t schedule_count;
	uint32_t *idle; /* by place there: number + 1 of a meta that is `idle`; 0: of no such */
};

/* Rules that were compiled together, on what stood below: const once they are. */
struct layer {
	atomic_uint refs; /* of rulesets, and of layers above */
	struct layer *below; /* a reference; NULL: the base */
	unsigned depth; /* layers below */
	struct arena *arena;
	struct vec regexes; /* struct regex *, to be freed */
	struct map *selector_numbers; /* text -> its number + 1: of those it added */
	struct map *lists; /* name -> struct name_list: of those it added, or made more of */
	struct rule *rules; /* sorted by name */
	size_t first, count; /* numbers of its rules */
	const struct mentions *mentions; /* what its metas read, by name */
	struct vec listed; /* size_t: rules below whose readers it has listed anew */
	const struct prefilter *prefilter;
	struct ruleset state; /* what the next layer begins with, but arrays of rules */
};

struct kind {
	const char *name;
	/* False with *err (text, and column of the pattern or expression). */
	bool (*compile)(struct ruleset *ruleset, struct rule *rule, struct err *err);
	void (*eval)(const struct rule *rule, struct views *views, struct outcome *outcome);
};

const struct kind *kind_of(enum rule_kind kind);

/* How often the rule may count in one message. */
static inline unsigned
rule_most_hits(const struct rule *rule)
{
	return rule_def_most_hits(&rule->def);
}

/* For kinds: compiles a pattern, kept by the ruleset. NULL with *err. */
const struct regex *ruleset_regex(struct ruleset *ruleset, struct slice pattern, struct err *err);

/* For kinds: the number of a selector, one for each text. False with *err. */
bool
ruleset_selector(struct ruleset *ruleset, struct slice text, size_t *number_r, struct err *err);

/* For functions: the list of that name; NULL: nobody gave one. */
const struct name_list *ruleset_list(const struct ruleset *ruleset, const char *name);
const struct name_list *ruleset_list_named(const struct ruleset *ruleset, struct slice name);

/* For functions: the first entry of that list, or `otherwise`: how a single value travels. */
struct slice
ruleset_option(const struct ruleset *ruleset, const char *name, struct slice otherwise);

/*
 * For functions, while the ruleset is built: that list as address patterns (address_set.h)
 * or as hosts (host_set.h), made once. NULL: nobody gave one.
 */
const struct address_set *ruleset_addresses(struct ruleset *ruleset, struct slice name);
const struct host_set *ruleset_hosts(struct ruleset *ruleset, struct slice name);

/*
 * For kinds and functions, while the ruleset is built: the number of the list
 * of that name (false: nobody described one), or of the one with that zone, made
 * up when there is none (false: it is no zone). Whoever asks it says which
 * codes it takes, where it takes some only. NULL: that is not known.
 */
bool ruleset_dns_list(struct ruleset *ruleset, struct slice name, size_t *number_r);
bool ruleset_dns_zone(struct ruleset *ruleset, struct slice zone, unsigned takes, size_t *number_r);
void ruleset_dns_declare(
    struct ruleset *ruleset, const struct rule *rule, size_t number, const struct dns_codes *codes);

/* The list with that zone, if there is one. */
bool ruleset_dns_zone_known(const struct ruleset *ruleset, struct slice zone, size_t *number_r);

/* The same list as it is so far. */
const struct dns_list *ruleset_dns_at(const struct ruleset *ruleset, size_t number);

/* For ruleset.c: lists described, those that functions ask, and what all come to at the end. */
void ruleset_dns_open(struct ruleset *ruleset, const struct dns_list *lists, size_t count);
void ruleset_dns_imply(struct ruleset *ruleset);
void ruleset_dns_close(struct ruleset *ruleset);

/* Where a list was described, or the first rule that asks it. */
const struct origin *ruleset_dns_origin(const struct ruleset *ruleset, size_t number);

/* The rule of that name, a broken one too. NULL: none. */
const struct rule *ruleset_lookup(const struct ruleset *ruleset, struct slice name);

/* Whether SpamAssassin's oddities hold for the rule. */
static inline bool
rule_has_quirks(const struct ruleset *ruleset, const struct rule *rule)
{
	return rule->def.imported && rule->def.feed == NULL && ruleset->policy.spamassassin_quirks;
}

/* Whether `text` matches a glob of * and ?; ASCII letters compare without case if folded. */
bool glob_matches(struct slice glob, struct slice text, bool folded);

#endif
