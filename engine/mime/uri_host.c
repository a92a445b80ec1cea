/*
 * uri_host.c - the host in a URI, when it is one that can exist
 *
 * Reads any of the forms that uri_canonical.c makes, mended or not. Names are
 * ASCII: a form with A-labels stands beside one with U-labels.
 */
#include "config.h"

#include "engine/mime/uri_canonical.h"

#include "engine/mime/domain.h"
#include "engine/mime/ip.h"
#include "engine/util/ascii.h"

/* Dotted decimal without leading zeros: four octets and no more. */
static bool
is_address(struct slice host)
{
	struct ip ip;

	for (size_t i = 0; i + 1 < host.n; i++)
		if (host.p[i] == '0' && (i == 0 || host.p[i - 1] == '.') &&
		    ascii_is_digit(host.p[i + 1]))
			return false;
	return ip_parse(host, &ip) && ip_is_v4(&ip) && slice_find_byte(host, 0, ':') == host.n;
}

static struct slice
last_at(struct slice s)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '@')
			return slice_from(s, i);
	return s;
}

/* Without the scheme; absent for one that names no host, unless an "@" tells it was no scheme. */
static struct slice
without_scheme(struct slice uri)
{
	static const struct slice schemes[] = { { "http:", 5 }, { "https:", 6 }, { "ftp:", 4 },
		{ "mailto:", 7 } };
	size_t colon = 0;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (slice_istarts(uri, schemes[i]))
			return slice_from(uri, schemes[i].n);
	while (colon < uri.n && ascii_is_alpha(uri.p[colon]))
		colon++;
	if (colon > 0 && colon < uri.n && uri.p[colon] == ':' &&
	    slice_find_byte(uri, 0, '@') == uri.n)
		return SLICE_ABSENT;
	return uri;
}

static bool
ends_host(char c, bool mailto)
{
	return c == '?' || (mailto ? c == '&' : c == '/' || c == '#');
}

struct slice
uri_host(const struct boundaries *boundaries, struct slice uri)
{
	bool mailto = slice_istarts(uri, SLICE("mailto:"));
	struct slice s = without_scheme(slice_trim(uri));
	size_t end, at;

	for (unsigned i = 0; i < 2 && s.n > 0 && s.p[0] == '/'; i++)
		s = slice_from(s, 1);
	at = mailto ? slice_find_byte(s, 0, '@') : 0;
	for (end = at; end < s.n && !ends_host(s.p[end], mailto); end++)
		;
	s = slice_cut(s, 0, end);
	if (mailto &&
	    (at == s.n || slice_find_byte(s, 0, '?') < at || slice_find_byte(s, at + 1, '@') < s.n))
		return SLICE_ABSENT;
	s = last_at(s);
	for (end = s.n; end > 0 && ascii_is_digit(s.p[end - 1]); end--)
		;
	if (end > 0 && s.p[end - 1] == ':')
		s = slice_cut(s, 0, end - 1);
	if ((!mailto && is_address(s)) ||
	    (domain_is_host_name(s) && boundary_has_tld(boundaries, s)))
		return s;
	return SLICE_ABSENT;
}
