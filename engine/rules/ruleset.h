/*
 * ruleset.h - compiled rules, scores and policy: const and reference-counted
 *
 * Built once from rule definitions; every message takes one reference at its
 * start. Nothing in it changes after ruleset_build, so any number of threads
 * may scan with it. Rules that feeds bring join in a ruleset of their own, made by
 * ruleset_extend, which shares what it stands on.
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

/* The most that all rules of a channel together add to one message, in millionths. */
struct channel_limit {
	struct slice channel;
	int64_t max_total; /* of those that score above 0 */
	int64_t min_total; /* of those below: 0 or less */
};

/* A rule whose matches of one message reached PCRE2's limits. */
struct limited_rule {
	const struct rule *rule;
	struct slice name;
	unsigned times;
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
	const struct channel_limit *channels; /* of feeds; the rules of any other have no limit */
	size_t channel_count;
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

/* Rules of feeds that come and go. */
struct ruleset_change {
	/*
	 * New ones, or in the place of what the channel had under that name; later ones win. One
	 * that is there already, with the same sequence, changes nothing.
	 */
	const struct rule_def *puts;
	size_t put_count;
	const struct slice *removals; /* names; one that no feed has brought is passed over */
	size_t removal_count;
	/*
	 * So many rules besides may be compiled once more to keep layers few: how long it may take.
	 * 0: RULESET_WORK.
	 */
	size_t work_max;
};

/* Some milliseconds. */
#define RULESET_WORK 32

/*
 * A ruleset with `change` made to the feeds' rules of `on`, which stays as it is: compiled rules
 * are shared, and what it costs is in proportion to the change, but for copies of arrays of
 * pointers. It judges as ruleset_build would with all these rules. Everything is copied. A rule
 * that does not compile, or whose name is another layer's, is told of and left out. Never NULL.
 * The first reference is the caller's; it keeps what it needs of `on` alive itself. Any number of
 * threads may scan with both meanwhile.
 */
struct ruleset *ruleset_extend(
    struct ruleset *on, const struct ruleset_change *change, const struct ruleset_report *report);

/* The same, with the change that leaves exactly these rules of feeds. */
struct ruleset *ruleset_follow(struct ruleset *on, const struct rule_def *wanted, size_t count,
    const struct ruleset_report *report);

/*
 * The same ruleset in fewer layers: for a thread that has the time (a second for thousands of
 * rules), some time after ruleset_extend. NULL: it has few enough.
 */
struct ruleset *ruleset_fold(struct ruleset *on);

/* How many layers of rules compiled together it has, 1 if no feed brought any. */
size_t ruleset_depth(const struct ruleset *ruleset);

struct ruleset *ruleset_ref(struct ruleset *ruleset);

/* Gives a reference back and nulls *ruleset; the last one frees it. */
void ruleset_unref(struct ruleset **ruleset);

/*
 * A short hex name that depends on all rules, scores and policy, whatever the way they came: built
 * at once, or by any changes.
 */
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

/* The word of a kind, as rule files have it. */
const char *rule_kind_name(enum rule_kind kind);

/* Its number, below ruleset_number_count; numbers of broken rules are left out by ruleset_at. */
size_t rule_number(const struct rule *rule);
size_t ruleset_number_count(const struct ruleset *ruleset);

/* The definition it came from, with the score in force and who set it. */
const struct rule_def *rule_definition(const struct rule *rule);

/* Whether it is run: false when a score of 0 switches it off. */
bool rule_is_live(const struct rule *rule);

#endif
