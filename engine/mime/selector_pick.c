/*
 * selector_pick.c - addresses, names, hosts and IP addresses out of a field's value
 *
 * As SpamAssassin 4.0.1 picks them (found by running it): all addresses, not
 * the first alone; a name's blanks folded and one pair of single quotes taken
 * off; a host is a run of non-blanks that ends in a top-level domain, is a
 * valid name as a whole, and is not followed by one of "._-".
 *
 * Linear: within one run of non-blanks a host is looked for once, from its
 * beginning, as a longer match there would have been taken.
 */
#include "engine/mime/selector_pick.h"

#include "engine/mime/address.h"
#include "engine/mime/domain.h"
#include "engine/mime/ip.h"
#include "engine/mime/word.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

static void
values_add(struct vec *values, struct slice value)
{
	struct slice *added = value.p == NULL ? NULL : vec_push(values);

	if (added != NULL)
		*added = value;
}

void
pick_addresses(struct vec *values, struct slice value)
{
	struct address_list list = address_parse(values->arena, value);

	for (size_t i = 0; i < list.n; i++)
		values_add(values, list.v[i].addr);
}

/* Runs of blanks as one space, none at the ends, and without one pair of single quotes. */
static struct slice
tidy_name(struct arena *arena, struct slice name)
{
	struct buf out = { .arena = arena };
	struct slice tidy;

	if (slice_trim(name).n == 0)
		return name;
	name = slice_trim(name);
	for (size_t i = 0; i < name.n; i++) {
		if (!ascii_is_space(name.p[i]))
			buf_add_byte(&out, name.p[i]);
		else if (!ascii_is_space(name.p[i - 1]))
			buf_add_byte(&out, ' ');
	}
	tidy = out.failed ? SLICE_ABSENT : buf_slice(&out);
	if (tidy.n >= 2 && tidy.p[0] == '\'' && tidy.p[tidy.n - 1] == '\'')
		tidy = slice_cut(tidy, 1, tidy.n - 1);
	return tidy;
}

void
pick_names(struct vec *values, struct converters *converters, struct slice value)
{
	struct address_list list = address_parse(values->arena, value);

	for (size_t i = 0; i < list.n; i++) {
		struct slice name = list.v[i].name;

		if (name.p != NULL && converters != NULL)
			name = tidy_name(
			    values->arena, word_decode(values->arena, converters, name));
		values_add(values, name);
	}
}

static bool
binds_host(char c)
{
	return c == '.' || c == '_' || c == '-';
}

static bool
in_label(char c)
{
	return ascii_is_alnum(c) || c == '-' || ascii_is_high(c);
}

/* Where the longest "x.TLD" of s ends that begins at s.p[0] and has no blank; 0: nowhere. */
static size_t
host_end(const struct boundaries *boundaries, struct slice s)
{
	size_t run = 0;

	while (run < s.n && run <= DOMAIN_MAX && !ascii_is_space(s.p[run]))
		run++;
	for (size_t dot = run; dot-- > 1;) {
		size_t end = dot + 1;

		if (s.p[dot] != '.')
			continue;
		while (end < s.n && in_label(s.p[end]))
			end++;
		if ((end == s.n || !binds_host(s.p[end])) &&
		    boundary_has_tld(boundaries, slice_cut(s, 0, end)))
			return end;
	}
	return 0;
}

/* A host name that could be looked up: labels of letters, digits and hyphens, two at the least. */
static bool
is_host_name(struct arena *arena, struct slice host)
{
	struct slice ascii = domain_to_ascii(arena, host);
	size_t label = 0;

	if (ascii.p == NULL || ascii.n == 0 || slice_find_byte(ascii, 0, '.') == ascii.n)
		return false;
	for (size_t i = 0; i <= ascii.n; i++) {
		if (i < ascii.n && ascii.p[i] != '.') {
			if (!ascii_is_alnum(ascii.p[i]) && ascii.p[i] != '-')
				return false;
			label++;
			continue;
		}
		if (label == 0 || label > DOMAIN_LABEL_MAX)
			return false;
		label = 0;
	}
	return true;
}

