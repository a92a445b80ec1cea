/*
 * eval_help.c - small readings of addresses that several families share
 */
#include "engine/rules/eval_help.h"

#include "engine/mime/domain.h"

struct slice
eval_first_line(struct slice value)
{
	return slice_trim(slice_cut(value, 0, slice_find_byte(value, 0, '\n')));
}

struct slice
eval_domain(struct slice address)
{
	size_t at = address.n;

	while (at > 0 && address.p[at - 1] != '@')
		at--;
	return at == 0 ? SLICE("") : slice_from(address, at);
}

struct slice
eval_last_labels(struct slice host, size_t n)
{
	size_t at = host.n;

	while (at > 0 && (host.p[at - 1] != '.' || --n > 0))
		at--;
	return slice_from(host, at);
}

struct slice
eval_organisation(struct views *views, struct slice host)
{
	struct slice domain = eval_domain(host), organisation;

	if (domain.n == 0)
		domain = host;
	organisation = organisational_domain(views->arena, domain);
	return organisation.n > 0 ? organisation : domain;
}

bool
eval_same_organisation(struct views *views, struct slice a, struct slice b)
{
	return slice_ieq(eval_organisation(views, a), eval_organisation(views, b));
}
