/*
 * ruleset.h - compiled rules, scores and policy: const and reference-counted
 *
 * Built once from rule definitions; every message takes one reference at its
 * start. Nothing in it changes after ruleset_build, so any number of threads
 * may scan with it.
 */
#ifndef STEELYARD_ENGINE_RULES_RULESET_H
#define STEELYARD_ENGINE_RULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns_list.h"
#include "engine/policy.h"
#include "engine/rules/rule_def.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

struct ruleset;
struct rule;

/* A score that a layer above the rules sets ("scores:" in the configuration). */
struct score_override {
	struct slice name;
	int64_t score;
	struct origin origin;
};

/* A list of addresses, domains or hosts that functions look in ("lists:"). */
struct rule_list {
	struct slice name;
	const struct slice *entries;
	size_t entry_count;
	struct origin origin;
};

struct ruleset_source {
	const struct rule_def
	    *defs; /* in order; a later one of the same name replaces the earlier */
	size_t def_count;
	const struct score_override *scores; /* in order; later wins */
	size_t score_count;
	const struct rule_list *lists;
	size_t list_count;
	const struct dns_list *dns_lists; /* settled; a later one of a name replaces the earlier */
	size_t dns_list_count;
	const struct policy *policy;
};

/* Told of each problem; severity 'e' error (that rule is left out) or 'w' warning. */
struct ruleset_report {
	void (*tell)(void *p, char severity, const struct err *err);
	void *p;
};

/*
 * Compiles all. Everything is copied: the source may go afterwards. A rule
 * that does not compile is told of and left out; the caller decides whether
 * the ruleset is used. Never NULL. The first reference is the caller's.
 */
struct ruleset *
ruleset_build(const struct ruleset_source *source, const struct ruleset_report *report);

struct ruleset *ruleset_ref(struct ruleset *ruleset);

/* Gives a reference back and nulls *ruleset; the last one frees it. */
void ruleset_unref(struct ruleset **ruleset);

/* A short hex name that depends on all rules, scores and policy. */
struct slice ruleset_id(const struct ruleset *ruleset);

const struct policy *ruleset_policy(const struct ruleset *ruleset);

/*
 * The DNS lists that its rules ask, by the numbers that verdicts and
 * scan_options have: those described, asked or not, then those that rules name
 * by their zones.
 */
const struct dns_lists *ruleset_dns_lists(const struct ruleset *ruleset);

/* Whether a live rule asks the list of that number. */
bool ruleset_asks(const struct ruleset *ruleset, size_t list);

/* Rules that compiled, sorted by name; scored and sub-rules, those switched off too. */
size_t ruleset_count(const struct ruleset *ruleset);
const struct rule *ruleset_at(const struct ruleset *ruleset, size_t i);
const struct rule *ruleset_find(const struct ruleset *ruleset, struct slice name);

/* Its number, below ruleset_number_count; numbers of broken rules are left out by ruleset_at. */
size_t rule_number(const struct rule *rule);
size_t ruleset_number_count(const struct ruleset *ruleset);

/* The definition it came from, with the score in force and who set it. */
const struct rule_def *rule_definition(const struct rule *rule);

/* Whether it is run: false when a score of 0 switches it off. */
bool rule_is_live(const struct rule *rule);

#endif
