/*
 * eval_uri.c - eval functions over the addresses in a message's text
 *
 * Sources: SpamAssassin 4.0.1's URIEval and HTTPSMismatch, by how they
 * behave; ours are marked in evalfn.def.
 *
 * Limits: distinct hosts are counted up to EVAL_FIELDS_MAX.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

#include "engine/mime/boundary.h"
#include "engine/mime/ip.h"
#include "engine/util/ascii.h"

unsigned
eval_check_uri_truncated(const struct rule *rule, struct views *views)
{
	(void)rule;
	return views_uris(views).truncated;
}

/* The host in an address's text, "https://host/..." or "host/..."; absent: none. */
static struct slice
shown_host(const struct boundaries *boundaries, struct slice text)
{
	size_t scheme = slice_find(text, 0, SLICE("://")), end = 0;
	struct slice host;

	text = slice_trim(scheme < text.n ? slice_from(text, scheme + 3) : text);
	while (end < text.n && (ascii_is_alnum(text.p[end]) || text.p[end] == '.' ||
				   text.p[end] == '-' || ascii_is_high(text.p[end])))
		end++;
	if (end < text.n && slice_find_byte(SLICE("/?#: \t\r\n,;)\""), 0, text.p[end]) == 12)
		return SLICE_ABSENT;
	host = slice_cut(text, 0, end);
	while (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	if (slice_find_byte(host, 0, '.') == host.n || !boundary_has_tld(boundaries, host))
		return SLICE_ABSENT;
	return host;
}

unsigned
eval_check_https_ip_mismatch(const struct rule *rule, struct views *views)
{
	struct uri_list uris = views_uris(views);
	struct ip ip;

	(void)rule;
	for (size_t i = 0; i < uris.n; i++) {
		if (uris.v[i].text.p != NULL && ip_parse(uris.v[i].host, &ip) &&
		    slice_istarts(slice_trim(uris.v[i].text), SLICE("https://")) &&
		    shown_host(views->ruleset->boundaries, uris.v[i].text).n > 0)
			return 1;
	}
	return 0;
}

/* Whether a link's text shows a domain that it does not lead to. */
static bool
shows_other_domain(struct views *views, const struct uri *uri)
{
	struct slice host = shown_host(views->ruleset->boundaries, uri->text);

	return host.n > 0 && uri->domain.n > 0 &&
	       !slice_ieq(eval_organisation(views, host), uri->domain);
}

unsigned
eval_check_https_http_mismatch(const struct rule *rule, struct views *views)
{
	struct uri_list uris = views_uris(views);
	unsigned anchors = 0;
	bool mismatch = false;

	for (size_t i = 0; i < uris.n; i++) {
		const struct uri *uri = &uris.v[i];

		if (uri->text.p == NULL || !slice_eq(uri->element, SLICE("a")))
			continue;
		anchors++;
		mismatch = mismatch || (slice_istarts(slice_trim(uri->text), SLICE("https://")) &&
					   shows_other_domain(views, uri));
	}
	return mismatch && eval_within((double)anchors, &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_check_uri_text_mismatch(const struct rule *rule, struct views *views)
{
	struct uri_list uris = views_uris(views);
	unsigned n = 0;

	(void)rule;
	for (size_t i = 0; i < uris.n; i++)
		n += uris.v[i].text.p != NULL && shows_other_domain(views, &uris.v[i]);
	return n;
}

unsigned
eval_check_uri_count(const struct rule *rule, struct views *views)
{
	struct uri_list uris = views_uris(views);
	double n = 0;

	for (size_t i = 0; i < uris.n; i++)
		n += !uris.v[i].extended;
	return eval_within(n, &rule->call.args[0], &rule->call.args[1]);
}

/* Distinct organisational domains of URIs into v; how many. */
static size_t
list_domains(struct views *views, struct slice v[EVAL_FIELDS_MAX])
{
	struct uri_list uris = views_uris(views);
	size_t n = 0;

	for (size_t i = 0; i < uris.n && n < EVAL_FIELDS_MAX; i++) {
		size_t k = 0;

		while (k < n && !slice_ieq(v[k], uris.v[i].domain))
			k++;
		if (k == n && uris.v[i].domain.n > 0)
			v[n++] = uris.v[i].domain;
	}
	return n;
}

unsigned
eval_check_uri_domain_count(const struct rule *rule, struct views *views)
{
	struct slice v[EVAL_FIELDS_MAX];

	return eval_within(
	    (double)list_domains(views, v), &rule->call.args[0], &rule->call.args[1]);
}

unsigned
eval_check_uri_from_domain(const struct rule *rule, struct views *views)
{
	struct slice v[EVAL_FIELDS_MAX];
	struct slice from = eval_first_line(eval_field(views, FIXED_FROM_ADDR));
	size_t n = list_domains(views, v);

	(void)rule;
	from = eval_domain(from).n == 0 ? SLICE("") : eval_organisation(views, from);
	for (size_t i = 0; i < n && from.n > 0; i++) {
		if (slice_ieq(v[i], from))
			return 1;
	}
	return 0;
}
