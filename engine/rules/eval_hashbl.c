/*
 * eval_hashbl.c - DNS lists of hashes: of addresses, URIs, what patterns find, tags and attachments
 *
 * Law: SpamAssassin 4.0.1's HashBL, by how it behaves. A list is its zone,
 * "/TXT" behind it where it answers so; options stand with slashes between
 * ("sha1/max=10/case"). Without a hash among them the thing itself is asked
 * about. SpamAssassin shuffles where there are more than `max`; ours takes the
 * first. Its maxsize of attachments compares with minsize, by mistake; ours does not.
 */
#include "engine/rules/eval.h"

#include "engine/mime/boundary.h"
#include "engine/mime/domain.h"
#include "engine/mime/ip.h"
#include "engine/rules/dns_filter.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/dns_tag.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/eval_pattern.h"
#include "engine/rules/mail_scan.h"
#include "engine/rules/senders.h"
#include "engine/rules/uribl_hosts.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/crypto.h"

/* Things that are asked about unless max= says how many, and the most that it may say. */
#define THINGS_USUAL 10
#define THINGS_MAX 50
/* Things that are looked at to find them. */
#define FOUND_MAX 500

#define SIMPLE_OPTIONS "sha1/max=10/shuffle"

/*
 * What a rule asks about, in the order in which it stands in the message. It is looked for once:
 * the rule is run again whenever answers have come, and must not read the message each time.
 */
struct found {
	const struct rule *rule;
	struct found *next;
	bool done;
	struct vec things; /* struct thing */
};

struct thing {
	struct slice text;
	struct slice name; /* in the list's zone; absent: not made yet; empty: it is ignored */
};

/* One call. */
struct hashbl {
	struct views *views;
	const struct rule *rule;
	struct slice zone, options;
	enum dns_type type;
	const struct regex *filter; /* NULL: 127.0.0.0/8 */
	struct map *seen;
	struct found *found;
};

/* The option's value, empty when it has none; absent: it is not there. */
static struct slice
option_value(struct slice options, const char *name)
{
	while (options.n > 0) {
		size_t slash = slice_find_byte(options, 0, '/');
		struct slice option = slice_trim(slice_cut(options, 0, slash));
		size_t equals = slice_find_byte(option, 0, '=');

		if (slice_ieq(slice_cut(option, 0, equals), slice_of(name)))
			return slice_from(option, equals + 1);
		options = slice_from(options, slash + 1);
	}
	return SLICE_ABSENT;
}

static bool
has_option(const struct hashbl *hashbl, const char *name)
{
	return option_value(hashbl->options, name).p != NULL;
}

/* A number among the options, or `otherwise`. */
static size_t
number_option(const struct hashbl *hashbl, const char *name, size_t otherwise)
{
	double number;

	if (!eval_read_number(option_value(hashbl->options, name), &number) || number < 1)
		return otherwise;
	return number < 1e9 ? (size_t)number : (size_t)1e9;
}

static struct slice
arg_text(const struct rule *rule, size_t i, struct slice otherwise)
{
	if (i >= rule->call.arg_count || rule->call.args[i].text.n == 0)
		return otherwise;
	return rule->call.args[i].text;
}

/* The list's zone, without the type behind it. */
static struct slice
list_zone(const struct rule *rule)
{
	struct slice zone = rule->call.args[0].text;

	zone = slice_cut(zone, 0, slice_find_byte(zone, 0, '/'));
	return slice_ends(zone, SLICE(".")) ? slice_cut(zone, 0, zone.n - 1) : zone;
}

struct slice
hashbl_zone(const struct rule *rule)
{
	return slice_starts(slice_of(rule->call.function->name), SLICE("check_hashbl_"))
		   ? list_zone(rule)
		   : SLICE_ABSENT;
}

/* The rule's own; NULL at the arena's cap. */
static struct found *
found_of(struct views *views, const struct rule *rule)
{
	struct found *found = views->memos[MEMO_HASHBL];

	while (found != NULL && found->rule != rule)
		found = found->next;
	if (found != NULL)
		return found;
	found = arena_alloc(views->arena, sizeof(*found));
	if (found == NULL)
		return NULL;
	*found = (struct found){ .rule = rule, .next = views->memos[MEMO_HASHBL] };
	views->memos[MEMO_HASHBL] = found;
	return found;
}

