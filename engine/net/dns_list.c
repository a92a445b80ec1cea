/*
 * dns_list.c - what a DNS list is asked, and what its answers mean
 *
 * The rule that nobody can set aside: an answer among the list's error codes,
 * 127.255.255.0/24 and the operator's own whatever the configuration says, is
 * never a listing. The operators' codes are dns_operator.h's, the dead lists a
 * table, dns_dead.def.
 *
 * Secrets: see dns_list.h; this file and what reads the secret's file are the
 * only ones that touch them.
 */
#include "engine/net/dns_list.h"

#include <string.h>

#include "engine/mime/ip.h"
#include "engine/net/dns_operator.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

struct dead_row {
	struct slice zone;
	const char *obituary;
};

static const struct dead_row dead[] = {
#define DEAD(zone, name, since, what) \
	{ { zone, sizeof(zone) - 1 }, name " is dead since " since ": " what },
#include "engine/net/dns_dead.def"
#undef DEAD
};

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

const char *
dns_list_condition_word(enum dns_list_condition condition)
{
	static const char *const words[] = {
#define DNS_LIST_STATE_WORD(id, word) word,
		DNS_LIST_STATE_TABLE(DNS_LIST_STATE_WORD)
#undef DNS_LIST_STATE_WORD
	};

	return words[condition];
}

const char *
dns_list_says_word(enum dns_list_says says)
{
	static const char *const words[] = {
#define DNS_LIST_SAYS_WORD(id, word) word,
		DNS_LIST_SAYS_TABLE(DNS_LIST_SAYS_WORD)
#undef DNS_LIST_SAYS_WORD
	};

	return words[says];
}

const char *
dns_list_obituary(struct slice zone)
{
	if (slice_ends(zone, SLICE(".")))
		zone.n--;
	for (size_t i = 0; i < ROWS(dead); i++)
		if (dns_name_in_zone(zone, dead[i].zone))
			return dead[i].obituary;
	return NULL;
}

static void
add_code(struct vec *codes, const struct dns_code *code)
{
	struct dns_code *added = vec_push(codes);

	if (added != NULL)
		*added = *code;
}

/* Every list's, the operator's, and the given ones. */
static void
settle_errors(struct arena *arena, struct dns_list *list)
{
	struct vec errors = VEC_OF(struct dns_code, arena);
	struct dns_code code;

	for (size_t i = 0; dns_operator_error(list->zone, i, &code); i++)
		add_code(&errors, &code);
	for (size_t i = 0; i < list->errors.n; i++)
		add_code(&errors, &list->errors.v[i]);
	list->errors = (struct dns_codes){ errors.p, errors.n };
}

/* The zone in lower case, {key} as {key:NAME}. */
static struct slice
settle_zone(struct arena *arena, const struct dns_list *list)
{
	struct slice zone = slice_trim(list->zone);
	size_t at;

	if (slice_ends(zone, SLICE(".")))
		zone.n--;
	at = slice_find(zone, 0, SLICE(DNS_LIST_KEY));
	if (at < zone.n)
		zone = arena_printf(arena, "%.*s" DNS_LIST_KEY_START "%.*s}%.*s",
		    SLICE_ARG(slice_cut(zone, 0, at)), SLICE_ARG(list->name),
		    SLICE_ARG(slice_from(zone, at + sizeof(DNS_LIST_KEY) - 1)));
	return arena_lower(arena, zone);
}

/* A key that stands in the zone becomes the list's secret, and its place is named. */
static void
settle_key(struct arena *arena, struct dns_list *list)
{
	size_t from, to;

	if (!dns_operator_key(list->zone, &from, &to))
		return;
	list->secret = slice_cut(list->zone, from, to);
	list->zone = arena_printf(arena, "%.*s" DNS_LIST_KEY_START "%.*s}%.*s",
	    SLICE_ARG(slice_cut(list->zone, 0, from)), SLICE_ARG(list->name),
	    SLICE_ARG(slice_from(list->zone, to)));
	list->zone = arena_lower(arena, list->zone);
}

/* Labels of what host names may have, or of a key's place. */
static bool
zone_valid(struct slice zone)
{
	size_t label = 0;

	if (zone.n == 0 || zone.n > DNS_NAME_MAX - 4 || slice_find_byte(zone, 0, '.') == zone.n)
		return false;
	for (size_t i = 0; i <= zone.n; i++) {
		if (i == zone.n || zone.p[i] == '.') {
			if (label == 0 || label > DNS_LABEL_MAX)
				return false;
			label = 0;
		} else if (!ascii_is_word(zone.p[i]) && strchr("-{:}", zone.p[i]) == NULL) {
			return false;
		} else {
			label++;
		}
	}
	return true;
}

