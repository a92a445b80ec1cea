/*
 * spf_record.c - an SPF record: its syntax, and its mechanisms in turn
 *
 * Terms are split at spaces, and nothing else (RFC 7208, 4.6.1). A term is a
 * modifier when '=' stands right behind a name, else a directive. A
 * domain-spec may hold '/' and ':', so the prefix lengths of a and mx are taken
 * off a term's end, the one of IPv6 first, before what is left is looked at.
 *
 * Numbers are as the grammar has them: no leading zeros. The record's length
 * is that of a TXT record at most; each byte of it is looked at a few times.
 */
#include "config.h"

#include "engine/auth/spf_record.h"

#include "engine/auth/spf_macro.h"
#include "engine/util/ascii.h"

static const struct slice version = { "v=spf1", 6 };

static const char *const mechanism_names[] = {
#define SPF_MECHANISM_NAME(id, name) [SPF_##id] = name,
	SPF_MECHANISM_TABLE(SPF_MECHANISM_NAME)
#undef SPF_MECHANISM_NAME
};
#define MECHANISM_COUNT (sizeof(mechanism_names) / sizeof(mechanism_names[0]))

bool
spf_record_is(struct slice text)
{
	return slice_istarts(text, version) && (text.n == version.n || text.p[version.n] == ' ');
}

static bool
next_term(struct slice *rest, struct slice *term_r)
{
	size_t end;

	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = slice_from(*rest, 1);
	end = slice_find_byte(*rest, 0, ' ');
	*term_r = slice_cut(*rest, 0, end);
	*rest = slice_from(*rest, end);
	return term_r->n > 0;
}

/* Bytes of a name at the front: a letter, then letters, digits, '-', '_' and '.'. */
static size_t
name_length(struct slice term)
{
	size_t n = 0;

	if (term.n == 0 || !ascii_is_alpha(term.p[0]))
		return 0;
	while (n < term.n && (ascii_is_word(term.p[n]) || term.p[n] == '-' || term.p[n] == '.'))
		n++;
	return n;
}

static bool
is_modifier(struct slice term)
{
	size_t n = name_length(term);

	return n > 0 && n < term.n && term.p[n] == '=';
}

/* A modifier's domain-spec, which may be there once. */
static bool
take_domain_spec(struct slice value, struct slice *spec_r)
{
	if (spec_r->p != NULL || !spf_macro_is_domain_spec(value))
		return false;
	*spec_r = value;
	return true;
}

static bool
parse_modifier(struct slice term, struct spf_record *record)
{
	size_t n = name_length(term);
	struct slice name = slice_cut(term, 0, n), value = slice_from(term, n + 1);

	if (slice_ieq(name, SLICE("redirect")))
		return take_domain_spec(value, &record->redirect);
	if (slice_ieq(name, SLICE("exp")))
		return take_domain_spec(value, &record->exp);
	return spf_macro_is_string(value);
}

/* A number of the grammar, which has no leading zeros, up to `max`. */
static bool
parse_number(struct slice digits, unsigned max, unsigned *value_r)
{
	unsigned value = 0;

	if (digits.n == 0 || digits.n > 3 || (digits.n > 1 && digits.p[0] == '0'))
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (!ascii_is_digit(digits.p[i]))
			return false;
		value = value * 10 + (unsigned)(digits.p[i] - '0');
	}
	*value_r = value;
	return value <= max;
}

/*
 * Takes `slashes` and digits off the end of *s, when they stand there. False
 * when they are no prefix length.
 */
static bool
take_prefix(struct slice *s, struct slice slashes, unsigned max, unsigned *bits_r)
{
	size_t n = s->n;
	struct slice digits;

	*bits_r = max;
	while (n > 0 && ascii_is_digit(s->p[n - 1]))
		n--;
	digits = slice_from(*s, n);
	if (digits.n == 0 || !slice_ends(slice_cut(*s, 0, n), slashes))
		return true;
	s->n = n - slashes.n;
	return parse_number(digits, max, bits_r);
}

/* What stands behind a mechanism's name: ":" and a domain-spec, when there is anything. */
static bool
parse_domain(struct slice rest, bool needed, struct slice *domain_r)
{
	if (rest.n == 0)
		return !needed;
	*domain_r = slice_from(rest, 1);
	return rest.p[0] == ':' && spf_macro_is_domain_spec(*domain_r);
}