/* `filter` is the number of that argument. False: nothing is to be done. */
static bool
hashbl_open(struct hashbl *hashbl, const struct rule *rule, struct views *views,
    struct slice options, size_t filter)
{
	*hashbl = (struct hashbl){ .views = views, .rule = rule, .type = DNS_A };
	if (slice_iends(rule->call.args[0].text, SLICE("/TXT")))
		hashbl->type = DNS_TXT;
	hashbl->zone = list_zone(rule);
	hashbl->options = arg_text(rule, 1, options);
	if (arg_text(rule, filter, SLICE_ABSENT).p != NULL)
		hashbl->filter = rule->call.args[filter].regex;
	hashbl->found = facts_on(views->facts) ? found_of(views, rule) : NULL;
	if (hashbl->found == NULL || hashbl->found->done)
		return hashbl->found != NULL;
	hashbl->found->things = VEC_OF(struct thing, views->arena);
	hashbl->seen = map_new(views->arena, MAP_EXACT, views->hash_seed);
	return hashbl->seen != NULL;
}

/* Keeps a thing to ask about, once. */
static void
add_thing(struct hashbl *hashbl, struct slice thing)
{
	struct thing *added;

	if (thing.n == 0 || hashbl->found->things.n >= FOUND_MAX ||
	    map_find(hashbl->seen, thing) != NULL || !map_add(hashbl->seen, thing, hashbl))
		return;
	added = vec_push(&hashbl->found->things);
	if (added != NULL)
		*added = (struct thing){ .text = thing };
}

/* In lower case, unless the options say otherwise. */
static struct slice
cased(const struct hashbl *hashbl, struct slice text)
{
	return has_option(hashbl, "case") ? text : arena_lower(hashbl->views->arena, text);
}

/* RFC 4648, 6, in lower case and without padding. */
static void
add_base32(struct buf *out, struct slice bytes)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned bits = 0, value = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		value = (value << 8 | (unsigned char)bytes.p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			buf_add_byte(out, digits[value >> (bits - 5) & 31]);
	}
	if (bits > 0)
		buf_add_byte(out, digits[value << (5 - bits) & 31]);
}

/* As the list wants it: the thing, or its hash. */
static struct slice
hash(const struct hashbl *hashbl, struct slice thing)
{
	bool sha256 = has_option(hashbl, "sha256"), sha1 = has_option(hashbl, "sha1");
	struct buf out = { .arena = hashbl->views->arena };
	unsigned char bytes[CRYPTO_DIGEST_MAX];
	struct crypto_digest digest;
	struct slice made;

	if (!sha256 && !sha1 && !has_option(hashbl, "md5"))
		return thing;
	digest = crypto_digest_begin(sha256 ? CRYPTO_SHA256 : sha1 ? CRYPTO_SHA1 : CRYPTO_MD5);
	crypto_digest_add(&digest, thing);
	made = crypto_digest_end(&digest, bytes);
	if (sha256)
		add_base32(&out, made);
	for (size_t i = 0; !sha256 && i < made.n; i++)
		buf_printf(&out, "%02x", (unsigned char)made.p[i]);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* Whether hashbl_ignore lists it, in lower case. */
static bool
is_ignored(const struct hashbl *hashbl, struct slice text)
{
	const struct map *ignored = hashbl->views->ruleset->prepared[PREPARED_HASHBL];

	return ignored != NULL && map_find(ignored, text) != NULL;
}

const void *
hashbl_prepare(struct ruleset *ruleset)
{
	const struct name_list *list = ruleset_list(ruleset, "hashbl_ignore");
	struct map *ignored = map_new(ruleset->arena, MAP_FOLDED, 0);

	for (size_t i = 0; list != NULL && i < list->entries.n; i++)
		map_add(ignored, *(struct slice *)vec_at(&list->entries, i), ignored);
	return ignored;
}

/* Whether the records say that it is listed. */
static bool
is_listed(const struct hashbl *hashbl, const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->record_count; i++) {
		struct slice text = dns_filter_text(
		    hashbl->views, hashbl->type, &answer->records[i]);

		if (hashbl->filter == NULL
			? slice_starts(text, SLICE("127."))
			: views_test(hashbl->views, hashbl->rule, hashbl->filter, text))
			return true;
	}
	return false;
}

