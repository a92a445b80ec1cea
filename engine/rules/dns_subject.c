/*
 * dns_subject.c - what of a message the DNS may be asked about
 *
 * Relays are counted from ours outwards, as SpamAssassin counts them: the
 * last external one handed the mail to our networks and the first external
 * one sent it off; the one whose field the last relay that we trust wrote is
 * first-trusted. A client that authenticated is our user: its address is not
 * asked about.
 */
#include "engine/rules/dns_subject.h"

#include "engine/auth/dkim.h"
#include "engine/mime/boundary.h"
#include "engine/rules/askable.h"
#include "engine/rules/auth_facts.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"
#include "engine/rules/host_set.h"

bool
dns_subject_of(struct slice word, enum dns_subject *subject_r)
{
	static const char *const words[] = {
#define DNS_SUBJECT_WORD(id, word, addresses) word,
		DNS_SUBJECT_TABLE(DNS_SUBJECT_WORD)
#undef DNS_SUBJECT_WORD
	};

	for (unsigned i = 0; i < DNS_SUBJECT_COUNT; i++) {
		*subject_r = (enum dns_subject)i;
		if (slice_eq(word, slice_of(words[i])))
			return true;
	}
	return false;
}

bool
dns_subject_is_ip(enum dns_subject subject)
{
	static const bool addresses[] = {
#define DNS_SUBJECT_IS_IP(id, word, is_ip) is_ip,
		DNS_SUBJECT_TABLE(DNS_SUBJECT_IS_IP)
#undef DNS_SUBJECT_IS_IP
	};

	return addresses[subject];
}

bool
dns_part_of(struct slice word, enum dns_part *part_r)
{
	static const char *const words[] = {
#define DNS_PART_WORD(id, word) word,
		DNS_PART_TABLE(DNS_PART_WORD)
#undef DNS_PART_WORD
	};

	for (unsigned i = 0; i < DNS_PART_COUNT; i++) {
		*part_r = (enum dns_part)i;
		if (slice_eq(word, slice_of(words[i])))
			return true;
	}
	return false;
}

static bool
skipped(struct views *views, struct slice host)
{
	for (size_t i = 0; i < 3; i++)
		if (host_set_has(views->ruleset->uri_skip[i], host))
			return true;
	return false;
}

/* Each key once. */
static void
add_key(struct dns_keys *keys, size_t most, struct slice subject, struct slice key)
{
	if (key.n == 0 || keys->n >= most)
		return;
	for (size_t i = 0; i < keys->n; i++)
		if (slice_ieq(keys->v[i].key, key))
			return;
	keys->v[keys->n++] = (struct dns_key){ subject, key };
}

static void
add_ip(struct views *views, struct dns_keys *keys, size_t most, struct slice text)
{
	struct ip ip;

	if (askable_address(text, &ip))
		add_key(keys, most, ip_text(views->arena, &ip), ip_reversed(views->arena, &ip));
}

/* Whether a host of ours took the mail from it as from a user who authenticated. */
static bool
is_user(const struct relays *relays, const struct relay *relay)
{
	return relay->auth.n > 0 && (size_t)(relay - relays->v) <= relays->trusted_count;
}

static void
add_relays(
    struct views *views, const struct relays *relays, size_t from, size_t to, struct dns_keys *keys)
{
	for (size_t i = from; i < to && i < relays->n; i++)
		if (!is_user(relays, &relays->v[i]))
			add_ip(views, keys, DNS_RELAYS_MAX, relays->v[i].ip);
}

static void
relay_keys(struct views *views, enum dns_subject subject, struct dns_keys *keys)
{
	const struct relays *relays = views_relays(views);
	size_t external, trusted;

	if (relays == NULL || relays->n == 0)
		return;
	external = relays->internal_count;
	trusted = relays->trusted_count;
	switch (subject) {
	case DNS_SUBJECT_LAST_EXTERNAL:
		add_relays(views, relays, external, external + 1, keys);
		break;
	case DNS_SUBJECT_FIRST_EXTERNAL:
		if (external < relays->n)
			add_relays(views, relays, relays->n - 1, relays->n, keys);
		break;
	case DNS_SUBJECT_FIRST_TRUSTED:
		add_relays(views, relays, trusted, trusted + 1, keys);
		break;
	case DNS_SUBJECT_ALL_EXTERNAL:
		add_relays(views, relays, external, relays->n, keys);
		break;
	case DNS_SUBJECT_ALL_UNTRUSTED:
		add_relays(views, relays, trusted, relays->n, keys);
		break;
	default:
		if (relays->v[0].field == RELAY_CLIENT && !relays->v[0].internal)
			add_relays(views, relays, 0, 1, keys);
		break;
	}
}

/* The part of a host name that is asked for; absent: an address, or nothing to ask about. */
static struct slice
host_part(struct views *views, enum dns_part part, struct slice host)
{
	struct slice name = askable_name(views, host);

	if (name.n == 0 || part == DNS_PART_HOST)
		return name;
	return boundary_domain(views->ruleset->boundaries, views->arena, name);
}

static void
add_host(struct views *views, enum dns_part part, struct slice host, struct dns_keys *keys)
{
	struct slice name = host_part(views, part, host);

	add_key(keys, DNS_URI_DOMAINS_MAX, name, name);
}

/* A mail address: its host's part, or all of it. */
static void
add_address(struct views *views, enum dns_part part, struct slice address, struct dns_keys *keys)
{
	struct slice host = eval_domain(address), whole;

	if (part != DNS_PART_ADDRESS) {
		add_host(views, part, host, keys);
		return;
	}
	whole = arena_lower(views->arena, address);
	if (host_part(views, DNS_PART_HOST, host).n > 0)
		add_key(keys, DNS_URI_DOMAINS_MAX, whole, whole);
}

