/*
 * html_uri.c - reference resolution by RFC 3986, 5.2, with SpamAssassin's leniency
 *
 * Like RFC 2396 it lets "http:x" be relative to an http base. Linear: each
 * dot segment that goes up takes off bytes that were put down before.
 */
#include "engine/mime/html_uri.h"

#include <stdbool.h>
#include <stdint.h>

#include "engine/mime/text_space.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* Absent parts are not there at all. */
struct parts {
	struct slice scheme, authority, path, query, fragment;
};

struct slice
html_uri_trim(struct slice uri)
{
	size_t n, chars = 0, at = 0;

	while ((n = text_space_at(uri, 0)) > 0)
		uri = slice_from(uri, n);
	while ((n = text_space_before(uri)) > 0)
		uri = slice_cut(uri, 0, uri.n - n);
	if (uri.n <= HTML_URI_MAX)
		return uri;
	while (at < uri.n && chars < HTML_URI_MAX) {
		at++;
		while (at < uri.n && ((unsigned char)uri.p[at] & 0xc0) == 0x80)
			at++;
		chars++;
	}
	return slice_cut(uri, 0, at);
}

/* Where the first byte of `set` stands in s from `at` on, or s.n. */
static size_t
find_any(struct slice s, size_t at, struct slice set)
{
	while (at < s.n && slice_find_byte(set, 0, s.p[at]) == set.n)
		at++;
	return at;
}

static struct parts
split(struct slice s)
{
	struct parts parts = { 0 };
	size_t at = find_any(s, 0, SLICE(":/?#"));

	if (at > 0 && at < s.n && s.p[at] == ':') {
		parts.scheme = slice_cut(s, 0, at);
		s = slice_from(s, at + 1);
	}
	if (slice_starts(s, SLICE("//"))) {
		at = find_any(s, 2, SLICE("/?#"));
		parts.authority = slice_cut(s, 2, at);
		s = slice_from(s, at);
	}
	at = find_any(s, 0, SLICE("?#"));
	parts.path = slice_cut(s, 0, at);
	s = slice_from(s, at);
	if (s.n > 0 && s.p[0] == '?') {
		at = slice_find_byte(s, 0, '#');
		parts.query = slice_cut(s, 1, at);
		s = slice_from(s, at);
	}
	if (s.n > 0)
		parts.fragment = slice_cut(s, 1, slice_find_byte(s, 1, '\n'));
	return parts;
}

/* Whether `s` begins with "/" + dots and then ends or goes on with a slash. */
static bool
begins_with_dots(struct slice s, struct slice dots)
{
	return slice_starts(s, dots) && (s.n == dots.n || s.p[dots.n] == '/');
}

/* Behind `name`, which stays a slash when nothing follows. */
static struct slice
behind_dots(struct slice s, size_t n)
{
	return s.n == n ? SLICE("/") : slice_from(s, n);
}

