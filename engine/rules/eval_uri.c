/*
 * eval_uri.c - eval functions over the addresses in a message's text
 *
 * Sources: SpamAssassin 4.0.1's URIEval and HTTPSMismatch, by how they
 * behave; ours are marked in evalfn.def. Theirs compare an anchor's text with
 * its href as it is written, not resolved.
 *
 * Limits: distinct hosts are counted up to EVAL_FIELDS_MAX.
 */
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

#include <math.h>

#include "engine/mime/boundary.h"
#include "engine/mime/ip.h"
#include "engine/util/ascii.h"
#include "engine/util/map.h"

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

/* "http:" or "https:" at s.p[at], up to two slashes and a host: where the host begins; 0: none. */
static size_t
redirect_at(struct slice s, size_t at)
{
	struct slice rest = slice_from(s, at);
	size_t host = at + (slice_istarts(rest, SLICE("https:")) ? 6 : 5);

	if (host == at + 5 && !slice_istarts(rest, SLICE("http:")))
		return 0;
	for (unsigned i = 0; i < 2 && host < s.n && s.p[host] == '/'; i++)
		host++;
	return host < s.n && slice_find_byte(SLICE("/:?"), 0, s.p[host]) == 3 ? host : 0;
}

/* Where the host that begins at `from` ends. */
static size_t
host_end(struct slice s, size_t from)
{
	while (from < s.n && slice_find_byte(SLICE("/:?"), 0, s.p[from]) == 3)
		from++;
	return from;
}

/*
 * The next address inside an http(s) one: behind its host, or else the last
 * one that cuts the host. *host_r is the host before it. Absent: none.
 */
static struct slice
inner_uri(struct slice uri, struct slice *host_r)
{
	size_t from = slice_istarts(uri, SLICE("https://")) ? 8 : 7, end, at;

	if (from == 7 && !slice_istarts(uri, SLICE("http://")))
		return SLICE_ABSENT;
	end = host_end(uri, from);
	if (end == from)
		return SLICE_ABSENT;
	for (at = slice_ifind(uri, end + 1, SLICE("http")); at < uri.n;
	     at = slice_ifind(uri, at + 1, SLICE("http"))) {
		if (redirect_at(uri, at) > 0)
			break;
	}
	for (size_t i = end; at >= uri.n && i >= from + 2; i--)
		at = redirect_at(uri, i) > 0 ? i : at;
	if (at >= uri.n)
		return SLICE_ABSENT;
	*host_r = slice_cut(uri, from, at - 1 < end ? at - 1 : end);
	return slice_from(uri, at);
}

/* The registrable part of a host, or the host as it stands where there is none. */
static struct slice
domain_or_host(struct views *views, struct slice host)
{
	struct slice known = uri_host(views->ruleset->boundaries, host);
	struct ip ip;

	if (known.p == NULL)
		return host;
	if (ip_parse(known, &ip))
		return known;
	return boundary_domain(views->ruleset->boundaries, views->arena, known);
}

unsigned
eval_check_for_http_redirector(const struct rule *rule, struct views *views)
{
	struct slice_list uris = views_uris(views).variants;

	(void)rule;
	for (size_t i = 0; i < uris.n && !views_spent(views); i++) {
		struct slice uri = uris.v[i], host;

		while ((uri = inner_uri(uri, &host)).p != NULL) {
			size_t from = redirect_at(uri, 0);
			struct slice target = slice_cut(uri, from, host_end(uri, from));

			if (!slice_eq(domain_or_host(views, host), domain_or_host(views, target)))
				return 1;
		}
	}
	return 0;
}

/* Whether text begins with `schemes` ("https:" or both), slashes, maybe a name and @, and IPv4. */
static bool
begins_with_ip(struct slice text, bool only_https)
{
	size_t at = slice_istarts(text, SLICE("https:")) ? 6 : 5, sign, groups = 0;

	if (at == 5 && (only_https || !slice_istarts(text, SLICE("http:"))))
		return false;
	while (at < text.n && text.p[at] == '/')
		at++;
	for (sign = at; sign < text.n && text.p[sign] != '@' && text.p[sign] != '/';)
		sign++;
	if (sign > at && sign < text.n && text.p[sign] == '@')
		at = sign + 1;
	for (; groups < 4 && at < text.n && ascii_is_digit(text.p[at]); groups++) {
		while (at < text.n && ascii_is_digit(text.p[at]))
			at++;
		at += groups < 3 && at < text.n && text.p[at] == '.';
	}
	return groups == 4;
}

