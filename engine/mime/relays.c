/*
 * relays.c - the hosts a message passed, and how far down we trust what they say
 *
 * One walk from the newest relay to the oldest. With networks configured a
 * relay is trusted while it lies in trusted_networks or authenticated itself,
 * internal while it lies in internal_networks too; one in msa_networks vouches
 * for all below it. With none configured, private addresses and authenticated
 * relays play that part. Loopback is always ours. Trust that is lost does not
 * come back. All as SpamAssassin documents trusted_networks and its kin.
 *
 * Below the last Received come the fields in which webmail tells its client's
 * address: those that the policy names, or originating_ip_headers of
 * SpamAssassin's default configuration.
 */
#include "config.h"

#include "engine/mime/relays.h"

#include "engine/mime/ip.h"
#include "engine/mime/received.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

/* More Received fields than any loop of MTAs makes; the rest is not read. */
#define RELAYS_MAX 1000

static const struct slice originating_fields[] = {
	{ "X-Yahoo-Post-IP", 15 },
	{ "X-Originating-IP", 16 },
	{ "X-Apparently-From", 17 },
	{ "X-SenderIP", 10 },
	{ "X-AOL-IP", 8 },
	{ "X-MS-Exchange-CrossTenant-OriginalAttributedTenantConnectingIp", 62 },
};

/* The relays so far, and where the walk stands. */
struct walk {
	struct arena *arena;
	const struct policy *policy;
	struct vec list;
	struct slice scanner_envfrom; /* told by qmail-scanner's field for the relay below it */
	size_t unparseable;
	bool configured;
	bool in_trusted, in_internal; /* no relay so far ended it */
	bool below_msa;
};

static bool
is_loopback(const struct ip *ip)
{
	static const struct ip loopback = { { [15] = 1 } };

	return ip_eq(ip, &loopback) || (ip_is_v4(ip) && ip->v[12] == 127);
}

/* Whether the relay lies in a list; one that is empty is stood in for by the other. */
static bool
in_networks(const struct network_list *list, const struct network_list *other, const struct ip *ip)
{
	if (is_loopback(ip))
		return true;
	return network_list_has(list->n > 0 ? list : other, ip);
}

static void
judge(struct walk *walk, struct relay *relay)
{
	const struct policy *policy = walk->policy;
	struct ip ip = { { 0 } };
	bool known = ip_parse(relay->ip, &ip), auth = relay->auth.n > 0;

	if (!walk->below_msa) {
		bool trusted = auth, internal = auth;

		if (walk->configured) {
			trusted |= in_networks(
			    &policy->trusted_networks, &policy->internal_networks, &ip);
			internal |= in_networks(
			    &policy->internal_networks, &policy->trusted_networks, &ip);
		} else {
			trusted |= ip_is_private(&ip);
			internal |= ip_is_private(&ip);
		}
		walk->in_trusted &= trusted;
		walk->in_internal &= trusted && internal;
		relay->msa = known && walk->configured && walk->in_trusted &&
			     network_list_has(&policy->msa_networks, &ip);
	}
	relay->trusted = walk->in_trusted;
	relay->internal = walk->in_internal;
	walk->below_msa |= relay->msa;
}

static void
add_relay(struct walk *walk, const struct relay *relay)
{
	struct relay *added = vec_push(&walk->list);

	if (added == NULL)
		return;
	*added = *relay;
	if (walk->scanner_envfrom.n > 0)
		added->envfrom = walk->scanner_envfrom;
	walk->scanner_envfrom = SLICE_ABSENT;
	judge(walk, added);
}

/*
 * Adds the field's relay. A mail fetcher in the trusted part got the message
 * from a mailbox: what stood above was the owner's own machine, and the walk
 * begins anew.
 */
static void
add_received(struct walk *walk, struct slice value, size_t field)
{
	struct relay relay = { .field = field };

	switch (received_parse(walk->arena, value, &relay)) {
	case RECEIVED_PARSED:
		relay.field = field;
		add_relay(walk, &relay);
		break;
	case RECEIVED_UNPARSEABLE:
		walk->unparseable++;
		break;
	case RECEIVED_FETCHED:
		if (walk->in_trusted)
			walk->list.n = 0;
		break;
	case RECEIVED_SCANNED:
		walk->scanner_envfrom = relay.envfrom;
		break;
	case RECEIVED_IGNORED:
		break;
	}
}

static bool
is_ip_byte(char c)
{
	return ascii_hex(c) >= 0 || c == '.' || c == ':';
}