/* The thing as the list wants it, in its zone; empty: it is not to be asked about. */
static struct slice
thing_name(const struct hashbl *hashbl, struct thing *thing, bool hashed)
{
	struct slice label;

	if (thing->name.p != NULL)
		return thing->name;
	label = hashed ? thing->text : hash(hashbl, thing->text);
	if (label.p == NULL || is_ignored(hashbl, thing->text) || is_ignored(hashbl, label))
		thing->name = SLICE("");
	else
		thing->name = arena_printf(
		    hashbl->views->arena, "%.*s.%.*s", SLICE_ARG(label), SLICE_ARG(hashbl->zone));
	return thing->name;
}

/* Asks about what was found; `hashed`: it is hashes already. */
static unsigned
hashbl_ask(struct hashbl *hashbl, bool hashed)
{
	size_t most = number_option(hashbl, "max", THINGS_USUAL);
	struct dns_tally tally = { 0 };

	hashbl->found->done = true;
	if (most > THINGS_MAX)
		most = THINGS_MAX;
	for (size_t i = 0; i < hashbl->found->things.n && i < most; i++) {
		struct thing *thing = vec_at(&hashbl->found->things, i);
		struct slice name = thing_name(hashbl, thing, hashed);
		struct dns_listing listing;

		if (name.n == 0)
			continue;
		listing = dns_query_listing(hashbl->views, hashbl->type, name, hashbl->zone);
		if (!dns_tally_listing(
			&tally, hashbl->views, hashbl->rule, hashbl->filter == NULL, &listing) ||
		    !is_listed(hashbl, listing.answer))
			continue;
		if (dns_tally_hit(&tally) && !hashbl->rule->subrule)
			views_log(hashbl->views, hashbl->rule, "%.*s", SLICE_ARG(thing->text));
	}
	return dns_tally_result(&tally, hashbl->rule);
}

/* Whether the list hashbl_acl_NAME has the domain, and not "!domain". */
static bool
acl_has(const struct name_list *acl, struct slice domain)
{
	bool has = false;

	for (size_t i = 0; i < acl->entries.n; i++) {
		struct slice entry = *(struct slice *)vec_at(&acl->entries, i);
		bool negated = slice_starts(entry, SLICE("!"));

		if (!slice_ieq(slice_from(entry, negated ? 1 : 0), domain))
			continue;
		if (negated)
			return false;
		has = true;
	}
	return has;
}

/* The list of the fifth argument, NULL for all; false: there is no such list. */
static bool
find_acl(const struct hashbl *hashbl, const struct name_list **acl_r)
{
	struct slice name = arg_text(hashbl->rule, 4, SLICE("all"));
	struct buf list = { .arena = hashbl->views->arena };

	*acl_r = NULL;
	if (slice_eq(name, SLICE("all")))
		return true;
	buf_printf(&list, "hashbl_acl_%.*s", SLICE_ARG(name));
	*acl_r = ruleset_list(hashbl->views->ruleset, buf_text(&list));
	return *acl_r != NULL;
}

/* What the domain of an address stands for: hashbl_email_domain_alias, "REAL ALIAS ...". */
static struct slice
real_domain(const struct views *views, struct slice domain)
{
	const struct name_list *list = ruleset_list(views->ruleset, "hashbl_email_domain_alias");

	for (size_t i = 0; list != NULL && i < list->entries.n; i++) {
		struct slice entry = *(struct slice *)vec_at(&list->entries, i), real, word;

		if (!slice_next_word(&entry, &real))
			continue;
		while (slice_next_word(&entry, &word)) {
			if (slice_ieq(word, domain))
				return real;
		}
	}
	return domain;
}

