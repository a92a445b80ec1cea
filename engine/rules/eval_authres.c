/*
 * eval_authres.c - what Authentication-Results fields of our own servers say
 *
 * Source: SpamAssassin 4.0.1's AuthRes. authres_networks tells how far down
 * the header fields are believed: internal (by default: above the first
 * Received field of a host that is not internal), trusted or all. Fields of
 * servers that authres_ignored_authserv names do not count; with
 * authres_trusted_authserv or our auth.trusted_ids only those of servers that
 * they name do.
 */
#include "engine/mime/authres.h"
#include "engine/mime/authserv.h"
#include "engine/rules/eval.h"
#include "engine/rules/eval_help.h"

/* Whether the list, any case, has the name. */
static bool
is_listed(const struct name_list *list, struct slice name)
{
	for (size_t i = 0; list != NULL && i < list->entries.n; i++) {
		if (slice_ieq(*(struct slice *)vec_at(&list->entries, i), name))
			return true;
	}
	return false;
}

/* Whether auth.trusted_ids has the name. */
static bool
is_trusted_id(struct views *views, struct slice authserv)
{
	const struct policy *policy = &views->ruleset->policy;

	for (size_t i = 0; i < policy->trusted_id_count; i++)
		if (authserv_same(views->arena, policy->trusted_ids[i], authserv))
			return true;
	return false;
}

static bool
is_believed(struct views *views, struct slice authserv)
{
	const struct ruleset *ruleset = views->ruleset;
	const struct name_list *trusted = ruleset_list(ruleset, "authres_trusted_authserv");
	bool named = (trusted != NULL && trusted->entries.n > 0) ||
		     ruleset->policy.trusted_id_count > 0;

	if (named && !is_listed(trusted, authserv) && !is_trusted_id(views, authserv))
		return false;
	return !is_listed(ruleset_list(ruleset, "authres_ignored_authserv"), authserv);
}

/* Adds the results of one line of a header, if it is such a field. */
static void
add_line(struct views *views, struct vec *results, struct slice line)
{
	bool arc = slice_istarts(line, SLICE("arc-"));
	struct slice name = SLICE("authentication-results:");
	struct authres authres;

	if (arc)
		line = slice_from(line, 4);
	if (!slice_istarts(line, name) ||
	    !authres_parse(views->arena, slice_trim(slice_from(line, name.n)), arc, &authres) ||
	    !is_believed(views, authres.authserv))
		return;
	for (size_t i = 0; i < authres.results.n; i++) {
		struct authres_result *result = vec_push(results);

		if (result == NULL)
			return;
		*result = *(struct authres_result *)vec_at(&authres.results, i);
	}
}

/* All results (struct authres_result) of the fields that are believed; NULL at the arena's cap. */
static const struct vec *
results_of(struct views *views)
{
	struct slice networks = ruleset_option(
	    views->ruleset, "authres_networks", SLICE("internal"));
	enum fixed_field field = slice_ieq(networks, SLICE("all"))       ? FIXED_ALL
				 : slice_ieq(networks, SLICE("trusted")) ? FIXED_ALL_TRUSTED
									 : FIXED_ALL_INTERNAL;
	struct vec *results = views->memos[MEMO_AUTHRES];
	struct slice header, line;

	if (results != NULL)
		return results;
	results = arena_alloc(views->arena, sizeof(*results));
	if (results == NULL)
		return NULL;
	views->memos[MEMO_AUTHRES] = results;
	*results = VEC_OF(struct authres_result, views->arena);
	header = eval_field(views, field);
	while (slice_next_line(&header, &line))
		add_line(views, results, line);
	return results;
}

/* The method's result: "pass" if any is, else the first; absent: there is none. */
static struct slice
result_of(const struct vec *results, struct slice method)
{
	struct slice first = SLICE_ABSENT;

	for (size_t i = 0; i < results->n; i++) {
		const struct authres_result *result = vec_at(results, i);

		if (!slice_eq(result->method, method))
			continue;
		if (slice_eq(result->result, SLICE("pass")))
			return result->result;
		if (first.p == NULL)
			first = result->result;
	}
	return first;
}

unsigned
eval_check_authres_result(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	const struct vec *results = results_of(views);
	struct slice result = results == NULL ? SLICE_ABSENT : result_of(results, args[0].text);

	if (slice_ieq(args[1].text, SLICE("missing")))
		return result.p == NULL;
	return result.p != NULL && slice_ieq(args[1].text, result);
}
