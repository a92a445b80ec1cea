/*
 * ip.c - IP addresses and networks as text and as bytes
 *
 * Parsers are cursors over a slice; both families end in 16 bytes (IPv4
 * mapped, RFC 4291 2.5.5.2), so comparing and matching know no families.
 * ::/0 therefore has IPv4 too, as SpamAssassin has it.
 *
 * Octets with leading zeros are decimal: that is what MTAs that pad mean, and
 * octal forms are the business of URIs (uri_canonical.c).
 */
#include "config.h"

#include "engine/mime/ip.h"

#include <string.h>

#include "engine/util/ascii.h"
#include "engine/util/buf.h"

#define V4_BITS 96
#define GROUPS 8

static const unsigned char v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* A decimal number of 1 to `digits` digits, at most `max`, off the front of *s. */
static bool
take_number(struct slice *s, size_t digits, unsigned max, unsigned *value_r)
{
	unsigned value = 0;
	size_t n = 0;

	while (n < s->n && n < digits && ascii_is_digit(s->p[n]))
		value = value * 10 + (unsigned)(s->p[n++] - '0');
	if (n == 0 || value > max || (n < s->n && ascii_is_digit(s->p[n])))
		return false;
	*s = slice_from(*s, n);
	*value_r = value;
	return true;
}