/* Recipients, and names that anybody has: they are never asked about. */
static bool
is_welcome(const struct hashbl *hashbl, struct slice address)
{
	static const enum fixed_field fields[] = { FIXED_X_ORIGINAL_TO, FIXED_APPARENTLY_TO,
		FIXED_DELIVERED_TO_ADDR, FIXED_ENVELOPE_TO };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct slice value = eval_field(hashbl->views, fields[i]), line;

		while (slice_next_line(&value, &line)) {
			if (slice_ieq(line, address))
				return true;
		}
	}
	return eval_pattern_in(hashbl->views, hashbl->rule, PATTERN_HASHBL_WELCOME, address);
}

/* What of an address is asked about. */
static struct slice
address_thing(const struct hashbl *hashbl, struct slice local, struct slice domain)
{
	struct buf out = { .arena = hashbl->views->arena };

	if (has_option(hashbl, "domain"))
		return boundary_domain(
		    hashbl->views->ruleset->boundaries, hashbl->views->arena, domain);
	if (has_option(hashbl, "host"))
		return domain;
	if (has_option(hashbl, "notag"))
		local = slice_cut(local, 0, slice_find_byte(local, 0, '+'));
	for (size_t i = 0; i < local.n; i++) {
		if (local.p[i] != '.' || !has_option(hashbl, "nodot"))
			buf_add_byte(&out, local.p[i]);
	}
	if (!has_option(hashbl, "user"))
		buf_printf(&out, "@%.*s", SLICE_ARG(domain));
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

static void
add_address(struct hashbl *hashbl, const struct name_list *acl, struct slice address)
{
	struct views *views = hashbl->views;
	size_t at = address.n;
	struct slice local, domain, thing;

	while (at > 0 && address.p[at - 1] != '@')
		at--;
	if (at < 2 || at == address.n)
		return;
	local = slice_cut(address, 0, at - 1);
	domain = real_domain(views, slice_from(address, at));
	if ((acl != NULL && !acl_has(acl, domain)) || is_welcome(hashbl, address) ||
	    (hashbl->rule->call.arg_count < 5 &&
		uribl_skips(views, domain,
		    boundary_domain(views->ruleset->boundaries, views->arena, domain))))
		return;
	thing = address_thing(hashbl, local, domain);
	if (thing.p != NULL)
		add_thing(hashbl, cased(hashbl, thing));
}

static void
add_text(struct hashbl *hashbl, const struct name_list *acl, struct slice text)
{
	struct mail_scanner scanner = { .text = text,
		.boundaries = hashbl->views->ruleset->boundaries,
		.without_uris = has_option(hashbl, "nouri"),
		.without_quotes = has_option(hashbl, "noquote") };
	struct slice address;

	while (hashbl->found->things.n < FOUND_MAX && mail_scan_next(&scanner, &address))
		add_address(hashbl, acl, address);
}

/* Links to addresses, and what stands in the text. */
static void
add_body(struct hashbl *hashbl, const struct name_list *acl)
{
	struct uri_list uris = views_uris(hashbl->views);
	struct slice_list body = views_body(hashbl->views);

	for (size_t i = 0; i < uris.n; i++) {
		const struct uri *uri = &uris.v[i];

		if (!uri->extended && !uri->in_text && slice_istarts(uri->raw, SLICE("mailto:")))
			add_text(hashbl, acl, slice_from(uri->raw, 7));
	}
	for (size_t i = 0; i < body.n; i++)
		add_text(hashbl, acl, body.v[i]);
}

/* One of the places that the third argument names. */
static void
add_place(struct hashbl *hashbl, const struct name_list *acl, struct slice place)
{
	struct views *views = hashbl->views;
	const struct senders *senders;

	if (slice_eq(place, SLICE("ALLFROM"))) {
		senders = senders_find(views);
		for (size_t i = 0; senders != NULL && i < senders->from_count; i++)
			add_address(hashbl, acl, senders->from[i]);
	} else if (slice_eq(place, SLICE("body"))) {
		add_body(hashbl, acl);
	} else {
		add_text(hashbl, acl, views_read_text(views, place));
	}
}

static void
find_emails(struct hashbl *hashbl)
{
	struct slice places = arg_text(hashbl->rule, 2, SLICE("ALLFROM/Reply-To/body"));
	const struct name_list *acl;

	if (!find_acl(hashbl, &acl))
		return;
	while (places.n > 0) {
		size_t slash = slice_find_byte(places, 0, '/');

		add_place(hashbl, acl, slice_trim(slice_cut(places, 0, slash)));
		places = slice_from(places, slash + 1);
	}
}

unsigned
eval_check_hashbl_emails(const struct rule *rule, struct views *views)
{
	struct hashbl hashbl;

	if (!hashbl_open(&hashbl, rule, views, SLICE("sha1/notag/noquote/max=10/shuffle"), 3))
		return 0;
	if (!hashbl.found->done)
		find_emails(&hashbl);
	return hashbl_ask(&hashbl, false);
}

/* Whether a host of it is left aside. */
static bool
skips_uri(struct views *views, const struct uri *uri)
{
	for (size_t i = 0; i < uri->hosts.n; i++) {
		if (uribl_skips(views, uri->hosts.v[i],
			boundary_domain(views->ruleset->boundaries, views->arena, uri->hosts.v[i])))
			return true;
	}
	return false;
}

static void
find_uris(struct hashbl *hashbl)
{
	struct views *views = hashbl->views;
	struct uri_list uris = views_uris(views);

	for (size_t i = 0; i < uris.n; i++) {
		const struct uri *uri = &uris.v[i];

		if (uri->extended || slice_istarts(uri->raw, SLICE("mailto:")) ||
		    uri->hosts.n == 0 ||
		    (!uri_has_type(uri, "a") && !uri_has_type(uri, "parsed")) ||
		    skips_uri(views, uri))
			continue;
		for (size_t k = 0; k < uri->variants.n; k++)
			add_thing(hashbl, cased(hashbl, uri->variants.v[k]));
	}
}

unsigned
eval_check_hashbl_uris(const struct rule *rule, struct views *views)
{
	struct hashbl hashbl;

	if (!hashbl_open(&hashbl, rule, views, SLICE(SIMPLE_OPTIONS), 2) ||
	    has_option(&hashbl, "raw"))
		return 0;
	if (!hashbl.found->done)
		find_uris(&hashbl);
	return hashbl_ask(&hashbl, false);
}

/* The digits of a text alone. */
static struct slice
digits_of(struct views *views, struct slice text)
{
	struct buf out = { .arena = views->arena };

	for (size_t i = 0; i < text.n; i++) {
		if (ascii_is_digit(text.p[i]))
			buf_add_byte(&out, text.p[i]);
	}
	return buf_slice(&out);
}

/* What the pattern's group takes, wherever it matches. */
static void
add_matches(struct hashbl *hashbl, const struct regex *regex, struct slice text)
{
	struct views *views = hashbl->views;
	const struct regex_limits limits = views_limits(views);
	struct regex_match match = { 0 };

	while (hashbl->found->things.n < FOUND_MAX && !views->spent &&
	       regex_next(regex, views->scratch, text, &limits, &match) == REGEX_MATCH) {
		struct slice thing = regex_group(views->scratch, text);

		if (thing.p == NULL)
			continue;
		thing = cased(hashbl, thing);
		add_thing(hashbl, has_option(hashbl, "num") ? digits_of(views, thing) : thing);
	}
}

static void
find_matches(struct hashbl *hashbl)
{
	const struct rule *rule = hashbl->rule;
	struct views *views = hashbl->views;
	const struct regex *regex = rule->call.args[2].regex;
	struct slice_list texts;

	if (rule->def.call_kind == RULE_FULL) {
		add_matches(hashbl, regex, views->bytes);
		return;
	}
	texts = rule->def.of_rawbody ? views_rawbody(views) : views_body(views);
	for (size_t i = 0; i < texts.n; i++)
		add_matches(hashbl, regex, texts.v[i]);
}

unsigned
eval_check_hashbl_bodyre(const struct rule *rule, struct views *views)
{
	struct hashbl hashbl;

	if (!hashbl_open(&hashbl, rule, views, SLICE(SIMPLE_OPTIONS), 3))
		return 0;
	if (!hashbl.found->done)
		find_matches(&hashbl);
	return hashbl_ask(&hashbl, false);
}

/* A value that is an address; absent: it is not to be asked about. */
static struct slice
address_value(const struct hashbl *hashbl, struct slice value, const struct ip *ip)
{
	if ((has_option(hashbl, "ipv4") && !ip_is_v4(ip)) ||
	    (has_option(hashbl, "ipv6") && ip_is_v4(ip)))
		return SLICE_ABSENT;
	return has_option(hashbl, "revip") ? ip_reversed(hashbl->views->arena, ip) : value;
}

/* A tag's value as the options want it; absent: it is not to be asked about. */
static struct slice
tag_value(const struct hashbl *hashbl, struct slice value)
{
	struct views *views = hashbl->views;
	const struct boundaries *boundaries = views->ruleset->boundaries;
	bool trim = has_option(hashbl, "trim"), is_host = domain_is_host_name(value);
	struct slice domain;
	struct ip ip;

	if (ip_parse(value, &ip))
		return address_value(hashbl, value, &ip);
	if (has_option(hashbl, "ip") || has_option(hashbl, "ipv4") || has_option(hashbl, "ipv6") ||
	    ((trim || has_option(hashbl, "fqdn")) && !is_host) ||
	    ((trim || has_option(hashbl, "tld")) && !boundary_has_tld(boundaries, value)))
		return SLICE_ABSENT;
	if (!is_host)
		return value;
	domain = boundary_domain(boundaries, views->arena, value);
	if (uribl_skips(views, value, domain))
		return SLICE_ABSENT;
	return trim ? domain : value;
}

/* Until all rules have run, a tag may still get values. */
static enum dns_tag_state
find_values(struct hashbl *hashbl)
{
	struct views *views = hashbl->views;
	struct slice tag = hashbl->rule->call.args[2].text;
	struct vec values = VEC_OF(struct slice, views->arena);
	enum dns_tag_state state;

	if (tag.n > 2 && tag.p[0] == '_' && tag.p[tag.n - 1] == '_')
		tag = slice_cut(tag, 1, tag.n - 1);
	state = dns_tag_values(views, tag, &values);
	for (size_t i = 0; state == DNS_TAG_SET && i < values.n; i++)
		add_thing(
		    hashbl, tag_value(hashbl, cased(hashbl, *(struct slice *)vec_at(&values, i))));
	return state;
}

unsigned
eval_check_hashbl_tag(const struct rule *rule, struct views *views)
{
	enum dns_tag_state state = DNS_TAG_SET;
	struct hashbl hashbl;
	unsigned hits;

	if (!hashbl_open(&hashbl, rule, views, SLICE(SIMPLE_OPTIONS), 3))
		return 0;
	if (!hashbl.found->done)
		state = find_values(&hashbl);
	if (state == DNS_TAG_OPEN)
		return EVAL_OPEN;
	if (state == DNS_TAG_FAILED)
		return EVAL_UNKNOWN;
	hits = hashbl_ask(&hashbl, false);
	hashbl.found->done = views->settled;
	return hits;
}

/* Whether a part is to be left aside, by its type, name or size. */
static bool
skips_part(const struct hashbl *hashbl, const struct part *part, struct slice bytes)
{
	return bytes.n == 0 || is_ignored(hashbl, part->type.full) ||
	       (part->filename.n > 0 && is_ignored(hashbl, part->filename)) ||
	       bytes.n < number_option(hashbl, "minsize", 0) ||
	       bytes.n > number_option(hashbl, "maxsize", SIZE_MAX);
}

static void
find_attachments(struct hashbl *hashbl)
{
	struct views *views = hashbl->views;
	const struct message *message = views->message;

	for (size_t i = 0; i < message->part_count && hashbl->found->things.n < THINGS_MAX; i++) {
		const struct part *part = message->parts[i];
		struct slice bytes;

		if (part->child != NULL || views_spent(views))
			continue;
		bytes = part_decode(views->arena, part);
		if (!skips_part(hashbl, part, bytes))
			add_thing(hashbl, hash(hashbl, bytes));
	}
}

unsigned
eval_check_hashbl_attachments(const struct rule *rule, struct views *views)
{
	struct hashbl hashbl;

	if (!hashbl_open(&hashbl, rule, views, SLICE(SIMPLE_OPTIONS), 2) ||
	    has_option(&hashbl, "raw"))
		return 0;
	if (!hashbl.found->done)
		find_attachments(&hashbl);
	return hashbl_ask(&hashbl, true);
}
