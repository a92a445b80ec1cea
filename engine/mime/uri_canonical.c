/*
 * uri_canonical.c - one URI to every form that it may stand for
 *
 * Mail readers forgive what URIs suffer from, and so hide where they lead.
 * Each form on the list is looked at in turn, and what it yields is put
 * behind it: first one mended form (slashes, escapes, scheme, "/" before "?",
 * character references, in this order), then of that one
 * the forms that differ in the host, then the target of a redirector.
 *
 * What is undone, and what is not, is as SpamAssassin 4.0 does, its oddities
 * included (a dotted part of zeros vanishes; schemes are compared by case
 * here and there): rules of its kind must see the same forms. RFC 3986 gives
 * the names.
 */
#include "config.h"

#include "engine/mime/uri_canonical.h"

#include <stdint.h>

#include "engine/mime/boundary.h"
#include "engine/mime/domain.h"
#include "engine/mime/ip.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

/* The printable ASCII characters, blank left out: what an escape is undone to. */
#define FIRST_PRINTABLE 0x21
#define LAST_PRINTABLE 0x7e

struct variants {
	const struct uri_law *law;
	struct arena *arena;
	struct vec list; /* of struct slice */
};

/* An http or https URI, cut at what matters here. */
struct web_uri {
	struct slice scheme; /* "http://" */
	struct slice user; /* "user:password@", or empty */
	struct slice host;
	struct slice port; /* digits, or empty */
	struct slice rest; /* behind the port */
	struct slice port_and_rest; /* its colon included */
};

static void
add_variant(struct variants *variants, struct slice uri)
{
	struct slice *added;

	if (uri.p == NULL || variants->list.n == URI_VARIANTS_MAX)
		return;
	for (size_t i = 0; i < variants->list.n; i++)
		if (slice_eq(*(struct slice *)vec_at(&variants->list, i), uri))
			return;
	added = vec_push(&variants->list);
	if (added != NULL)
		*added = uri;
}

static void
add_joined(struct variants *variants, const struct slice *pieces, size_t n)
{
	struct buf out = { .arena = variants->arena };

	for (size_t i = 0; i < n; i++)
		buf_add(&out, pieces[i]);
	if (!out.failed)
		add_variant(variants, buf_slice(&out));
}

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Without CR and LF, blanks at both ends trimmed. */
static struct slice
clean(struct arena *arena, struct slice uri)
{
	struct buf out = { .arena = arena };

	uri = slice_trim(uri);
	if (slice_find_byte(uri, 0, '\r') == uri.n && slice_find_byte(uri, 0, '\n') == uri.n)
		return uri;
	for (size_t i = 0; i < uri.n; i++)
		if (uri.p[i] != '\r' && uri.p[i] != '\n')
			buf_add_byte(&out, uri.p[i]);
	return out.failed ? SLICE_ABSENT : slice_trim(buf_slice(&out));
}

/* "name:" at the front, or nothing. */
static struct slice
scheme_of(struct slice uri)
{
	size_t i = 0;

	while (i < uri.n && (ascii_is_word(uri.p[i]) || uri.p[i] == '-'))
		i++;
	return i > 0 && i < uri.n && uri.p[i] == ':' ? slice_cut(uri, 0, i + 1) : SLICE_ABSENT;
}

/* Whether it may lead anywhere: no bare path, query or fragment. */
static bool
is_link(struct slice uri)
{
	if (uri.n < 2)
		return false;
	if (uri.p[0] == '/')
		return uri.p[1] == '/';
	return uri.p[0] != '?' && uri.p[0] != '#' && uri.p[0] != '&';
}

/* Whether it is a mail address, with "mailto:" or without. */
static bool
is_mail(struct slice uri)
{
	return slice_istarts(uri, SLICE("mailto:")) ||
	       slice_find_byte(uri, 0, '@') < slice_find_byte(uri, 0, ':');
}