/* RFC 3986, 5.2.4. Absent at the arena's cap. */
static struct slice
remove_dot_segments(struct arena *arena, struct slice path)
{
	struct buf out = { .arena = arena };

	if (slice_starts(path, SLICE("../")))
		path = slice_from(path, 2);
	else if (slice_starts(path, SLICE("./")))
		path = slice_from(path, 1);
	while (path.n > 0 && !out.failed && !slice_eq(path, SLICE("0"))) {
		if (begins_with_dots(path, SLICE("/."))) {
			path = behind_dots(path, 2);
		} else if (begins_with_dots(path, SLICE("/.."))) {
			path = behind_dots(path, 3);
			while (out.n > 0 && out.p[out.n - 1] != '/')
				out.n--;
			if (out.n > 0)
				out.n--;
		} else {
			size_t at = slice_find_byte(path, 1, '/');

			buf_add(&out, slice_cut(path, 0, at));
			path = slice_from(path, at);
		}
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

/* The base's directory with a relative path behind it (5.2.3). */
static struct slice
merge(struct arena *arena, const struct parts *base, struct slice path)
{
	struct buf out = { .arena = arena };
	size_t n = base->path.n;

	if (base->authority.p != NULL && n == 0)
		buf_add_byte(&out, '/');
	while (n > 0 && base->path.p[n - 1] != '/')
		n--;
	buf_add(&out, slice_cut(base->path, 0, n));
	buf_add(&out, path);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

static void
resolve_path(
    struct arena *arena, const struct parts *base, const struct parts *uri, struct parts *target)
{
	target->authority = base->authority;
	if (uri->path.n == 0) {
		target->path = base->path;
		target->query = uri->query.p != NULL ? uri->query : base->query;
		return;
	}
	target->path = uri->path;
	if (uri->path.p[0] != '/')
		target->path = merge(arena, base, uri->path);
	target->path = remove_dot_segments(arena, target->path);
	target->query = uri->query;
}

/* "www3." and the like at the beginning of a host. */
static bool
begins_like(struct slice host, struct slice name)
{
	size_t at = name.n;

	if (!slice_istarts(host, name))
		return false;
	while (at < host.n && ascii_is_digit(host.p[at]))
		at++;
	return at < host.n && host.p[at] == '.';
}

static struct slice
recompose(struct arena *arena, const struct parts *parts)
{
	struct buf out = { .arena = arena };

	if (parts->scheme.n > 0) {
		buf_add(&out, parts->scheme);
		buf_add_byte(&out, ':');
	} else if (parts->authority.p != NULL && begins_like(parts->authority, SLICE("www"))) {
		buf_add(&out, SLICE("http:"));
	} else if (parts->authority.p != NULL && begins_like(parts->authority, SLICE("ftp"))) {
		buf_add(&out, SLICE("ftp:"));
	}
	if (parts->authority.p != NULL) {
		buf_add(&out, SLICE("//"));
		buf_add(&out, parts->authority);
	}
	buf_add(&out, parts->path);
	if (parts->query.p != NULL) {
		buf_add_byte(&out, '?');
		buf_add(&out, parts->query);
	}
	if (parts->fragment.p != NULL) {
		buf_add_byte(&out, '#');
		buf_add(&out, parts->fragment);
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

static bool
stands_alone(struct slice uri)
{
	static const struct slice schemes[] = {
		{ "data:", 5 },
		{ "mailto:", 7 },
		{ "file:", 5 },
		{ "cid:", 4 },
		{ "tel:", 4 },
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (slice_istarts(uri, schemes[i]))
			return true;
	return false;
}

struct slice
html_uri_resolve(struct arena *arena, struct slice base, struct slice uri)
{
	struct parts from = split(base), parts = split(uri), target = { 0 };

	if (stands_alone(uri))
		return uri;
	if (parts.scheme.p != NULL && from.scheme.p != NULL && slice_eq(parts.scheme, from.scheme))
		parts.scheme = SLICE_ABSENT;
	if (parts.scheme.p != NULL || parts.authority.p != NULL) {
		target = parts;
		if (parts.scheme.p == NULL)
			target.scheme = from.scheme;
		target.path = remove_dot_segments(arena, parts.path);
	} else {
		resolve_path(arena, &from, &parts, &target);
		target.scheme = from.scheme;
	}
	target.fragment = parts.fragment;
	return recompose(arena, &target);
}

/* "http:", "https:" or "ftp:" and up to two slashes; the bytes they take, or 0. */
static size_t
base_scheme(struct slice uri)
{
	size_t at = 0;

	if (slice_istarts(uri, SLICE("http:")) || slice_istarts(uri, SLICE("https:")) ||
	    slice_istarts(uri, SLICE("ftp:")))
		at = slice_find_byte(uri, 0, ':') + 1;
	for (int i = 0; at > 0 && i < 2 && at < uri.n && uri.p[at] == '/'; i++)
		at++;
	return at;
}

/* Where the file's name begins: "index.html" at the end of a path; uri.n when there is none. */
static size_t
file_name(struct slice uri, size_t host)
{
	size_t slash = slice_find_byte(uri, host, '/'), at = uri.n, dot;

	while (at > slash && uri.p[at - 1] != '/')
		at--;
	dot = uri.n;
	while (dot > at && uri.p[dot - 1] != '.')
		dot--;
	if (slash == uri.n || slash == host || dot < at + 2 || uri.p[dot - 2] == '.' ||
	    uri.n - dot < 2 || uri.n - dot > 4)
		return uri.n;
	dot -= 2;
	while (dot > at && uri.p[dot - 1] != '.')
		dot--;
	return dot;
}

struct slice
html_uri_base(struct arena *arena, struct slice uri)
{
	struct buf out = { .arena = arena };
	size_t host = base_scheme(uri);

	if (host == 0)
		return SLICE_ABSENT;
	uri = slice_cut(uri, 0, file_name(uri, host));
	if (slice_ends(uri, SLICE("/")))
		return uri;
	buf_add(&out, uri);
	buf_add_byte(&out, '/');
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}
