/*
 * dns_operator.c - what is known of the operators of DNS lists
 *
 * 127.255.255.0/24 says "you are not answered" at whatever list; the rest
 * is the table dns_operator.def.
 */
#include "engine/net/dns_operator.h"

/* A zone and all below it. */
struct operator_row {
	struct slice zone;
	const char *errors;
};

static const struct operator_row operators[] = {
#define OPERATOR(zone, errors) { { zone, sizeof(zone) - 1 }, errors },
#include "engine/net/dns_operator.def"
#undef OPERATOR
};

#define OPERATOR_COUNT (sizeof(operators) / sizeof(operators[0]))

static const struct dns_code everybodys = { DNS_CODE_RANGE, UINT32_C(0x7fffff00),
	UINT32_C(0x7fffffff) };

bool
dns_name_in_zone(struct slice name, struct slice zone)
{
	return slice_iends(name, zone) && (name.n == zone.n || name.p[name.n - zone.n - 1] == '.');
}

bool
dns_operator_known(struct slice name)
{
	for (size_t i = 0; i < OPERATOR_COUNT; i++)
		if (dns_name_in_zone(name, operators[i].zone))
			return true;
	return false;
}

bool
dns_operator_error(struct slice name, size_t i, struct dns_code *code_r)
{
	struct slice rest, word;
	struct err err;

	*code_r = everybodys;
	if (i-- == 0)
		return true;
	for (size_t k = 0; k < OPERATOR_COUNT; k++) {
		rest = slice_of(operators[k].errors);
		if (!dns_name_in_zone(name, operators[k].zone))
			continue;
		while (slice_next_word(&rest, &word))
			if (i-- == 0)
				return dns_code_parse(word, code_r, &err);
	}
	return false;
}

bool
dns_operator_refuses(struct slice name, const struct dns_answer *answer, uint32_t *code_r)
{
	struct dns_code code;

	for (size_t i = 0; dns_operator_error(name, i, &code); i++) {
		for (size_t k = 0; k < answer->record_count; k++) {
			*code_r = dns_code_of(&answer->records[k]);
			if (dns_code_has(&code, *code_r))
				return true;
		}
	}
	*code_r = 0;
	return false;
}
