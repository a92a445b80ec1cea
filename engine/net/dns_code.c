/*
 * dns_code.c - what the answers of DNS lists mean: sets of addresses inside 127/8
 *
 * Lists answer in one of two ways: one address for each reason (ranges and
 * masks fit), or one address whose last octet has a bit for each reason. An
 * answer outside 127/8 is no code, whatever a set says: it comes from a
 * parked domain or from a resolver that sells its typing errors.
 */
#include "engine/net/dns_code.h"

#include <stdio.h>

#include "engine/util/ascii.h"

#define LOOPBACK UINT32_C(0x7f000000)
#define ALL_BITS UINT32_C(0xffffffff)

/* Takes a decimal number of at most `max` off *text. */
static bool
take_number(struct slice *text, uint32_t max, uint32_t *value_r)
{
	size_t n = 0;
	uint32_t value = 0;

	while (n < text->n && n < 10 && ascii_is_digit(text->p[n]) && value <= max)
		value = value * 10 + (uint32_t)(text->p[n++] - '0');
	*text = slice_from(*text, n);
	*value_r = value;
	return n > 0 && value <= max;
}

/* Takes an address; an octet may be "*", and then its bits are not in *mask_r. */
static bool
take_address(struct slice *text, uint32_t *address_r, uint32_t *mask_r)
{
	*address_r = *mask_r = 0;
	for (unsigned i = 0; i < 4; i++) {
		uint32_t octet = 0, mask = 0xff;

		if (i > 0) {
			if (!slice_starts(*text, SLICE(".")))
				return false;
			*text = slice_from(*text, 1);
		}
		if (slice_starts(*text, SLICE("*"))) {
			*text = slice_from(*text, 1);
			mask = 0;
		} else if (!take_number(text, 255, &octet)) {
			return false;
		}
		*address_r = *address_r << 8 | octet;
		*mask_r = *mask_r << 8 | mask;
	}
	return true;
}

/* What may follow an address: nothing, "-ADDRESS" or "/BITS". */
static bool
take_rest(struct slice text, uint32_t first, uint32_t mask, struct dns_code *code)
{
	uint32_t last, bits, last_mask;

	if (text.n == 0) {
		*code = mask == ALL_BITS ? (struct dns_code){ DNS_CODE_RANGE, first, first }
					 : (struct dns_code){ DNS_CODE_MASK, first, mask };
		return true;
	}
	if (mask != ALL_BITS)
		return false;
	if (slice_starts(text, SLICE("-"))) {
		text = slice_from(text, 1);
		if (!take_address(&text, &last, &last_mask) || last_mask != ALL_BITS)
			return false;
	} else {
		if (!slice_starts(text, SLICE("/")))
			return false;
		text = slice_from(text, 1);
		if (!take_number(&text, 32, &bits) || bits < 8)
			return false;
		last = bits == 32 ? first : first | ALL_BITS >> bits;
		first &= bits == 32 ? ALL_BITS : ~(ALL_BITS >> bits);
	}
	*code = (struct dns_code){ DNS_CODE_RANGE, first, last };
	return text.n == 0 && first <= last;
}

bool
dns_code_parse(struct slice text, struct dns_code *code_r, struct err *err)
{
	struct slice rest = text;
	uint32_t first, mask;

	if (slice_starts(rest, SLICE("&"))) {
		rest = slice_from(rest, 1);
		if (take_number(&rest, 0xffffff, &first) && rest.n == 0 && first > 0) {
			*code_r = (struct dns_code){ DNS_CODE_BITS, first, 0 };
			return true;
		}
	} else if (take_address(&rest, &first, &mask) && take_rest(rest, first, mask, code_r)) {
		if (dns_code_inside(first) && mask >> 24 == 0xff &&
		    (code_r->how != DNS_CODE_RANGE || dns_code_inside(code_r->last)))
			return true;
		err_set(err, "%.*s: a DNS list answers inside 127.0.0.0/8, all else is no answer",
		    SLICE_ARG(slice_cut(text, 0, 60)));
		return false;
	}
	err_set(err,
	    "%.*s: expected an answer: 127.0.0.2, 127.0.0.4-127.0.0.7, 127.0.1.0/24, 127.0.*.3 or "
	    "&8 for a bit",
	    SLICE_ARG(slice_cut(text, 0, 60)));
	return false;
}

bool
dns_code_has(const struct dns_code *code, uint32_t address)
{
	if (!dns_code_inside(address))
		return false;
	switch (code->how) {
	case DNS_CODE_RANGE:
		return address >= code->first && address <= code->last;
	case DNS_CODE_MASK:
		return (address & code->last) == code->first;
	case DNS_CODE_BITS:
		return (address & ~LOOPBACK & code->first) != 0;
	}
	return false;
}

bool
dns_codes_have(const struct dns_codes *codes, uint32_t address)
{
	for (size_t i = 0; i < codes->n; i++)
		if (dns_code_has(&codes->v[i], address))
			return true;
	return false;
}

bool
dns_code_within(const struct dns_code *outer, const struct dns_code *inner)
{
	if (inner->how == DNS_CODE_RANGE && outer->how == DNS_CODE_RANGE)
		return inner->first >= outer->first && inner->last <= outer->last;
	if (inner->how == DNS_CODE_RANGE && inner->first == inner->last)
		return dns_code_has(outer, inner->first);
	if (inner->how == DNS_CODE_MASK && outer->how == DNS_CODE_RANGE)
		return inner->first >= outer->first && (inner->first | ~inner->last) <= outer->last;
	return false;
}

uint32_t
dns_code_of(const struct dns_record *record)
{
	const unsigned char *p = (const unsigned char *)record->data.p;

	if (record->data.n != 4)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

const char *
dns_code_text(uint32_t address, char text_r[DNS_CODE_TEXT_MAX])
{
	snprintf(text_r, DNS_CODE_TEXT_MAX, "%u.%u.%u.%u", (unsigned)(address >> 24 & 0xff),
	    (unsigned)(address >> 16 & 0xff), (unsigned)(address >> 8 & 0xff),
	    (unsigned)(address & 0xff));
	return text_r;
}