/* "http:" or "https:" at the front, in any case: its length, or 0. */
static size_t
web_scheme(struct slice uri)
{
	if (slice_istarts(uri, SLICE("http:")))
		return 5;
	return slice_istarts(uri, SLICE("https:")) ? 6 : 0;
}

/* Slashes for backslashes, and two behind "http:" or "https:". */
static struct slice
with_slashes(struct arena *arena, struct slice uri)
{
	size_t web = web_scheme(uri), slashes = 0;
	struct buf out = { .arena = arena };

	while (web > 0 && slashes < 2 && web + slashes < uri.n &&
	       (uri.p[web + slashes] == '/' || uri.p[web + slashes] == '\\'))
		slashes++;
	if (slice_find_byte(uri, 0, '\\') == uri.n && (web == 0 || slashes == 2))
		return uri;
	buf_add(&out, slice_cut(uri, 0, web));
	if (web > 0)
		buf_add(&out, SLICE("//"));
	for (size_t i = web + slashes; i < uri.n; i++)
		buf_add_byte(&out, uri.p[i] == '\\' ? '/' : uri.p[i]);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

static struct slice
with_scheme(struct arena *arena, struct slice uri)
{
	struct buf out = { .arena = arena };

	if (uri.p == NULL || scheme_of(uri).p != NULL)
		return uri;
	buf_add(&out, slice_starts(uri, SLICE("ftp.")) ? SLICE("ftp://") : SLICE("http://"));
	buf_add(&out, uri);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* Where the authority of an http or https URI ends; 0: it is another kind of URI. */
static size_t
authority_end(struct slice uri, size_t *from_r)
{
	size_t web = web_scheme(uri), i = web + 2;

	if (web == 0 || !slice_starts(slice_from(uri, web), SLICE("//")))
		return 0;
	*from_r = i;
	while (i < uri.n && uri.p[i] != '/' && uri.p[i] != '?' && uri.p[i] != '#')
		i++;
	return i;
}

/* A "/" put between the host and "?" or "#". */
static struct slice
with_path(struct arena *arena, struct slice uri)
{
	size_t from, end = authority_end(uri, &from);
	struct buf out = { .arena = arena };

	if (end == 0 || end == from || end == uri.n || uri.p[end] == '/')
		return uri;
	buf_add(&out, slice_cut(uri, 0, end));
	buf_add_byte(&out, '/');
	buf_add(&out, slice_from(uri, end));
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* The byte that "%XX" at the front stands for, or -1. */
static int
escape_at(struct slice s)
{
	if (s.n < 3 || s.p[0] != '%' || ascii_hex(s.p[1]) < 0 || ascii_hex(s.p[2]) < 0)
		return -1;
	return ascii_hex(s.p[1]) << 4 | ascii_hex(s.p[2]);
}

static bool
is_printable(int code)
{
	return code >= FIRST_PRINTABLE && code <= LAST_PRINTABLE;
}

/* Escapes of printable characters undone; then what may not stand in a URI is escaped. */
static struct slice
unescape(struct arena *arena, struct slice uri)
{
	struct buf out = { .arena = arena };
	bool escaped = false;

	if (slice_find_byte(uri, 0, '%') == uri.n)
		return uri;
	for (size_t i = 0; i < uri.n; i++) {
		char c = uri.p[i];
		int code = escape_at(slice_from(uri, i));

		escaped |= code >= 0;
		if (is_printable(code)) {
			buf_add_byte(&out, (char)code);
			i += 2;
		} else if (code < 0 && (c == '%' || c == '"' || c == '<' || c == '>' ||
					   !is_printable((unsigned char)c))) {
			buf_printf(&out, "%%%02x", (unsigned char)c);
		} else {
			buf_add_byte(&out, c);
		}
	}
	if (out.failed)
		return SLICE_ABSENT;
	return escaped ? buf_slice(&out) : uri;
}

/* The longest "&#...;" that is read. */
#define REFERENCE_MAX 10

/* The printable character that "&#65;" or "&#x41;" at the front stands for, or -1. */
static int
reference_at(struct slice s, size_t *length_r)
{
	bool hex;
	size_t i;
	int code = 0;

	if (!slice_starts(s, SLICE("&#")))
		return -1;
	hex = s.n > 2 && s.p[2] == 'x';
	for (i = hex ? 3 : 2; i < s.n && i < REFERENCE_MAX && s.p[i] != ';'; i++) {
		int digit = ascii_hex(s.p[i]);

		if (digit < 0 || (!hex && digit > 9))
			return -1;
		code = code * (hex ? 16 : 10) + digit;
	}
	if (i == s.n || s.p[i] != ';' || i == (hex ? 3U : 2U))
		return -1;
	*length_r = i + 1;
	/* Other writings' full stops, which IDNA takes for one. */
	if (code == 0x3002 || code == 0xff0e || code == 0xff61)
		return '.';
	return is_printable(code) ? code : -1;
}

static struct slice
undo_references(struct arena *arena, struct slice uri)
{
	struct buf out = { .arena = arena };

	if (slice_find(uri, 0, SLICE("&#")) == uri.n)
		return uri;
	for (size_t i = 0; i < uri.n; i++) {
		size_t length = 0;
		int code = reference_at(slice_from(uri, i), &length);

		buf_add_byte(&out, code >= 0 ? (char)code : uri.p[i]);
		if (code >= 0)
			i += length - 1;
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* The first of the bytes in `set` at `from` or behind, or s.n. */
static size_t
find_any(struct slice s, size_t from, const char *set)
{
	for (; from < s.n; from++)
		for (const char *c = set; *c != '\0'; c++)
			if (s.p[from] == *c)
				return from;
	return s.n;
}

/*
 * Where an address in s ends: something, "@", and something up to the first
 * byte in `ends`. 0: there is none.
 */
static size_t
address_end(struct slice s, const char *ends)
{
	size_t at = slice_find_byte(s, 0, '@'), end = find_any(s, at + 1, ends);

	return at > 0 && at < s.n && end > at + 1 ? end : 0;
}

static void
add_mailto(struct variants *variants, struct slice address)
{
	struct slice pieces[] = { SLICE("mailto:"), address };

	add_joined(variants, pieces, COUNT(pieces));
}

/* The address in the last "<a@b>" before any "?" or "&"; absent: none. */
static struct slice
angle_address(struct slice uri)
{
	size_t at = uri.n, close = uri.n, limit = find_any(uri, 0, "?&");

	/* From behind: where the next "@", and the next ">" behind it, stand. */
	for (size_t i = uri.n, next = uri.n; i-- > 0;) {
		if (uri.p[i] == '>') {
			next = i;
			at = uri.n;
		} else if (uri.p[i] == '@') {
			at = i;
			close = next;
		} else if (uri.p[i] == '<' && i < limit && at < uri.n && at > i + 1 &&
			   close < uri.n && close > at + 1) {
			return slice_cut(uri, i + 1, close);
		}
	}
	return SLICE_ABSENT;
}

/* What mail readers make of an address with something behind or around it. */
static void
add_mail_variants(struct variants *variants, struct slice uri)
{
	size_t end = address_end(uri, "?");
	struct slice bare = slice_starts(uri, SLICE("mailto:")) ? slice_from(uri, 7) : uri;

	if (end > 0 && end < uri.n)
		add_variant(variants, slice_cut(uri, 0, end));
	end = address_end(uri, "?&");
	if (end > 0 && end < uri.n && uri.p[end] == '&')
		add_variant(variants, slice_cut(uri, 0, end));
	if (slice_find(uri, 0, SLICE("%20")) < uri.n) {
		while (slice_starts(bare, SLICE("%20")))
			bare = slice_from(bare, 3);
		end = address_end(bare, "?&%");
		if (end > 0)
			add_mailto(variants, slice_cut(bare, 0, end));
	}
	bare = angle_address(uri);
	if (bare.p != NULL)
		add_mailto(variants, bare);
}

/* Digits behind a colon, no letter behind them. */
static struct slice
port_at(struct slice s)
{
	size_t i = 1;

	if (s.n < 2 || s.p[0] != ':')
		return SLICE_ABSENT;
	while (i < s.n && ascii_is_digit(s.p[i]))
		i++;
	if (i == 1 || (i < s.n && ascii_is_alnum(s.p[i])))
		return SLICE_ABSENT;
	return slice_cut(s, 1, i);
}

static bool
split(struct slice uri, struct web_uri *web_r)
{
	size_t from, end = authority_end(uri, &from), at;
	struct slice authority;

	if (end == 0)
		return false;
	web_r->scheme = slice_cut(uri, 0, from);
	authority = slice_cut(uri, from, end);
	at = slice_find_byte(authority, 0, '@');
	web_r->user = at + 1 < authority.n && authority.p[at + 1] != ':'
			  ? slice_cut(authority, 0, at + 1)
			  : SLICE_ABSENT;
	authority = slice_from(authority, web_r->user.n);
	web_r->host = slice_cut(authority, 0, slice_find_byte(authority, 0, ':'));
	web_r->port_and_rest = slice_from(uri, from + web_r->user.n + web_r->host.n);
	web_r->port = port_at(web_r->port_and_rest);
	web_r->rest = web_r->port.n > 0 ? slice_from(web_r->port_and_rest, 1 + web_r->port.n)
					: web_r->port_and_rest;
	return web_r->host.n > 0;
}

/* A dotted part: hexadecimal with "0x", octal with "0" where it fits a byte, else decimal. */
static bool
add_part(struct buf *out, struct slice part)
{
	uint64_t hex = 0, octal = 0;
	bool is_octal = part.n > 1 && part.p[0] == '0', is_decimal = part.n > 0;
	size_t zeros = 0;

	if (slice_istarts(part, SLICE("0x")) && part.n > 2) {
		for (size_t i = 2; i < part.n; i++) {
			if (ascii_hex(part.p[i]) < 0 || hex > UINT32_MAX)
				return false;
			hex = hex << 4 | (uint64_t)ascii_hex(part.p[i]);
		}
		if (hex > 0)
			buf_printf(out, "%lu", (unsigned long)hex);
		return true;
	}
	for (size_t i = 0; i < part.n; i++) {
		is_decimal &= ascii_is_digit(part.p[i]);
		is_octal &= part.p[i] >= '0' && part.p[i] <= '7' && octal <= UINT8_MAX;
		octal = is_octal ? octal << 3 | (uint64_t)(part.p[i] - '0') : 0;
	}
	if (!is_decimal)
		return false;
	while (zeros < part.n && part.p[zeros] == '0')
		zeros++;
	/* A part of zeros only becomes empty: SpamAssassin has it so. */
	if (is_octal && octal > 0 && octal <= UINT8_MAX)
		buf_printf(out, "%u", (unsigned)octal);
	else
		buf_add(out, slice_from(part, zeros));
	return true;
}

static bool
add_dotted(struct buf *out, struct slice host)
{
	unsigned parts = 0;

	for (;;) {
		size_t dot = slice_find_byte(host, 0, '.');

		if (++parts > 4 || !add_part(out, slice_cut(host, 0, dot)))
			return false;
		if (dot == host.n)
			return parts == 4;
		buf_add_byte(out, '.');
		host = slice_from(host, dot + 1);
	}
}

/* Decimal digits as a number that stops at the highest there is. */
static bool
parse_decimal(struct slice s, uint64_t *value_r)
{
	uint64_t value = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint64_t digit = (uint64_t)(s.p[i] - '0');

		if (!ascii_is_digit(s.p[i]))
			return false;
		value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
	}
	*value_r = value;
	return s.n > 0;
}

static bool
parse_hexadecimal(struct slice s, uint64_t *value_r)
{
	*value_r = 0;
	for (size_t i = 2; i < s.n; i++) {
		if (ascii_hex(s.p[i]) < 0)
			return false;
		*value_r = *value_r << 4 | (uint64_t)ascii_hex(s.p[i]);
	}
	return slice_istarts(s, SLICE("0x")) && s.n > 2;
}

/* One number: the highest 32 bits that it has of a decimal one, the lowest of a hexadecimal one. */
static bool
add_number(struct buf *out, struct slice host)
{
	uint64_t value;

	if (parse_decimal(host, &value)) {
		while (value > UINT32_MAX)
			value >>= 4;
	} else if (!parse_hexadecimal(host, &value)) {
		return false;
	}
	buf_printf(out, "%u.%u.%u.%u", (unsigned)(value >> 24 & 255), (unsigned)(value >> 16 & 255),
	    (unsigned)(value >> 8 & 255), (unsigned)(value & 255));
	return true;
}

/* Adds the form with a dotted address when the host is a number or four; whether it was. */
static bool
add_address_variant(struct variants *variants, const struct web_uri *web, struct slice plain)
{
	struct buf host = { .arena = variants->arena };

	if (!add_number(&host, plain)) {
		host.n = 0;
		if (!add_dotted(&host, plain))
			return false;
	}
	if (host.failed)
		return true;
	if (!slice_eq(buf_slice(&host), web->host) || web->user.n > 0) {
		struct slice pieces[] = { web->scheme, buf_slice(&host), web->port_and_rest };

		add_joined(variants, pieces, COUNT(pieces));
	}
	return true;
}

static struct slice
without_blanks(struct arena *arena, struct slice host)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] != ' ' && !ascii_is_control(host.p[i]))
			buf_add_byte(&out, host.p[i]);
	return out.n == host.n ? host : buf_slice(&out);
}

/* What a resolver would look up: no "user@", nothing behind the last letter or digit. */
static struct slice
plain_host(struct slice host)
{
	for (size_t i = host.n; i > 0; i--)
		if (host.p[i - 1] == '@') {
			host = slice_from(host, i);
			break;
		}
	while (host.n > 0 && !ascii_is_alnum(host.p[host.n - 1]))
		host.n--;
	return host;
}

static struct slice
lower(struct arena *arena, struct slice s)
{
	struct buf out = { .arena = arena };

	for (size_t i = 0; i < s.n; i++)
		buf_add_byte(&out, ascii_lower(s.p[i]));
	return buf_slice(&out);
}

static bool
has_default_port(const struct web_uri *web)
{
	if (slice_eq(web->scheme, SLICE("http://")))
		return slice_eq(web->port, SLICE("80"));
	return slice_ieq(web->scheme, SLICE("https://")) && slice_eq(web->port, SLICE("443"));
}

/* The name of "http://name/" or "http://www.name/", which may mean www.name.com; or absent. */
static struct slice
naked_name(const struct boundaries *boundaries, const struct web_uri *web)
{
	struct slice name = web->host;

	if (!slice_eq(web->scheme, SLICE("http://")) || web->user.n > 0 ||
	    (web->port.n > 0 && !slice_eq(web->port, SLICE("80"))))
		return SLICE_ABSENT;
	if (slice_istarts(name, SLICE("www.")) && !boundary_has_tld(boundaries, name))
		name = slice_from(name, 4);
	if (name.n == 0 || slice_find_byte(name, 0, '.') < name.n ||
	    slice_eq(name, SLICE("localhost")))
		return SLICE_ABSENT;
	return name;
}

static bool
is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_is_high(s.p[i]))
			return false;
	return true;
}