struct slice
dns_list_test_key(struct arena *arena, struct slice point)
{
	struct ip ip;

	if (!ip_parse(point, &ip))
		return arena_lower(arena, point);
	/* RFC 5782's points for IPv6 are mapped IPv4 addresses, which else are asked as such. */
	if (slice_find_byte(point, 0, ':') < point.n)
		return ip_nibbles(arena, &ip);
	return ip_reversed(arena, &ip);
}

/* The test points that nobody has given (RFC 5782, 5). */
static void
settle_points(struct arena *arena, struct dns_list *list)
{
	bool ip = (list->takes & DNS_LIST_IP) != 0;

	if (list->listed.p == NULL)
		list->listed = dns_list_test_key(arena, ip ? SLICE("127.0.0.2") : SLICE("test"));
	if (list->unlisted.p == NULL)
		list->unlisted = dns_list_test_key(
		    arena, ip ? SLICE("127.0.0.1") : SLICE("invalid"));
	if ((list->takes & DNS_LIST_IPV6) == 0)
		return;
	list->listed_ipv6 = dns_list_test_key(arena, SLICE("::ffff:7f00:2"));
	list->unlisted_ipv6 = dns_list_test_key(arena, SLICE("::ffff:7f00:1"));
}

bool
dns_list_settle(struct arena *arena, struct dns_list *list, bool tested, struct err *err)
{
	static const struct dns_code usual = { DNS_CODE_RANGE, UINT32_C(0x7f000002),
		UINT32_C(0x7f000002) };

	list->zone = settle_zone(arena, list);
	settle_key(arena, list);
	if (!zone_valid(list->zone)) {
		err_set(err, "%.*s: expected a zone, a domain name of two labels or more",
		    SLICE_ARG(slice_cut(list->zone, 0, 60)));
		return false;
	}
	if ((list->takes & DNS_LIST_IPV6) != 0 || list->takes == 0)
		list->takes |= DNS_LIST_IP;
	settle_errors(arena, list);
	if (list->codes.n == 0)
		list->codes = (struct dns_codes){ &usual, 1 };
	if (tested && (list->takes & (DNS_LIST_IP | DNS_LIST_DOMAIN)) != 0)
		settle_points(arena, list);
	return true;
}

/* "zen.dq.spamhaus.net" of "KEY.zen.dq.spamhaus.net": without the key. */
static struct slice
name_of_zone(struct arena *arena, struct slice zone)
{
	size_t from, to;

	if (!dns_operator_key(zone, &from, &to))
		return zone;
	return arena_printf(arena, "%.*s%.*s", SLICE_ARG(slice_cut(zone, 0, from)),
	    SLICE_ARG(slice_from(zone, to + 1)));
}

struct slice
dns_zone_form(struct slice zone, char form_r[DNS_ZONE_FORM_MAX])
{
	size_t from, to, n = 0;

	if (zone.n > DNS_NAME_MAX)
		return SLICE_ABSENT;
	if (!dns_operator_key(zone, &from, &to)) {
		from = slice_find(zone, 0, SLICE(DNS_LIST_KEY_START));
		to = slice_find_byte(zone, from, '}');
		if (to == zone.n)
			return zone;
		to++;
	}
	memcpy(form_r, zone.p, from);
	memcpy(form_r + from, DNS_LIST_KEY, sizeof(DNS_LIST_KEY) - 1);
	n = from + sizeof(DNS_LIST_KEY) - 1;
	memcpy(form_r + n, zone.p + to, zone.n - to);
	return (struct slice){ form_r, n + zone.n - to };
}

bool
dns_list_of_zone(struct arena *arena, struct slice zone, unsigned takes, struct dns_list *list_r)
{
	struct err err;

	if (slice_ends(zone, SLICE(".")))
		zone.n--;
	*list_r = (struct dns_list){ .zone = zone, .takes = takes, .implied = true };
	list_r->name = arena_lower(arena, name_of_zone(arena, zone));
	return dns_list_settle(arena, list_r, false, &err);
}

struct slice
dns_list_name(struct arena *arena, const struct dns_list *list, struct slice key)
{
	if (key.p == NULL || key.n + 1 + list->zone.n > DNS_NAME_MAX)
		return SLICE_ABSENT;
	return arena_printf(arena, "%.*s.%.*s", SLICE_ARG(key), SLICE_ARG(list->zone));
}

enum dns_list_says
dns_list_read(const struct dns_list *list, const struct dns_answer *answer, uint32_t *code_r)
{
	enum dns_list_says says = DNS_LIST_SAYS_STRANGE;

	*code_r = 0;
	switch (answer->outcome) {
	case DNS_OPEN:
		return DNS_LIST_SAYS_OPEN;
	case DNS_NODATA:
	case DNS_NXDOMAIN:
		return DNS_LIST_SAYS_CLEAR;
	case DNS_SERVFAIL:
	case DNS_TIMEOUT:
		return DNS_LIST_SAYS_FAILED;
	case DNS_UNASKED:
		return DNS_LIST_SAYS_UNASKED;
	case DNS_FOUND:
		break;
	}
	for (size_t i = 0; i < answer->record_count; i++) {
		uint32_t address = dns_code_of(&answer->records[i]);

		if (dns_codes_have(&list->errors, address)) {
			*code_r = address;
			return DNS_LIST_SAYS_REFUSED;
		}
		if (*code_r == 0 || (says == DNS_LIST_SAYS_STRANGE && dns_code_inside(address)))
			*code_r = address;
		if (dns_code_inside(address))
			says = DNS_LIST_SAYS_LISTED;
	}
	return says;
}