unsigned
eval_check_https_ip_mismatch(const struct rule *rule, struct views *views)
{
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);

	(void)rule;
	for (size_t i = 0; i < count; i++) {
		const struct html *html = parts[i].html;

		for (size_t k = 0; html != NULL && k < html->anchor_count; k++) {
			struct slice text = html->anchors[k];

			if (begins_with_ip(html->anchor_hrefs[k], false) &&
			    !begins_with_ip(text, true) &&
			    slice_ifind(text, 0, SLICE("https:")) < text.n)
				return 1;
		}
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

/* The host behind "http://", "https://" in any case; absent: none. */
static struct slice
web_host(struct slice uri)
{
	size_t from = slice_istarts(uri, SLICE("https://")) ? 8 : 7, end;

	if (from == 7 && !slice_istarts(uri, SLICE("http://")))
		return SLICE_ABSENT;
	for (end = from; end < uri.n && slice_find_byte(SLICE("/:?#"), 0, uri.p[end]) == 4;)
		end++;
	return end == from ? SLICE_ABSENT : slice_cut(uri, from, end);
}

/* The host of the next "https://" in an anchor's text, taken off *text; absent: none. */
static struct slice
next_https_host(struct slice *text)
{
	const struct slice scheme = SLICE("https://");
	size_t at = slice_ifind(*text, 0, scheme), end;

	while (at < text->n) {
		for (end = at + scheme.n; end < text->n && !ascii_is_space(text->p[end]) &&
					  slice_find_byte(SLICE("/:?#"), 0, text->p[end]) == 4;)
			end++;
		if (end > at + scheme.n) {
			struct slice host = slice_cut(*text, at + scheme.n, end);

			*text = slice_from(*text, end);
			return host;
		}
		at = slice_ifind(*text, at + 1, scheme);
	}
	return SLICE_ABSENT;
}

/* The registrable part of a host that can exist; absent: it cannot. */
static struct slice
existing_domain(struct views *views, struct slice host)
{
	struct slice domain = boundary_domain(views->ruleset->boundaries, views->arena, host);

	if (slice_find_byte(domain, 0, '.') == domain.n ||
	    !boundary_has_tld(views->ruleset->boundaries, domain))
		return SLICE_ABSENT;
	return domain;
}

/* Whether an anchor's text shows "https://" and a host of another domain than `domain`. */
static bool
shows_other_https(struct views *views, struct slice text, struct slice domain)
{
	struct slice host = next_https_host(&text);
	struct ip ip;

	if (host.p == NULL)
		return false;
	if (!ip_parse(host, &ip))
		host = existing_domain(views, host);
	return host.n > 0 && !slice_eq(host, domain);
}

/*
 * The domain an anchor leads to by http or https; absent: none, or an
 * address, which check_https_ip_mismatch looks at.
 */
static struct slice
anchor_domain(struct views *views, struct slice href)
{
	struct slice host = web_host(href), domain;
	struct ip ip;

	if (host.p == NULL || ip_parse(host, &ip))
		return SLICE_ABSENT;
	domain = boundary_domain(views->ruleset->boundaries, views->arena, host);
	return uri_host(views->ruleset->boundaries, domain).p == NULL ? SLICE_ABSENT : domain;
}

/* Distinct addresses that anchors lead to are counted; *hit_r: one shows another domain. */
static double
count_anchors(struct views *views, const struct html *html, bool *hit_r)
{
	struct map *seen = map_new(views->arena, MAP_EXACT, views->hash_seed);

	*hit_r = false;
	for (size_t i = 0; seen != NULL && i < html->anchor_count; i++) {
		struct slice domain = anchor_domain(views, html->anchor_hrefs[i]);

		if (domain.n == 0)
			continue;
		if (!map_add(seen, html->anchor_hrefs[i], seen))
			break;
		*hit_r = *hit_r || shows_other_https(views, html->anchors[i], domain);
	}
	return seen == NULL ? 0 : (double)map_count(seen);
}

unsigned
eval_check_https_http_mismatch(const struct rule *rule, struct views *views)
{
	double least = eval_number(rule, 0, 1), most = eval_number(rule, 1, HUGE_VAL);
	size_t count;
	const struct text_part *parts = views_text_parts(views, &count);

	for (size_t i = 0; i < count; i++) {
		bool hit;
		double anchors;

		if (parts[i].html == NULL)
			continue;
		anchors = count_anchors(views, parts[i].html, &hit);
		if (hit && anchors >= least && anchors < most)
			return 1;
	}
	return 0;
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