static void
add_with_host(struct variants *variants, const struct web_uri *web, struct slice host)
{
	struct slice pieces[] = { web->scheme, host, web->port_and_rest };

	if (host.p != NULL && !slice_eq(host, web->host))
		add_joined(variants, pieces, COUNT(pieces));
}

static void
add_host_variants(struct variants *variants, struct slice uri)
{
	struct arena *arena = variants->arena;
	struct web_uri web;
	struct slice host, plain, naked;

	if (!split(uri, &web))
		return;
	if (has_default_port(&web)) {
		struct slice pieces[] = { web.scheme, web.host, web.rest };

		add_joined(variants, pieces, COUNT(pieces));
	}
	host = without_blanks(arena, web.host);
	plain = plain_host(host);
	add_with_host(variants, &web, host);
	add_with_host(variants, &web, plain);
	if (!is_ascii(web.host)) {
		struct slice ascii = domain_to_ascii(arena, web.host);

		add_with_host(variants, &web, ascii.n > 0 ? ascii : web.host);
	}
	naked = naked_name(variants->law->boundaries, &web);
	if (!add_address_variant(variants, &web, plain) && naked.n > 0) {
		struct slice pieces[] = { web.scheme, SLICE("www."), lower(arena, naked),
			SLICE(".com"), web.port_and_rest };

		add_joined(variants, pieces, COUNT(pieces));
	}
}