bool
dns_list_has(
    const struct dns_list *list, const struct dns_answer *answer, const struct dns_codes *codes)
{
	uint32_t code;

	if (dns_list_read(list, answer, &code) != DNS_LIST_SAYS_LISTED)
		return false;
	for (size_t i = 0; i < answer->record_count; i++)
		if (dns_codes_have(codes, dns_code_of(&answer->records[i])))
			return true;
	return false;
}

uint32_t
dns_list_undeclared(const struct dns_list *list, const struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->record_count; i++) {
		uint32_t address = dns_code_of(&answer->records[i]);

		if (dns_code_inside(address) && !dns_codes_have(&list->errors, address) &&
		    !dns_codes_have(&list->declared, address))
			return address;
	}
	return 0;
}

const struct dns_list *
dns_lists_of_name(const struct dns_lists *lists, struct slice name)
{
	const struct dns_list *found = NULL;

	for (size_t i = 0; i < lists->n; i++) {
		const struct dns_list *list = &lists->v[i];

		if (dns_name_in_zone(name, list->zone) && name.n > list->zone.n &&
		    (found == NULL || list->zone.n > found->zone.n))
			found = list;
	}
	return found;
}

/*
 * Whether what begins at `at` is the key of the list's zone, at the name's end. Names come from
 * strangers too (a HELO, a macro of SPF): "{key:zen}.evil.example" must not tell them ours.
 */
static bool
is_its_zone(const struct dns_list *list, struct slice name, size_t at)
{
	size_t key = slice_find(list->zone, 0, SLICE(DNS_LIST_KEY_START));

	return key < list->zone.n && dns_name_in_zone(name, list->zone) &&
	       at == name.n - list->zone.n + key;
}

/* The list in whose zone the name lies, with its key, called `key`, at `at`; NULL: none. */
static const struct dns_list *
list_keyed(const struct dns_lists *lists, struct slice name, size_t at, struct slice key)
{
	for (size_t i = 0; i < lists->n; i++)
		if (slice_ieq(lists->v[i].name, key) && is_its_zone(&lists->v[i], name, at))
			return &lists->v[i];
	return NULL;
}

bool
dns_lists_wire(const struct dns_lists *lists, struct slice name, char wire_r[DNS_NAME_MAX + 1],
    size_t *length_r)
{
	size_t at = slice_find(name, 0, SLICE(DNS_LIST_KEY_START));
	size_t from = at + sizeof(DNS_LIST_KEY_START) - 1;
	size_t end = slice_find_byte(name, from, '}');
	struct slice secret = SLICE_ABSENT, rest = SLICE_ABSENT;
	const struct dns_list *list;

	if (at < name.n) {
		list = list_keyed(lists, name, at, slice_cut(name, from, end));
		if (list == NULL || list->secret.n == 0 || end == name.n)
			return false;
		secret = list->secret;
		rest = slice_from(name, end + 1);
	}
	if (at + secret.n + rest.n > DNS_NAME_MAX)
		return false;
	memcpy(wire_r, name.p, at);
	if (secret.n > 0)
		memcpy(wire_r + at, secret.p, secret.n);
	if (rest.n > 0)
		memcpy(wire_r + at + secret.n, rest.p, rest.n);
	*length_r = at + secret.n + rest.n;
	for (size_t i = 0; i < *length_r; i++)
		wire_r[i] = ascii_lower(wire_r[i]);
	wire_r[*length_r] = '\0';
	return true;
}

/* The text with `word` in the place of one secret. */
static struct slice
hide_one(struct arena *arena, const struct dns_list *list, struct slice text)
{
	struct buf out = { .arena = arena };
	size_t from = 0, at;

	while ((at = slice_ifind(text, from, list->secret)) < text.n) {
		buf_add(&out, slice_cut(text, from, at));
		buf_printf(&out, DNS_LIST_KEY_START "%.*s}", SLICE_ARG(list->name));
		from = at + list->secret.n;
	}
	if (from == 0)
		return text;
	buf_add(&out, slice_from(text, from));
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

struct slice
dns_lists_hide(struct arena *arena, const struct dns_lists *lists, struct slice text)
{
	for (size_t i = 0; i < lists->n && text.p != NULL; i++)
		if (lists->v[i].secret.n > 0)
			text = hide_one(arena, &lists->v[i], text);
	return text;
}
