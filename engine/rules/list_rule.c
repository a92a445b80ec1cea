/*
 * list_rule.c - what the kinds dnsbl and uribl have in common: a list, whom to ask about, codes
 *
 * All keys are asked about before any answer is waited for. The first that
 * is listed makes the hit (with `multiple`, each); else one that is still open
 * leaves the rule open, and one that the list did not answer leaves it
 * unknown. A rule cannot take an error code for an answer: that is refused
 * here, and dns_list_has would not hear of it either.
 */
#include "engine/rules/list_rule.h"

#include "engine/rules/kinds.h"
#include "engine/rules/list_ask.h"
#include "engine/util/buf.h"
#include "engine/util/crypto.h"

static bool
compile_codes(struct ruleset *ruleset, const struct rule_def *def, const struct dns_list *list,
    struct list_plan *plan, struct err *err)
{
	struct dns_code *codes;

	plan->codes = list->codes;
	if (def->answer_count == 0)
		return true;
	codes = arena_array(ruleset->arena, def->answer_count, sizeof(*codes));
	for (size_t i = 0; i < def->answer_count; i++) {
		if (!dns_code_parse(def->answers[i], &codes[i], err))
			return false;
		for (size_t k = 0; k < list->errors.n; k++) {
			if (!dns_code_within(&list->errors.v[k], &codes[i]))
				continue;
			err_set(err,
			    "%.*s is an error code of list %.*s: it says that the list does not "
			    "answer us, and never scores",
			    SLICE_ARG(def->answers[i]), SLICE_ARG(list->name));
			return false;
		}
	}
	plan->codes = (struct dns_codes){ codes, def->answer_count };
	return true;
}

static bool
compile_hash(const struct rule_def *def, struct list_plan *plan, struct err *err)
{
	static const struct {
		struct slice word;
		enum crypto_hash hash;
	} hashes[] = { { { "md5", 3 }, CRYPTO_MD5 }, { { "sha1", 4 }, CRYPTO_SHA1 },
		{ { "sha256", 6 }, CRYPTO_SHA256 } };

	if (def->hash.p == NULL)
		return true;
	plan->hashed = true;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		plan->hash = hashes[i].hash;
		if (slice_eq(def->hash, hashes[i].word))
			return true;
	}
	err_set(err, "hash: expected md5, sha1 or sha256");
	return false;
}

/* What a list must take so that the rule's question makes sense. */
static unsigned
key_kind(const struct list_plan *plan)
{
	if (plan->hashed)
		return DNS_LIST_HASH;
	return dns_subject_is_ip(plan->subject) || plan->part == DNS_PART_IP ? DNS_LIST_IP
									     : DNS_LIST_DOMAIN;
}

static bool
compile_part(const struct rule_def *def, struct list_plan *plan, struct err *err)
{
	bool names = !dns_subject_is_ip(plan->subject), fits;

	plan->part = DNS_PART_DOMAIN;
	if (def->by.p == NULL)
		return true;
	if (!names || !dns_part_of(def->by, &plan->part)) {
		err_set(err, names ? "by: expected domain, host, ip, address or uri"
				   : "by: relays are asked about by their addresses");
		return false;
	}
	fits = plan->part == DNS_PART_DOMAIN || plan->part == DNS_PART_HOST ||
	       (plan->part == DNS_PART_IP && plan->subject == DNS_SUBJECT_URI) ||
	       (plan->part == DNS_PART_URI && plan->subject == DNS_SUBJECT_URI && plan->hashed) ||
	       (plan->part == DNS_PART_ADDRESS && plan->hashed &&
		   (plan->subject == DNS_SUBJECT_FROM || plan->subject == DNS_SUBJECT_REPLY_TO ||
		       plan->subject == DNS_SUBJECT_ENVELOPE_FROM));
	if (!fits)
		err_set(err, "by: ip is for URIs; address (of senders) and uri want a hash");
	return fits;
}

bool
list_rule_compile(
    struct ruleset *ruleset, struct rule *rule, enum dns_subject subject, struct err *err)
{
	struct list_plan *plan = arena_alloc(ruleset->arena, sizeof(*plan));
	const struct rule_def *def = &rule->def;
	const struct dns_list *list;
	unsigned kind;

	plan->subject = subject;
	if (!ruleset_dns_list(ruleset, def->list, &plan->list)) {
		err_set(err, "there is no DNS list %.*s: dns_lists: describes it",
		    SLICE_ARG(slice_cut(def->list, 0, 60)));
		return false;
	}
	list = ruleset_dns_at(ruleset, plan->list);
	if (!compile_hash(def, plan, err) || !compile_part(def, plan, err) ||
	    !compile_codes(ruleset, def, list, plan, err))
		return false;
	kind = key_kind(plan);
	if ((list->takes & kind) == 0) {
		err_set(err, "list %.*s takes no %s (takes: in dns_lists:)", SLICE_ARG(list->name),
		    kind == DNS_LIST_IP       ? "addresses"
		    : kind == DNS_LIST_DOMAIN ? "domains"
					      : "hashes");
		return false;
	}
	ruleset_dns_declare(ruleset, rule, plan->list, &plan->codes);
	rule->plan = plan;
	return true;
}