/* Of ":192.0.2.0" or ":2001:db8::"; octets have no leading zeros. */
static bool
parse_address(struct slice rest, bool v4, struct network *network)
{
	struct slice text = slice_from(rest, 1);
	struct ip ip;

	if (rest.n == 0 || rest.p[0] != ':' || !ip_parse(text, &ip) ||
	    (slice_find_byte(text, 0, ':') == text.n) != v4 ||
	    slice_find_byte(text, 0, '%') < text.n)
		return false;
	for (size_t i = 0; v4 && i + 1 < text.n; i++)
		if (text.p[i] == '0' && text.p[i + 1] != '.' && (i == 0 || text.p[i - 1] == '.'))
			return false;
	memcpy(network->address, ip.v, sizeof(network->address));
	return true;
}

static bool
parse_ip4(struct slice rest, struct spf_mechanism *mechanism)
{
	unsigned bits;

	if (!take_prefix(&rest, SLICE("/"), 32, &bits))
		return false;
	mechanism->network.bits = bits + 96;
	return parse_address(rest, true, &mechanism->network);
}

static bool
parse_ip6(struct slice rest, struct spf_mechanism *mechanism)
{
	return take_prefix(&rest, SLICE("/"), 128, &mechanism->network.bits) &&
	       parse_address(rest, false, &mechanism->network);
}

/* What stands behind a mechanism's name. */
static bool
parse_arguments(struct slice rest, struct spf_mechanism *mechanism)
{
	switch (mechanism->id) {
	case SPF_ALL:
		return rest.n == 0;
	case SPF_IP4:
		return parse_ip4(rest, mechanism);
	case SPF_IP6:
		return parse_ip6(rest, mechanism);
	case SPF_A:
	case SPF_MX:
		return take_prefix(&rest, SLICE("//"), 128, &mechanism->ip6_bits) &&
		       take_prefix(&rest, SLICE("/"), 32, &mechanism->ip4_bits) &&
		       parse_domain(rest, false, &mechanism->domain);
	case SPF_PTR:
		return parse_domain(rest, false, &mechanism->domain);
	case SPF_INCLUDE:
	case SPF_EXISTS:
		return parse_domain(rest, true, &mechanism->domain);
	}
	return false;
}

static enum auth_result
qualifier_result(char qualifier)
{
	switch (qualifier) {
	case '-':
		return AUTH_FAIL;
	case '~':
		return AUTH_SOFTFAIL;
	case '?':
		return AUTH_NEUTRAL;
	default:
		return AUTH_PASS;
	}
}

static bool
parse_directive(struct slice term, struct spf_mechanism *mechanism)
{
	struct slice rest = term, name;
	size_t n;

	*mechanism = (struct spf_mechanism){ .text = term };
	mechanism->result = qualifier_result(term.p[0]);
	if (term.p[0] == '+' || mechanism->result != AUTH_PASS)
		rest = slice_from(rest, 1);
	for (n = 0; n < rest.n && rest.p[n] != ':' && rest.p[n] != '/';)
		n++;
	name = slice_cut(rest, 0, n);
	for (size_t i = 0; i < MECHANISM_COUNT; i++) {
		if (!slice_ieq(name, slice_of(mechanism_names[i])))
			continue;
		mechanism->id = (enum spf_mechanism_id)i;
		return parse_arguments(slice_from(rest, n), mechanism);
	}
	return false;
}

bool
spf_record_parse(struct slice text, struct spf_record *record_r)
{
	struct slice rest = slice_from(text, version.n), term;
	struct spf_mechanism mechanism;

	*record_r = (struct spf_record){ .terms = rest };
	while (next_term(&rest, &term))
		if (!(is_modifier(term) ? parse_modifier(term, record_r)
					: parse_directive(term, &mechanism))) {
			record_r->wrong = term;
			return false;
		}
	return true;
}

bool
spf_record_next(struct slice *rest, struct spf_mechanism *mechanism_r)
{
	struct slice term;

	while (next_term(rest, &term))
		if (!is_modifier(term) && parse_directive(term, mechanism_r))
			return true;
	return false;
}