/* The domains of good signatures: anybody may write another's name into a bad one. */
static void
signer_keys(struct views *views, enum dns_part part, struct dns_keys *keys)
{
	const struct dkim *dkim = views_dkim(views);

	for (size_t i = 0; dkim != NULL && i < dkim->n; i++) {
		const struct dkim_signature *signature = &dkim->v[i];

		keys->open = keys->open || signature->result == AUTH_OPEN;
		keys->unknown = keys->unknown || signature->result == AUTH_TEMPERROR;
		if (signature->result == AUTH_PASS)
			add_host(views, part, signature->domain, keys);
	}
}

/* One URI: its hosts, or the whole of it. */
static void
add_uri(struct views *views, enum dns_part part, const struct uri *uri, struct dns_keys *keys)
{
	for (size_t i = 0; i < uri->hosts.n; i++) {
		struct slice host = uri->hosts.v[i];

		if (skipped(views, host))
			return;
		if (part == DNS_PART_IP)
			add_ip(views, keys, DNS_URI_DOMAINS_MAX, host);
		else if (part != DNS_PART_URI)
			add_host(views, part, host, keys);
	}
	if (part == DNS_PART_URI && host_part(views, DNS_PART_HOST, uri->host).n > 0)
		add_key(keys, DNS_URI_DOMAINS_MAX, uri->raw, uri->raw);
}

static void
uri_keys(struct views *views, enum dns_part part, struct dns_keys *keys)
{
	struct uri_list uris = views_uris(views);

	for (size_t i = 0; i < uris.n && keys->n < DNS_URI_DOMAINS_MAX; i++)
		if (!slice_istarts(uris.v[i].raw, SLICE("mailto:")))
			add_uri(views, part, &uris.v[i], keys);
	if (keys->n == DNS_URI_DOMAINS_MAX)
		views_note(views, "DNS lists were asked about the first %d hosts of URIs",
		    DNS_URI_DOMAINS_MAX);
}

/* What is worked out once for each part: lists of many rules ask about the same. */
static void
uri_keys_kept(struct views *views, enum dns_part part, struct dns_keys *keys_r)
{
	struct dns_keys **kept = views->memos[MEMO_URI_HOSTS];

	if (kept == NULL)
		kept = views->memos[MEMO_URI_HOSTS] = arena_array(
		    views->arena, DNS_PART_COUNT, sizeof(*kept));
	if (kept != NULL && kept[part] == NULL) {
		kept[part] = arena_alloc(views->arena, sizeof(*kept[part]));
		if (kept[part] != NULL)
			uri_keys(views, part, kept[part]);
	}
	if (kept != NULL && kept[part] != NULL)
		*keys_r = *kept[part];
}

unsigned
dns_subject_early(enum dns_subject subject)
{
	switch (subject) {
	case DNS_SUBJECT_LAST_EXTERNAL:
	case DNS_SUBJECT_FIRST_TRUSTED:
	case DNS_SUBJECT_CLIENT:
		return ENVELOPE_CLIENT;
	case DNS_SUBJECT_HELO:
		return ENVELOPE_CLIENT | ENVELOPE_HELO | ENVELOPE_RCPT;
	case DNS_SUBJECT_RDNS:
		return ENVELOPE_CLIENT | ENVELOPE_RCPT;
	case DNS_SUBJECT_ENVELOPE_FROM:
		return ENVELOPE_SENDER | ENVELOPE_RCPT;
	case DNS_SUBJECT_FIRST_EXTERNAL:
	case DNS_SUBJECT_ALL_EXTERNAL:
	case DNS_SUBJECT_ALL_UNTRUSTED:
	case DNS_SUBJECT_FROM:
	case DNS_SUBJECT_REPLY_TO:
	case DNS_SUBJECT_DKIM:
	case DNS_SUBJECT_URI:
	case DNS_SUBJECT_COUNT:
		break;
	}
	return 0;
}

void
dns_subject_keys(
    struct views *views, enum dns_subject subject, enum dns_part part, struct dns_keys *keys_r)
{
	const struct relays *relays = views_relays(views);
	const struct relay *last = relays == NULL ? NULL : relays_last_external(relays);

	keys_r->n = 0;
	keys_r->open = keys_r->unknown = false;
	if (dns_subject_is_ip(subject)) {
		relay_keys(views, subject, keys_r);
		return;
	}
	switch (subject) {
	case DNS_SUBJECT_HELO:
		if (last != NULL && !is_user(relays, last))
			add_host(views, part, last->helo, keys_r);
		break;
	case DNS_SUBJECT_RDNS:
		if (last != NULL && !is_user(relays, last))
			add_host(views, part, last->rdns, keys_r);
		break;
	case DNS_SUBJECT_ENVELOPE_FROM:
		add_address(
		    views, part, eval_first_line(eval_field(views, FIXED_ENVELOPE_FROM)), keys_r);
		break;
	case DNS_SUBJECT_FROM:
		add_address(
		    views, part, eval_first_line(eval_field(views, FIXED_FROM_ADDR)), keys_r);
		break;
	case DNS_SUBJECT_REPLY_TO:
		add_address(
		    views, part, eval_first_line(eval_field(views, FIXED_REPLY_TO_ADDR)), keys_r);
		break;
	case DNS_SUBJECT_DKIM:
		signer_keys(views, part, keys_r);
		break;
	default:
		uri_keys_kept(views, part, keys_r);
		break;
	}
}