unsigned
list_rule_early(const struct rule *rule)
{
	return dns_subject_early(((const struct list_plan *)rule->plan)->subject);
}

/* Base32 in lower case without padding (RFC 4648, 6): 64 digits of hex are more than a label. */
static void
add_base32(struct buf *out, struct slice bytes)
{
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		held = (held << 8 | (unsigned char)bytes.p[i]) & 0xffff;
		for (bits += 8; bits >= 5; bits -= 5)
			buf_add_byte(
			    out, "abcdefghijklmnopqrstuvwxyz234567"[held >> (bits - 5) & 31]);
	}
	if (bits > 0)
		buf_add_byte(out, "abcdefghijklmnopqrstuvwxyz234567"[held << (5 - bits) & 31]);
}

/* The key as the list wants it. */
static struct slice
plan_key(struct views *views, const struct list_plan *plan, struct slice key)
{
	struct crypto_digest digest = crypto_digest_begin((enum crypto_hash)plan->hash);
	struct buf text = { .arena = views->arena };
	unsigned char bytes[CRYPTO_DIGEST_MAX];
	struct slice sum;

	if (!plan->hashed)
		return key;
	crypto_digest_add(&digest, key);
	sum = crypto_digest_end(&digest, bytes);
	if (plan->hash == CRYPTO_SHA256)
		add_base32(&text, sum);
	for (size_t i = 0; plan->hash != CRYPTO_SHA256 && i < sum.n; i++)
		buf_printf(&text, "%02x", bytes[i]);
	return text.failed ? SLICE_ABSENT : buf_slice(&text);
}

/* Whether a listing's words, which the rule wants to show, are still to come. */
static bool
waits_for_text(struct views *views, const struct rule *rule, struct slice asked,
    const struct dns_answer *answer)
{
	const struct list_plan *plan = rule->plan;
	struct slice text;

	return rule->def.list_text && answer != NULL &&
	       dns_list_has(&views->ruleset->dns_lists.v[plan->list], answer, &plan->codes) &&
	       list_ask_text(views, plan->list, asked, &text) == DNS_OPEN;
}

/* What reports say below a hit. */
static void
log_hit(struct views *views, const struct rule *rule, const struct dns_key *key, struct slice asked,
    const struct dns_answer *answer)
{
	const struct list_plan *plan = rule->plan;
	const struct dns_list *list = &views->ruleset->dns_lists.v[plan->list];
	struct slice words = SLICE("");
	char text[DNS_CODE_TEXT_MAX];
	uint32_t code = 0;

	if (rule->def.list_text)
		list_ask_text(views, plan->list, asked, &words);
	for (size_t i = 0; i < answer->record_count && code == 0; i++)
		if (dns_codes_have(&plan->codes, dns_code_of(&answer->records[i])))
			code = dns_code_of(&answer->records[i]);
	views_log(views, rule, "%.*s in %.*s: %s%s%.*s", SLICE_ARG(key->subject),
	    SLICE_ARG(list->name), dns_code_text(code, text), words.n > 0 ? " " : "",
	    SLICE_ARG(words));
}

void
list_rule_ask(const struct rule *rule, struct views *views, const struct dns_keys *keys,
    struct outcome *outcome)
{
	const struct list_plan *plan = rule->plan;
	const struct dns_list *list = &views->ruleset->dns_lists.v[plan->list];
	const struct dns_answer *answers[DNS_SUBJECTS_MAX];
	struct slice asked[DNS_SUBJECTS_MAX];
	bool open = keys->open, unknown = keys->unknown;
	bool multiple = (rule->def.tags & RULE_MULTIPLE) != 0;
	unsigned most = rule_most_hits(rule);

	for (size_t i = 0; i < keys->n; i++) {
		enum dns_list_says says;

		asked[i] = plan_key(views, plan, keys->v[i].key);
		says = list_ask(views, plan->list, asked[i], keys->v[i].subject, &answers[i]);
		open |= says == DNS_LIST_SAYS_OPEN;
		open |= waits_for_text(views, rule, asked[i], answers[i]);
		unknown |= says == DNS_LIST_SAYS_REFUSED || says == DNS_LIST_SAYS_FAILED ||
			   says == DNS_LIST_SAYS_UNASKED;
	}
	for (size_t i = 0; i < keys->n && outcome->count < most && !(open && multiple); i++) {
		if (answers[i] == NULL || !dns_list_has(list, answers[i], &plan->codes))
			continue;
		if (waits_for_text(views, rule, asked[i], answers[i]))
			continue;
		log_hit(views, rule, &keys->v[i], asked[i], answers[i]);
		if (outcome->count++ == 0)
			outcome->matched = keys->v[i].subject;
		outcome->view = SLICE("DNS list");
	}
	if (outcome->count == 0 && open)
		outcome->state = OUTCOME_OPEN;
	else if (outcome->count == 0 && unknown)
		outcome->state = OUTCOME_UNKNOWN;
}