static bool
take_byte(struct slice *s, char byte)
{
	if (s->n == 0 || s->p[0] != byte)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

/* Octets of dotted decimal, 1 to 4 of them; a trailing dot is taken when fewer than 4 stand. */
static unsigned
take_octets(struct slice *s, unsigned char out[4])
{
	unsigned n = 0, value;

	while (n < 4 && take_number(s, 3, 255, &value)) {
		out[n++] = (unsigned char)value;
		if (n == 4 || !take_byte(s, '.'))
			break;
	}
	return n;
}

static bool
parse_v4(struct slice text, unsigned char out[4])
{
	struct slice s = text;

	return take_octets(&s, out) == 4 && s.n == 0;
}

/* One group of up to 4 hexadecimal digits. */
static bool
take_group(struct slice *s, unsigned char out[2])
{
	unsigned value = 0;
	size_t n = 0;

	while (n < s->n && n < 4 && ascii_hex(s->p[n]) >= 0)
		value = value << 4 | (unsigned)ascii_hex(s->p[n++]);
	if (n == 0)
		return false;
	out[0] = (unsigned char)(value >> 8);
	out[1] = (unsigned char)value;
	*s = slice_from(*s, n);
	return true;
}

/* Moves what stands behind "::" (at group `gap`) to the end; bytes from `used` on are zero. */
static void
close_gap(unsigned char v[16], size_t gap, size_t used)
{
	size_t tail = used - gap * 2;

	memmove(v + 16 - tail, v + gap * 2, tail);
	memset(v + gap * 2, 0, 16 - used);
}

static bool
parse_v6(struct slice s, unsigned char v[16])
{
	size_t used = 0, gap = GROUPS + 1;

	if (slice_starts(s, SLICE("::"))) {
		gap = 0;
		s = slice_from(s, 2);
	}
	while (s.n > 0 && s.p[0] != '%') {
		if (used <= 12 && slice_find_byte(s, 0, ':') == s.n && parse_v4(s, v + used)) {
			used += 4;
			s.n = 0;
			break;
		}
		if (used == 16 || !take_group(&s, v + used))
			return false;
		used += 2;
		if (s.n == 0 || s.p[0] == '%')
			break;
		if (!take_byte(&s, ':'))
			return false;
		if (take_byte(&s, ':')) {
			if (gap <= GROUPS)
				return false;
			gap = used / 2;
		} else if (s.n == 0) {
			return false;
		}
	}
	if (gap > GROUPS)
		return used == 16;
	if (used == 16)
		return false;
	close_gap(v, gap, used);
	return true;
}

static void
set_v4(struct ip *ip, const unsigned char octets[4])
{
	memcpy(ip->v, v4_prefix, sizeof(v4_prefix));
	memcpy(ip->v + 12, octets, 4);
}

bool
ip_parse(struct slice text, struct ip *ip_r)
{
	struct ip ip = { { 0 } };
	unsigned char octets[4];

	if (parse_v4(text, octets))
		set_v4(&ip, octets);
	else if (slice_find_byte(text, 0, ':') == text.n || !parse_v6(text, ip.v))
		return false;
	*ip_r = ip;
	return true;
}

bool
ip_is_v4(const struct ip *ip)
{
	return memcmp(ip->v, v4_prefix, sizeof(v4_prefix)) == 0;
}

bool
ip_eq(const struct ip *a, const struct ip *b)
{
	return memcmp(a->v, b->v, sizeof(a->v)) == 0;
}

bool
ip_is_private(const struct ip *ip)
{
	static const struct ip loopback = { { [15] = 1 } };
	const unsigned char *v4 = ip->v + 12;

	if (!ip_is_v4(ip))
		return ip_eq(ip, &loopback) || (ip->v[0] == 0xfe && (ip->v[1] & 0xc0) == 0x80);
	return v4[0] == 10 || v4[0] == 127 || (v4[0] == 169 && v4[1] == 254) ||
	       (v4[0] == 172 && (v4[1] & 0xf0) == 16) || (v4[0] == 192 && v4[1] == 168) ||
	       (v4[0] == 100 && (v4[1] & 0xc0) == 64);
}

static unsigned
group(const struct ip *ip, size_t i)
{
	return (unsigned)ip->v[i * 2] << 8 | ip->v[i * 2 + 1];
}

/* The longest run of two or more zero groups, the first of equals; *n_r 0: none. */
static size_t
longest_zeros(const struct ip *ip, size_t *n_r)
{
	size_t best = GROUPS, best_n = 1;

	for (size_t i = 0; i < GROUPS; i++) {
		size_t n = 0;

		while (i + n < GROUPS && group(ip, i + n) == 0)
			n++;
		if (n > best_n) {
			best = i;
			best_n = n;
		}
		i += n;
	}
	*n_r = best < GROUPS ? best_n : 0;
	return best;
}

struct slice
ip_text(struct arena *arena, const struct ip *ip)
{
	struct buf out = { .arena = arena };
	size_t zeros, zero_count;

	if (ip_is_v4(ip))
		return arena_printf(
		    arena, "%u.%u.%u.%u", ip->v[12], ip->v[13], ip->v[14], ip->v[15]);
	zeros = longest_zeros(ip, &zero_count);
	for (size_t i = 0; i < GROUPS; i++) {
		if (i == zeros) {
			buf_add(&out, SLICE("::"));
			i += zero_count - 1;
			continue;
		}
		buf_printf(
		    &out, "%s%x", i == 0 || i == zeros + zero_count ? "" : ":", group(ip, i));
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

struct slice
ip_reversed(struct arena *arena, const struct ip *ip)
{
	if (ip_is_v4(ip))
		return arena_printf(
		    arena, "%u.%u.%u.%u", ip->v[15], ip->v[14], ip->v[13], ip->v[12]);
	return ip_nibbles(arena, ip);
}

struct slice
ip_nibbles(struct arena *arena, const struct ip *ip)
{
	static const char digits[] = "0123456789abcdef";
	struct buf out = { .arena = arena };

	for (size_t i = sizeof(ip->v); i-- > 0;) {
		buf_add_byte(&out, digits[ip->v[i] & 15]);
		buf_add_byte(&out, '.');
		buf_add_byte(&out, digits[ip->v[i] >> 4]);
		if (i > 0)
			buf_add_byte(&out, '.');
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* The bits of a mask of ones, then zeros. */
static bool
mask_bits(const unsigned char mask[4], unsigned *bits_r)
{
	unsigned value = (unsigned)mask[0] << 24 | (unsigned)mask[1] << 16 |
			 (unsigned)mask[2] << 8 | mask[3];
	unsigned bits = 0;

	while (bits < 32 && (value << bits & 0x80000000U) != 0)
		bits++;
	*bits_r = bits;
	return bits == 32 || (value << bits & 0xffffffffU) == 0;
}

/* What stands behind the "/": a number up to `max`, or for IPv4 a mask. */
static bool
parse_bits(struct slice text, unsigned max, unsigned *bits_r)
{
	struct slice s = text;
	unsigned char mask[4];

	if (take_number(&s, 3, max, bits_r) && s.n == 0)
		return true;
	return max == 32 && parse_v4(text, mask) && mask_bits(mask, bits_r);
}

static void
drop_host_bits(struct network *network)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned kept = network->bits > i * 8 ? network->bits - i * 8 : 0;

		if (kept < 8)
			network->address[i] &= (unsigned char)(0xff00U >> kept);
	}
}

/* The address of a network: whole, or the first octets of IPv4. *bits_r: what it has. */
static bool
parse_base(struct slice text, struct ip *ip_r, unsigned *bits_r)
{
	unsigned char octets[4] = { 0 };
	struct slice s = text;
	unsigned n;

	*bits_r = 128;
	if (ip_parse(text, ip_r))
		return true;
	n = take_octets(&s, octets);
	if (n == 0 || s.n > 0)
		return false;
	set_v4(ip_r, octets);
	*bits_r = V4_BITS + n * 8;
	return true;
}

bool
network_parse(struct slice text, struct network *network_r, struct err *err)
{
	struct network network = { .bits = 0 };
	struct slice s = slice_trim(text);
	struct ip ip;
	size_t slash;
	unsigned bits;

	if (take_byte(&s, '!')) {
		network.negated = true;
		s = slice_trim(s);
	}
	slash = slice_find_byte(s, 0, '/');
	struct slice base = slice_cut(s, 0, slash);
	bool colon = slice_find_byte(base, 0, ':') < base.n;
	if (base.n > 1 && base.p[0] == '[' && base.p[base.n - 1] == ']')
		base = slice_cut(base, 1, base.n - 1);
	if (!parse_base(base, &ip, &network.bits)) {
		err_set(err,
		    "\"%.*s\" is no network: expected 192.0.2.0/24, 192.0.2., "
		    "2001:db8::/32 or an address",
		    SLICE_ARG(text));
		return false;
	}
	if (slash < s.n) {
		if (!parse_bits(slice_from(s, slash + 1), colon ? 128 : 32, &bits)) {
			err_set(err, "\"%.*s\": expected /0 to /%d%s behind the address",
			    SLICE_ARG(text), colon ? 128 : 32, colon ? "" : " or a mask");
			return false;
		}
		network.bits = colon ? bits : bits + V4_BITS;
	}
	memcpy(network.address, ip.v, sizeof(ip.v));
	drop_host_bits(&network);
	*network_r = network;
	return true;
}

/* The last address of the network of so many bits at `first`; false: none begins there. */
static bool
block_end(const struct ip *first, unsigned bits, struct ip *last_r)
{
	*last_r = *first;
	for (unsigned i = bits; i < 128; i++) {
		unsigned char bit = (unsigned char)(0x80 >> i % 8);

		if ((first->v[i / 8] & bit) != 0)
			return false;
		last_r->v[i / 8] |= bit;
	}
	return true;
}

/* The address behind ip; false: it was the last. */
static bool
next_ip(struct ip *ip)
{
	for (size_t i = sizeof(ip->v); i-- > 0;)
		if (++ip->v[i] != 0)
			return true;
	return false;
}

/* The fewest networks that make up the range, in order. */
static size_t
split_range(struct ip first, const struct ip *last, bool negated, struct network *v)
{
	size_t n = 0;
	bool more = true;

	while (more && n < NETWORK_RANGE_MAX && memcmp(first.v, last->v, sizeof(first.v)) <= 0) {
		unsigned bits = 0;
		struct ip end;

		while (!block_end(&first, bits, &end) || memcmp(end.v, last->v, sizeof(end.v)) > 0)
			bits++;
		v[n] = (struct network){ .bits = bits, .negated = negated };
		memcpy(v[n++].address, first.v, sizeof(first.v));
		first = end;
		more = next_ip(&first);
	}
	return n;
}

size_t
networks_parse(struct slice text, struct network v[NETWORK_RANGE_MAX], struct err *err)
{
	struct slice s = slice_trim(text);
	size_t dash = slice_find_byte(s, 0, '-');
	bool negated = false;
	struct ip first, last;

	if (dash == s.n)
		return network_parse(text, &v[0], err);
	if (take_byte(&s, '!')) {
		negated = true;
		s = slice_trim(s);
	}
	dash = slice_find_byte(s, 0, '-');
	if (!ip_parse(slice_trim(slice_cut(s, 0, dash)), &first) ||
	    !ip_parse(slice_trim(slice_from(s, dash + 1)), &last) ||
	    ip_is_v4(&first) != ip_is_v4(&last) || memcmp(first.v, last.v, sizeof(first.v)) > 0) {
		err_set(err, "\"%.*s\" is no range of addresses: expected 192.0.2.1-192.0.2.9",
		    SLICE_ARG(text));
		return 0;
	}
	return split_range(first, &last, negated, v);
}

bool
network_contains(const struct network *outer, const struct network *inner)
{
	struct ip ip;

	memcpy(ip.v, inner->address, sizeof(ip.v));
	return outer->bits <= inner->bits && network_has(outer, &ip);
}

bool
network_has(const struct network *network, const struct ip *ip)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;

	if (memcmp(network->address, ip->v, whole) != 0)
		return false;
	return rest == 0 || ((network->address[whole] ^ ip->v[whole]) & (0xff00U >> rest)) == 0;
}

bool
network_list_has(const struct network_list *list, const struct ip *ip)
{
	for (size_t i = 0; i < list->n; i++)
		if (network_has(&list->v[i], ip))
			return !list->v[i].negated;
	return false;
}
