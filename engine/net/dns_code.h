/*
 * dns_code.h - what the answers of DNS lists mean: sets of addresses inside 127/8 (RFC 5782, 2.1)
 *
 * A list answers with an address that is a code. Addresses are numbers in
 * host order here: 127.0.0.2 is 0x7f000002.
 */
#ifndef STEELYARD_ENGINE_NET_DNS_CODE_H
#define STEELYARD_ENGINE_NET_DNS_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* The longest text of an address, its NUL included. */
#define DNS_CODE_TEXT_MAX 16

enum dns_code_how {
	DNS_CODE_RANGE, /* first to last, both in */
	DNS_CODE_MASK, /* the bits of `last` are those of `first` */
	DNS_CODE_BITS, /* one bit of `first` at least is set */
};

struct dns_code {
	enum dns_code_how how;
	uint32_t first, last;
};

struct dns_codes {
	const struct dns_code *v;
	size_t n;
};

/*
 * Reads "127.0.0.2", "127.0.0.4-127.0.0.7", "127.0.1.0/24", "127.0.*.3" (any
 * octet there) or "&8". What reaches out of 127/8 is an error. False with *err.
 */
bool dns_code_parse(struct slice text, struct dns_code *code_r, struct err *err);

/* Whether the address lies in 127/8 and in the code. */
bool dns_code_has(const struct dns_code *code, uint32_t address);
bool dns_codes_have(const struct dns_codes *codes, uint32_t address);

/* Whether all of `inner` lies in `outer`; false when that is not easily told. */
bool dns_code_within(const struct dns_code *outer, const struct dns_code *inner);

/* Whether it lies in 127/8, where codes are. */
static inline bool
dns_code_inside(uint32_t address)
{
	return address >> 24 == 127;
}

/* The address of a record of type A; 0: it is none. */
uint32_t dns_code_of(const struct dns_record *record);

/* "127.0.0.2" */
const char *dns_code_text(uint32_t address, char text_r[DNS_CODE_TEXT_MAX]);

#endif
