/*
 * domain.c - where a host name's registrable part begins, by the public suffix list
 *
 * The list is the one compiled into libpsl: no file is read. This is the only
 * file that knows libpsl. SpamAssassin's own boundaries (its util_rb lists),
 * which differ in a few hundred places, are boundary.c's.
 */
#include "config.h"

#include "engine/mime/domain.h"

#include <libpsl.h>
#include <string.h>

#include "engine/mime/ip.h"
#include "engine/util/ascii.h"

/*
 * The list has no rule for a TLD that registers only below its second level
 * and names each of those: so far this one.
 */
static const struct slice silent_tld = { "za", 2 };

/* Copies host into out in lower case with a NUL; false when it does not fit. */
static bool
lower_text(struct slice host, char out[DOMAIN_MAX + 1])
{
	if (host.n > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		if (host.p[i] == '\0')
			return false;
		out[i] = ascii_lower(host.p[i]);
	}
	out[host.n] = '\0';
	return true;
}

static struct slice
last_label(struct slice host)
{
	size_t from = host.n;

	while (from > 0 && host.p[from - 1] != '.')
		from--;
	return slice_from(host, from);
}

bool
domain_has_tld(struct slice host)
{
	struct slice tld;
	char text[DOMAIN_MAX + 1];

	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	tld = last_label(host);
	if (tld.n < 2 || !lower_text(tld, text))
		return false;
	return slice_ieq(tld, silent_tld) || psl_is_public_suffix2(psl_builtin(), text,
						 PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

/* The bytes of the last two labels, or 0 when there are not so many. */
static size_t
last_two_labels(struct slice host)
{
	size_t tld = last_label(host).n;

	if (tld + 1 >= host.n)
		return 0;
	return tld + 1 + last_label(slice_cut(host, 0, host.n - tld - 1)).n;
}

bool
domain_is_host_name(struct slice host)
{
	size_t strict = last_two_labels(host), label = 0;
	char before = '.';

	if (strict == 0 || host.n > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		bool inner = c == '.' || c == '-';

		if (!ascii_is_alnum(c) && !inner && (c != '_' || host.n - i <= strict))
			return false;
		if (inner && (before == '.' || (c == '.' && before == '-')))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > DOMAIN_LABEL_MAX)
			return false;
		before = c;
	}
	return ascii_is_alnum(before);
}

struct slice
organisational_domain(struct arena *arena, struct slice host)
{
	struct slice name = domain_to_ascii(arena, host);
	char text[DOMAIN_MAX + 1];
	const char *registrable;
	struct ip ip;

	if (name.n == 0 || ip_parse(name, &ip) || !lower_text(name, text))
		return SLICE_ABSENT;
	registrable = psl_registrable_domain(psl_builtin(), text);
	if (registrable == NULL)
		return SLICE_ABSENT;
	/* It is the end of `text`, and `text` is as long as `name`. */
	return slice_from(name, (size_t)(registrable - text));
}