/* The first address in a field of webmail: anything else there is its own business. */
static struct slice
find_address(struct slice text)
{
	for (size_t i = 0, n; i < text.n; i += n + 1) {
		struct slice run;
		struct ip ip;

		for (n = 0; i + n < text.n && is_ip_byte(text.p[i + n]); n++)
			;
		run = slice_cut(text, i, i + n);
		if (slice_istarts(run, SLICE("::ffff:")) && slice_find_byte(run, 0, '.') < run.n)
			run = slice_from(run, 7);
		if (run.n > 0 && run.n <= IP_TEXT_MAX && ip_parse(run, &ip))
			return run;
	}
	return SLICE_ABSENT;
}

/* Of a field that comes again the last one counts. */
static void
add_originating(struct walk *walk, const struct header_list *headers)
{
	const struct slice *names = walk->policy->originating_ip_headers;
	size_t n = walk->policy->originating_ip_header_count;

	if (names == NULL) {
		names = originating_fields;
		n = sizeof(originating_fields) / sizeof(originating_fields[0]);
	}
	for (size_t i = 0; i < n; i++) {
		const struct header *header = header_find_last(headers, names[i]);
		struct relay relay = { .field = RELAY_ORIGINATING };

		if (header == NULL)
			continue;
		relay.ip = find_address(header->raw);
		if (relay.ip.n > 0)
			add_relay(walk, &relay);
	}
}

static void
add_text(struct buf *out, const struct relay *relay)
{
	const struct {
		const char *name;
		struct slice value;
	} fields[] = { { "ip", relay->ip }, { "rdns", relay->rdns }, { "helo", relay->helo },
		{ "by", relay->by }, { "ident", relay->ident }, { "envfrom", relay->envfrom } };

	buf_add(out, out->n > 0 ? SLICE(" [ ") : SLICE("[ "));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		buf_add(out, slice_of(fields[i].name));
		buf_add_byte(out, '=');
		buf_add(out, fields[i].value);
		buf_add_byte(out, ' ');
	}
	buf_add(out, relay->internal ? SLICE("intl=1 id=") : SLICE("intl=0 id="));
	buf_add(out, relay->id);
	buf_add(out, SLICE(" auth="));
	buf_add(out, relay->auth);
	buf_add(out, relay->msa ? SLICE(" msa=1 ]") : SLICE(" msa=0 ]"));
}

/* The relays from..to-1. */
static struct slice
relays_text(struct arena *arena, const struct relays *relays, size_t from, size_t to)
{
	struct buf out = { .arena = arena };

	for (size_t i = from; i < to; i++)
		add_text(&out, &relays->v[i]);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

static void
write_texts(struct arena *arena, struct relays *relays)
{
	relays->trusted = relays_text(arena, relays, 0, relays->trusted_count);
	relays->untrusted = relays_text(arena, relays, relays->trusted_count, relays->n);
	relays->internal = relays_text(arena, relays, 0, relays->internal_count);
	relays->external = relays_text(arena, relays, relays->internal_count, relays->n);
}

static struct relays *
finish(struct walk *walk, struct slice received)
{
	struct relays *relays = arena_alloc(walk->arena, sizeof(*relays));

	if (relays == NULL)
		return NULL;
	relays->v = walk->list.p;
	relays->n = walk->list.n;
	relays->unparseable = walk->unparseable;
	relays->received = received;
	for (size_t i = 0; i < relays->n; i++) {
		relays->trusted_count += relays->v[i].trusted;
		relays->internal_count += relays->v[i].internal;
	}
	write_texts(walk->arena, relays);
	return relays;
}

const struct relays *
relays_find(struct arena *arena, const struct message *message, const struct envelope *envelope,
    const struct policy *policy)
{
	const struct header_list *headers = &message->headers;
	struct slice received = received_render(arena, envelope);
	struct walk walk = { .arena = arena, .policy = policy, .in_trusted = true };

	walk.list = VEC_OF(struct relay, arena);
	walk.configured = policy->trusted_networks.n > 0 || policy->internal_networks.n > 0;
	walk.in_internal = true;
	if (received.n > 0)
		add_received(&walk, slice_from(received, sizeof("Received:") - 1), RELAY_CLIENT);
	for (size_t i = 0; i < RELAYS_MAX; i++) {
		const struct header *header = header_find(headers, SLICE("Received"), i);

		if (header == NULL)
			break;
		add_received(&walk, header->raw, i);
	}
	add_originating(&walk, headers);
	return finish(&walk, received);
}

const struct relay *
relays_last_external(const struct relays *relays)
{
	return relays->internal_count < relays->n ? &relays->v[relays->internal_count] : NULL;
}

const struct relay *
relays_first_trusted(const struct relays *relays)
{
	return relays->trusted_count > 0 ? &relays->v[relays->trusted_count - 1] : NULL;
}