/* The host of the last @ that is followed by one; absent: none is. */
static struct slice
host_behind_at(const struct boundaries *boundaries, struct arena *arena, struct slice value)
{
	for (size_t at = value.n; at-- > 0;) {
		struct slice rest = slice_from(value, at + 1);
		size_t end;

		if (value.p[at] != '@' || rest.n == 0)
			continue;
		end = host_end(boundaries, rest);
		if (end == 0)
			continue;
		rest = slice_cut(rest, 0, end);
		return is_host_name(arena, rest) ? rest : SLICE_ABSENT;
	}
	return SLICE_ABSENT;
}

static struct slice
host_alone(const struct boundaries *boundaries, struct arena *arena, struct slice value)
{
	size_t at = 0;

	while (at < value.n) {
		size_t end;

		while (at < value.n && ascii_is_space(value.p[at]))
			at++;
		while (at < value.n && at > 0 && binds_host(value.p[at - 1]))
			at++;
		end = host_end(boundaries, slice_from(value, at));
		if (end > 0 && is_host_name(arena, slice_cut(value, at, at + end)))
			return slice_cut(value, at, at + end);
		at += end;
		while (end == 0 && at < value.n && !ascii_is_space(value.p[at]))
			at++;
	}
	return SLICE_ABSENT;
}

void
pick_host(struct vec *values, const struct boundaries *boundaries, struct slice value)
{
	struct slice host = host_behind_at(boundaries, values->arena, value);

	if (host.p == NULL)
		host = host_alone(boundaries, values->arena, value);
	values_add(values, host);
}

void
pick_address_host(struct vec *values, struct slice address)
{
	size_t at = address.n;

	while (at > 0 && address.p[at - 1] != '@')
		at--;
	if (at > 0 && at < address.n)
		values_add(values, slice_from(address, at));
}

void
pick_domain(struct vec *values, const struct boundaries *boundaries, struct slice host)
{
	struct slice domain = boundary_domain(boundaries, values->arena, host);

	values_add(values, domain.p == NULL ? host : domain);
}

static bool
in_ip(char c)
{
	return ascii_hex(c) >= 0 || c == '.' || c == ':';
}

/* The address in a run of in_ip bytes: all of it, or a dotted quad between its colons. */
static struct slice
ip_in_run(struct slice run, bool tagged, struct ip *ip_r)
{
	size_t from = 0;

	/* As with "\\b" at both ends: "::1" and "2001:db8::" are not seen. */
	if (run.n > 0 && (tagged || run.p[0] != ':') && run.p[run.n - 1] != ':' &&
	    ip_parse(run, ip_r))
		return run;
	while (from < run.n) {
		size_t colon = slice_find_byte(run, from, ':');

		if (ip_parse(slice_cut(run, from, colon), ip_r))
			return slice_cut(run, from, colon);
		from = colon + 1;
	}
	return SLICE_ABSENT;
}

/* "IPv6:" (RFC 5321, 4.1.3) whose "6:" begins the run at `at`: kept, as SpamAssassin keeps it. */
static bool
is_tagged(struct slice value, size_t at)
{
	return at >= 3 && slice_istarts(slice_from(value, at - 3), SLICE("IPv6:"));
}

void
pick_ip(struct vec *values, struct slice value, bool reversed)
{
	size_t at = 0, end;

	for (; at < value.n; at = end + 1) {
		struct slice written;
		struct ip ip;
		bool tagged;

		for (end = at; end < value.n && in_ip(value.p[end]); end++)
			;
		tagged = is_tagged(value, at);
		if (end == at || (at > 0 && !tagged && ascii_is_word(value.p[at - 1])) ||
		    (end < value.n && ascii_is_word(value.p[end])))
			continue;
		written = ip_in_run(slice_cut(value, tagged ? at + 2 : at, end), tagged, &ip);
		if (written.p == NULL)
			continue;
		if (tagged)
			written = slice_cut(value, at - 3, end);
		values_add(values, reversed ? ip_reversed(values->arena, &ip) : written);
		return;
	}
}