/* What the law's redirectors lead to; they see the URI without "user@" and blanks in the host. */
static struct slice
find_known_target(struct variants *variants, struct slice uri)
{
	struct buf plain = { .arena = variants->arena };
	struct web_uri web;

	if (variants->law->find_target == NULL || !split(uri, &web))
		return SLICE_ABSENT;
	buf_add(&plain, web.scheme);
	buf_add(&plain, without_blanks(variants->arena, web.host));
	buf_add(&plain, web.port_and_rest);
	if (plain.failed)
		return SLICE_ABSENT;
	return variants->law->find_target(variants->law->p, buf_slice(&plain));
}

/* The first "http:" or "https:" in the path, up to "&" or "#", if there is a dot in it. */
static struct slice
find_target(struct slice uri)
{
	size_t from, i = authority_end(uri, &from);

	if (i <= from)
		return SLICE_ABSENT;
	for (i++; i < uri.n; i++) {
		struct slice rest = slice_from(uri, i);
		size_t n = web_scheme(rest);

		if (n == 0)
			continue;
		while (n < rest.n && rest.p[n] != '&' && rest.p[n] != '#')
			n++;
		rest = slice_cut(rest, 0, n);
		return slice_find_byte(rest, 0, '.') < rest.n ? rest : SLICE_ABSENT;
	}
	return SLICE_ABSENT;
}

