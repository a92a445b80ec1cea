/*
 * idn.c - host names to A-labels (RFC 5891, UTS #46), the only file that knows libidn2
 *
 * Names that are ASCII already are only checked and lower-cased: underscores
 * and hyphens anywhere pass, since mail and DNS have them. The rest goes
 * through libidn2; a label that IDNA2008 refuses but resolvers know (emoji)
 * is encoded as it stands (RFC 3492), so that it can still be looked up.
 */
#include "config.h"

#include "engine/mime/domain.h"

#include <idn2.h>
#include <stdint.h>
#include <string.h>

#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/utf8.h"

/* RFC 3492, 5. */
enum {
	PUNY_BASE = 36,
	PUNY_TMIN = 1,
	PUNY_TMAX = 26,
	PUNY_SKEW = 38,
	PUNY_DAMP = 700,
	PUNY_BIAS = 72,
	PUNY_FIRST = 128,
};

/* Four bytes of UTF-8 may stand for each byte of an A-label. */
#define UNICODE_MAX ((size_t)DOMAIN_MAX * 4)

static bool
is_host_byte(char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* Whether labels are 1 to 63 bytes, all of host bytes. */
static bool
is_ascii_name(struct slice host)
{
	size_t label = 0;

	if (host.n == 0 || host.n > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		if (!is_host_byte(host.p[i]))
			return false;
		label = host.p[i] == '.' ? 0 : label + 1;
		if (label > DOMAIN_LABEL_MAX || (label == 0 && (i == 0 || host.p[i - 1] == '.')))
			return false;
	}
	return label > 0;
}

static struct slice
lower(struct arena *arena, struct slice host)
{
	struct slice copy;
	size_t i = 0;

	while (i < host.n && !ascii_is_upper(host.p[i]))
		i++;
	if (i == host.n)
		return host;
	copy = arena_copy(arena, host);
	if (copy.p == NULL)
		return SLICE_ABSENT;
	for (char *p = (char *)copy.p; p < copy.p + copy.n; p++)
		*p = ascii_lower(*p);
	return copy;
}

static unsigned
puny_adapt(uint32_t delta, uint32_t points, bool first)
{
	unsigned k = 0;

	delta = first ? delta / PUNY_DAMP : delta / 2;
	delta += delta / points;
	for (; delta > ((PUNY_BASE - PUNY_TMIN) * PUNY_TMAX) / 2; k += PUNY_BASE)
		delta /= PUNY_BASE - PUNY_TMIN;
	return k + (PUNY_BASE - PUNY_TMIN + 1) * delta / (delta + PUNY_SKEW);
}

static char
puny_digit(uint32_t value)
{
	return (char)(value < 26 ? 'a' + value : '0' + (value - 26));
}

static void
puny_number(struct buf *out, uint32_t delta, unsigned bias)
{
	for (unsigned k = PUNY_BASE;; k += PUNY_BASE) {
		unsigned t = k <= bias ? PUNY_TMIN : k >= bias + PUNY_TMAX ? PUNY_TMAX : k - bias;

		if (delta < t)
			break;
		buf_add_byte(out, puny_digit(t + (delta - t) % (PUNY_BASE - t)));
		delta = (delta - t) / (PUNY_BASE - t);
	}
	buf_add_byte(out, puny_digit(delta));
}

/* The smallest code point of `code` that is `from` or more. */
static uint32_t
smallest_from(const uint32_t *code, size_t n, uint32_t from)
{
	uint32_t best = UINT32_MAX;

	for (size_t i = 0; i < n; i++)
		if (code[i] >= from && code[i] < best)
			best = code[i];
	return best;
}

/* Appends "xn--" and the label (RFC 3492, 6.3). n is at most DOMAIN_MAX, so nothing overflows. */
static void
puny_label(struct buf *out, const uint32_t *code, size_t n)
{
	uint32_t next = PUNY_FIRST, delta = 0;
	size_t basic = 0, done;
	unsigned bias = PUNY_BIAS;

	buf_add(out, SLICE("xn--"));
	for (size_t i = 0; i < n; i++)
		if (code[i] < PUNY_FIRST) {
			buf_add_byte(out, ascii_lower((char)code[i]));
			basic++;
		}
	if (basic > 0)
		buf_add_byte(out, '-');
	for (done = basic; done < n; delta++, next++) {
		uint32_t m = smallest_from(code, n, next);

		delta += (m - next) * (uint32_t)(done + 1);
		next = m;
		for (size_t i = 0; i < n; i++) {
			if (code[i] < next)
				delta++;
			if (code[i] != next)
				continue;
			puny_number(out, delta, bias);
			bias = puny_adapt(delta, (uint32_t)done + 1, done == basic);
			delta = 0;
			done++;
		}
	}
}

/* A label that libidn2 refused, byte for byte. */
static bool
add_refused_label(struct buf *out, struct slice label)
{
	uint32_t code[DOMAIN_MAX];
	size_t n = 0;
	bool high = false;

	for (struct slice rest = label; rest.n > 0 && n < DOMAIN_MAX; n++) {
		size_t used = utf8_read(rest, &code[n]);

		if (used == 0)
			return false;
		high |= code[n] >= PUNY_FIRST;
		rest = slice_from(rest, used);
	}
	if (n == DOMAIN_MAX)
		return false;
	if (high)
		puny_label(out, code, n);
	else
		buf_add(out, label);
	return true;
}

/* One label as libidn2 has it, or as it stands. */
static bool
add_label(struct buf *out, struct slice label)
{
	char text[UNICODE_MAX + 1];
	uint8_t *ascii = NULL;

	memcpy(text, label.p, label.n);
	text[label.n] = '\0';
	if (idn2_lookup_u8((const uint8_t *)text, &ascii,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP) != IDN2_OK)
		return add_refused_label(out, label);
	buf_add(out, slice_of((const char *)ascii));
	idn2_free(ascii);
	return true;
}

/* The dots of UTS #46, 2.3: the ASCII one and three ideographic ones. Bytes of it at s, or 0. */
static size_t
dot_length(struct slice s)
{
	static const struct slice dots[] = { { ".", 1 }, { "\xe3\x80\x82", 3 },
		{ "\xef\xbc\x8e", 3 }, { "\xef\xbd\xa1", 3 } };

	for (size_t i = 0; i < sizeof(dots) / sizeof(dots[0]); i++)
		if (slice_starts(s, dots[i]))
			return dots[i].n;
	return 0;
}

struct slice
domain_to_ascii(struct arena *arena, struct slice host)
{
	struct buf out = { .arena = arena };
	size_t from = 0, dot;

	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	if (is_ascii_name(host))
		return lower(arena, host);
	if (host.n == 0 || host.n > UNICODE_MAX || !utf8_valid(host) ||
	    slice_find_byte(host, 0, '\0') < host.n)
		return SLICE_ABSENT;
	for (size_t i = 0; i <= host.n; i += dot > 0 ? dot : 1) {
		dot = i < host.n ? dot_length(slice_from(host, i)) : 0;
		if (dot == 0 && i < host.n)
			continue;
		if (!add_label(&out, slice_cut(host, from, i)))
			return SLICE_ABSENT;
		from = i + dot;
		if (from >= host.n)
			break;
		buf_add_byte(&out, '.');
	}
	if (out.failed || !is_ascii_name(buf_slice(&out)))
		return SLICE_ABSENT;
	return lower(arena, buf_slice(&out));
}
