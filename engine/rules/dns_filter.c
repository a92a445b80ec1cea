/*
 * dns_filter.c - what an answer of the DNS must be to count as a hit
 *
 * Law: SpamAssassin 4.0.1's Dns, URIDNSBL and AskDNS, by how they behave. A
 * number without a second one is a mask and holds within 127.0.0.0/8 alone; a
 * dotted one stands for itself.
 */
#include "engine/rules/dns_filter.h"

#include "engine/mime/ip.h"
#include "engine/rules/rule.h"
#include "engine/util/ascii.h"

/* Most digits of a decimal number, and of a hexadecimal one. */
#define DECIMAL_MAX 10
#define HEX_MAX 8

struct rcode {
	const char *name;
	unsigned number;
};

/* The IANA's names (dns-parameters, RCODEs) of those that a bit is kept for. */
static const struct rcode rcodes[] = { { "NOERROR", 0 }, { "FORMERR", 1 }, { "SERVFAIL", 2 },
	{ "NXDOMAIN", 3 }, { "NOTIMP", 4 }, { "REFUSED", 5 }, { "YXDOMAIN", 6 }, { "YXRRSET", 7 },
	{ "NXRRSET", 8 }, { "NOTAUTH", 9 }, { "NOTZONE", 10 }, { "BADVERS", 16 }, { "BADSIG", 16 },
	{ "BADKEY", 17 }, { "BADTIME", 18 }, { "BADMODE", 19 }, { "BADNAME", 20 }, { "BADALG", 21 },
	{ "BADTRUNC", 22 } };

static bool
read_decimal(struct slice text, uint64_t *value_r)
{
	*value_r = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]))
			return false;
		*value_r = *value_r * 10 + (unsigned)(text.p[i] - '0');
	}
	return text.n > 0 && text.n <= DECIMAL_MAX;
}

static bool
read_hex(struct slice text, uint64_t *value_r)
{
	*value_r = 0;
	if (!slice_starts(text, SLICE("0x")))
		return false;
	text = slice_from(text, 2);
	for (size_t i = 0; i < text.n; i++) {
		int digit = ascii_hex(text.p[i]);

		if (digit < 0)
			return false;
		*value_r = *value_r * 16 + (unsigned)digit;
	}
	return text.n > 0 && text.n <= HEX_MAX;
}

/* An IPv4 address as a number; IPv6 and others: false. */
static bool
read_dotted(struct slice text, uint64_t *value_r)
{
	struct ip ip;

	if (slice_find_byte(text, 0, '.') == text.n || slice_find_byte(text, 0, ':') < text.n ||
	    !ip_parse(text, &ip))
		return false;
	*value_r = (uint64_t)ip.v[12] << 24 | (uint64_t)ip.v[13] << 16 | (uint64_t)ip.v[14] << 8 |
		   ip.v[15];
	return true;
}

static bool
read_number(struct slice text, uint64_t *value_r, bool *dotted)
{
	if (read_dotted(text, value_r)) {
		*dotted = true;
		return true;
	}
	return read_decimal(text, value_r) || read_hex(text, value_r);
}

bool
dns_filter_read_numbers(struct slice text, struct dns_filter *filter_r, struct err *err)
{
	size_t at = 0;
	bool dotted = false;

	while (at < text.n && text.p[at] != '-' && text.p[at] != '/')
		at++;
	*filter_r = (struct dns_filter){ .text = at == text.n ? text : SLICE_ABSENT };
	if (!read_number(slice_cut(text, 0, at), &filter_r->first, &dotted) ||
	    (at < text.n && !read_number(slice_from(text, at + 1), &filter_r->second, &dotted))) {
		err_set(err, "\"%.*s\" is no number, range or value with a mask",
		    SLICE_ARG(slice_cut(text, 0, 100)));
		return false;
	}
	filter_r->form = at < text.n ? text.p[at] : dotted ? '-' : '&';
	if (at == text.n)
		filter_r->second = filter_r->first;
	return true;
}

/* Digits alone, or four numbers with dots between. */
static bool
is_plain(struct slice text)
{
	uint64_t value;
	size_t dots = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (!ascii_is_digit(text.p[i]) && text.p[i] != '.')
			return false;
		dots += text.p[i] == '.';
	}
	return text.n > 0 && (dots == 0 || read_dotted(text, &value));
}

bool
dns_filter_read_list(
    struct ruleset *ruleset, struct slice text, struct dns_filter *filter_r, struct err *err)
{
	*filter_r = (struct dns_filter){ .text = text };
	if (is_plain(text))
		return slice_find_byte(text, 0, '.') < text.n ||
		       dns_filter_read_numbers(text, filter_r, err);
	filter_r->text = SLICE_ABSENT;
	filter_r->regex = ruleset_regex(
	    ruleset, arena_printf(ruleset->arena, "m\x01%.*s\x01", SLICE_ARG(text)), err);
	return filter_r->regex != NULL;
}