/* The one mended form of `uri`: slashes, escapes, scheme, path, references. Absent at the cap. */
static struct slice
mend(struct arena *arena, struct slice uri)
{
	struct slice form = with_slashes(arena, uri);

	form = unescape(arena, form);
	form = with_scheme(arena, form);
	form = with_path(arena, form);
	return undo_references(arena, form);
}

/* Adds the forms of one URI; returns the redirector's target in it, or an absent slice. */
static struct slice
expand(struct variants *variants, struct slice uri)
{
	struct slice form, target;

	add_variant(variants, uri);
	if (!is_link(uri))
		return SLICE_ABSENT;
	if (is_mail(uri)) {
		add_mail_variants(variants, uri);
		return SLICE_ABSENT;
	}
	form = mend(variants->arena, uri);
	add_variant(variants, form);
	add_host_variants(variants, form);
	target = find_known_target(variants, form);
	return target.n > 0 ? target : find_target(form);
}

struct slice_list
uri_canonical(const struct uri_law *law, struct arena *arena, struct slice uri)
{
	struct variants variants = {
		.law = law,
		.arena = arena,
		.list = VEC_OF(struct slice, arena),
	};
	struct slice next = clean(arena, slice_cut(uri, 0, URI_LENGTH_MAX));

	if (next.n == 0)
		add_variant(&variants, next);
	for (size_t i = 0; next.n > 0 && i < URI_VARIANTS_MAX; i++)
		next = clean(arena, expand(&variants, next));
	return (struct slice_list){ variants.list.p, variants.list.n };
}