/* The number of an outcome by its name, any case, or by itself; -1: none that a bit is kept for. */
static int
rcode_of(struct slice word)
{
	uint64_t number;

	for (size_t i = 0; i < sizeof(rcodes) / sizeof(rcodes[0]); i++) {
		if (slice_ieq(word, slice_of(rcodes[i].name)))
			return (int)rcodes[i].number;
	}
	return read_decimal(word, &number) && number < 32 ? (int)number : -1;
}

/* "[NXDOMAIN, 2]" */
static bool
read_outcomes(struct slice text, struct dns_filter *filter, struct err *err)
{
	struct slice rest = slice_cut(text, 1, text.n - 1);

	do {
		size_t at = slice_find_byte(rest, 0, ',');
		struct slice word = slice_trim(slice_cut(rest, 0, at));
		int rcode = rcode_of(word);

		if (rcode < 0) {
			err_set(err, "\"%.*s\" is no outcome of a question",
			    SLICE_ARG(slice_cut(word, 0, 100)));
			return false;
		}
		filter->outcomes |= (uint32_t)1 << rcode;
		rest = slice_from(rest, at + 1);
	} while (rest.n > 0);
	return true;
}

bool
dns_filter_read_asked(
    struct ruleset *ruleset, struct slice text, struct dns_filter *filter_r, struct err *err)
{
	char first = text.n > 1 ? text.p[0] : '\0', last = text.n > 1 ? text.p[text.n - 1] : '\0';
	struct err none;

	*filter_r = (struct dns_filter){ .text = SLICE_ABSENT };
	if (first == '/' || (first == 'm' && !ascii_is_word(text.p[1]))) {
		filter_r->regex = ruleset_regex(ruleset, text, err);
		return filter_r->regex != NULL;
	}
	if ((first == '"' || first == '\'') && first == last) {
		text = slice_cut(text, 1, text.n - 1);
		if (!dns_filter_read_numbers(text, filter_r, &none))
			filter_r->form = '\0';
		filter_r->text = text;
		return true;
	}
	if (first == '[' && last == ']')
		return read_outcomes(text, filter_r, err);
	return dns_filter_read_numbers(text, filter_r, err);
}

struct slice
dns_filter_text(struct views *views, enum dns_type type, const struct dns_record *record)
{
	struct ip ip = { { [10] = 0xff, [11] = 0xff } };

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		if (record->data.n != 4 && record->data.n != sizeof(ip.v))
			return SLICE("");
		memcpy(ip.v + sizeof(ip.v) - record->data.n, record->data.p, record->data.n);
		return ip_text(views->arena, &ip);
	case DNS_MX:
		return arena_printf(
		    views->arena, "%u %.*s.", record->preference, SLICE_ARG(record->data));
	case DNS_NS:
	case DNS_PTR:
		return arena_printf(views->arena, "%.*s.", SLICE_ARG(record->data));
	case DNS_TXT:
		break;
	}
	return record->data;
}

/* An address against the numbers. */
static bool
passes_numbers(const struct dns_filter *filter, struct slice data)
{
	const unsigned char *v = (const unsigned char *)data.p;
	uint32_t value, mask = (uint32_t)filter->second;

	if (data.n != 4)
		return false;
	value = (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
	switch (filter->form) {
	case '&':
		return v[0] == 127 && (value & filter->first) != 0;
	case '-':
		return value >= filter->first && value <= filter->second;
	case '/':
		return (value & mask) == ((uint32_t)filter->first & mask);
	default:
		return false;
	}
}

bool
dns_filter_passes(const struct dns_filter *filter, struct views *views, const struct rule *rule,
    enum dns_type type, const struct dns_record *record)
{
	struct slice text;

	if (filter->outcomes != 0)
		return false;
	if (dns_filter_is_any(filter))
		return true;
	text = dns_filter_text(views, type, record);
	if (text.p == NULL)
		return false;
	if (filter->regex != NULL)
		return views_test(views, rule, filter->regex, text);
	if (filter->text.p != NULL && slice_eq(text, filter->text))
		return true;
	return type == DNS_A && passes_numbers(filter, record->data);
}

bool
dns_filter_is_any(const struct dns_filter *filter)
{
	return filter->text.p == NULL && filter->regex == NULL && filter->form == '\0';
}

bool
dns_filter_passes_outcome(const struct dns_filter *filter, enum dns_outcome outcome)
{
	switch (outcome) {
	case DNS_FOUND:
	case DNS_NODATA:
		return (filter->outcomes & 1u << 0) != 0;
	case DNS_SERVFAIL:
		/* The servers failed or refused, in whatever words. */
		return (filter->outcomes & (1u << 1 | 1u << 2 | 1u << 4 | 1u << 5)) != 0;
	case DNS_NXDOMAIN:
		return (filter->outcomes & 1u << 3) != 0;
	case DNS_OPEN:
	case DNS_TIMEOUT:
	case DNS_UNASKED:
		break;
	}
	return false;
}

const struct dns_filter *
dns_filter_keep(struct ruleset *ruleset, const struct dns_filter *filter)
{
	struct dns_filter *kept = arena_alloc(ruleset->arena, sizeof(*kept));

	*kept = *filter;
	return kept;
}
