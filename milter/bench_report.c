/*
 * bench_report.c - what a bench found, for people or as JSON
 *
 * Times are milliseconds with three decimals, in JSON microseconds; memory is
 * the most that the process ever had (getrusage(2)), messages included.
 */
#include "config.h"

#include "milter/bench_report.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "milter/json.h"
#include "milter/mail_source.h"

#define MS 1e6
#define US 1000

struct priced {
	const struct rule *rule;
	int64_t ns;
};

static int
compare_priced(const void *a, const void *b)
{
	int64_t x = ((const struct priced *)a)->ns, y = ((const struct priced *)b)->ns;

	return (x < y) - (x > y);
}

/* The rules by what they took, the dearest first; the caller frees them. */
static struct priced *
dearest_rules(const struct bench *bench, size_t *n_r)
{
	size_t n = ruleset_count(bench->ruleset);
	struct priced *priced = calloc(n + 1, sizeof(*priced));

	if (priced == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = ruleset_at(bench->ruleset, i);

		priced[i] = (struct priced){ rule, bench->profile.rules[rule_number(rule)] };
	}
	qsort(priced, n, sizeof(*priced), compare_priced);
	*n_r = n < BENCH_REPORT_RULES ? n : BENCH_REPORT_RULES;
	return priced;
}

static int64_t
profile_sum(const struct profile *profile)
{
	int64_t sum = 0;

	for (size_t i = 0; i < PROFILE_COUNT; i++)
		sum += profile->stages[i];
	return sum > 0 ? sum : 1;
}

static long
peak_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static void
add_stages(const struct bench_report *report, const struct bench *bench, struct buf *out)
{
	int64_t sum = profile_sum(&bench->profile);

	buf_printf(out, "where the time goes%s:\n", report->later ? " in a later walk, warm" : "");
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		int64_t ns = bench->profile.stages[i];

		buf_printf(out, "  %-10s %8.3f ms a message  %5.1f%%\n",
		    profile_stage_name((enum profile_stage)i),
		    (double)ns / MS / (double)bench->mails.n, 100.0 * (double)ns / (double)sum);
	}
}

static void
add_rules(const struct bench *bench, struct buf *out)
{
	int64_t sum = profile_sum(&bench->profile);
	size_t n;
	struct priced *priced = dearest_rules(bench, &n);

	buf_add(out, SLICE("the dearest rules:\n"));
	for (size_t i = 0; i < n; i++) {
		const struct rule_def *def = rule_definition(priced[i].rule);

		buf_printf(out, "  %5.2f%%  %9.3f us a message  %.*s (%s:%u)\n",
		    100.0 * (double)priced[i].ns / (double)sum,
		    (double)priced[i].ns / US / (double)bench->mails.n, SLICE_ARG(def->name),
		    def->origin.file == NULL ? "built in" : def->origin.file, def->origin.line);
	}
	free(priced);
}

static void
add_each(const struct bench *bench, struct buf *out)
{
	buf_add(out, SLICE("each message, the least of its scans:\n"));
	for (size_t i = 0; i < bench->mails.n; i++) {
		struct mail *mail = vec_at(&bench->mails, i);

		buf_printf(out, "  %9.3f ms  %8zu bytes  %s\n", (double)bench->cost.each[i] / MS,
		    mail->bytes.n, buf_text(&mail->name));
	}
}

static void
add_differences(const struct bench *bench, struct buf *out)
{
	buf_printf(out, "with and without the prefilter: %zu of %zu messages differ\n",
	    bench->differences.n, bench->mails.n);
	for (size_t i = 0; i < bench->differences.n; i++) {
		const struct bench_difference *difference = vec_at(&bench->differences, i);

		buf_printf(out, "  %s: %s\n", difference->name, difference->what);
	}
}

void
bench_report_text(const struct bench_report *report, const struct bench *bench, struct buf *out)
{
	const struct bench_cost *cost = &bench->cost;

	buf_printf(out, "%zu messages, %.1f MB; %u times, %u at the same time\n", bench->mails.n,
	    (double)bench->bytes / 1e6, bench->repeat, bench->jobs);
	buf_printf(out, "rules read and compiled in %.3f s\n", (double)report->load_ns / 1e9);
	buf_printf(
	    out, "%.1f messages a second\n", (double)cost->scans * 1e9 / (double)cost->wall_ns);
	buf_printf(out, "CPU a message: %.3f ms (p50 %.3f, p99 %.3f, most %.3f: %s)\n",
	    (double)cost->cpu_ns / MS / (double)cost->scans, (double)cost->p50_ns / MS,
	    (double)cost->p99_ns / MS, (double)cost->max_ns / MS, cost->dearest);
	if (cost->first_ns > 0)
		buf_printf(out, "in a first walk through them, before: %.3f ms\n",
		    (double)cost->first_ns / MS);
	buf_printf(out, "peak memory: %.1f MB\n", (double)peak_kb() / 1024);
	if (cost->incomplete > 0)
		buf_printf(out, "%zu scans were cut short by a limit\n", cost->incomplete);
	if (report->stages)
		add_stages(report, bench, out);
	if (report->rules)
		add_rules(bench, out);
	if (report->each)
		add_each(bench, out);
	if (report->compared)
		add_differences(bench, out);
}

/* A member in microseconds. */
static void
json_us(struct json *json, const char *key, double ns)
{
	json_key(json, key);
	json_integer(json, (int64_t)(ns / US + 0.5));
}

static void
json_stages(const struct bench *bench, struct json *json)
{
	json_key(json, "ns_a_message");
	json_open(json, '{');
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		json_key(json, profile_stage_name((enum profile_stage)i));
		json_integer(json, bench->profile.stages[i] / (int64_t)bench->mails.n);
	}
	json_close(json, '}');
}

static void
json_rules(const struct bench *bench, struct json *json)
{
	size_t n;
	struct priced *priced = dearest_rules(bench, &n);

	json_key(json, "rules");
	json_open(json, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(json, '{');
		json_key(json, "name");
		json_string(json, rule_definition(priced[i].rule)->name);
		json_key(json, "ns_a_message");
		json_integer(json, priced[i].ns / (int64_t)bench->mails.n);
		json_close(json, '}');
	}
	json_close(json, ']');
	free(priced);
}

static void
json_each(const struct bench *bench, struct json *json)
{
	json_key(json, "each");
	json_open(json, '[');
	for (size_t i = 0; i < bench->mails.n; i++) {
		const struct mail *mail = vec_at(&bench->mails, i);

		json_open(json, '{');
		json_key(json, "file");
		json_string(json, buf_slice(&mail->name));
		json_key(json, "bytes");
		json_integer(json, (int64_t)mail->bytes.n);
		json_us(json, "us_cpu", (double)bench->cost.each[i]);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void
json_differences(const struct bench *bench, struct json *json)
{
	json_key(json, "differences");
	json_open(json, '[');
	for (size_t i = 0; i < bench->differences.n; i++) {
		const struct bench_difference *difference = vec_at(&bench->differences, i);

		json_open(json, '{');
		json_key(json, "file");
		json_string(json, slice_of(difference->name));
		json_key(json, "what");
		json_string(json, slice_of(difference->what));
		json_close(json, '}');
	}
	json_close(json, ']');
}

void
bench_report_json(const struct bench_report *report, const struct bench *bench, struct buf *out)
{
	const struct bench_cost *cost = &bench->cost;
	struct json json = { .out = out };

	json_open(&json, '{');
	json_key(&json, "messages");
	json_integer(&json, (int64_t)bench->mails.n);
	json_key(&json, "bytes");
	json_integer(&json, (int64_t)bench->bytes);
	json_key(&json, "jobs");
	json_integer(&json, bench->jobs);
	json_key(&json, "scans");
	json_integer(&json, (int64_t)cost->scans);
	json_key(&json, "incomplete");
	json_integer(&json, (int64_t)cost->incomplete);
	json_us(&json, "us_load", (double)report->load_ns);
	json_us(&json, "us_wall", (double)cost->wall_ns);
	json_us(&json, "us_cpu_a_message", (double)cost->cpu_ns / (double)cost->scans);
	json_us(&json, "us_cpu_a_message_first", (double)cost->first_ns);
	json_us(&json, "us_p50", (double)cost->p50_ns);
	json_us(&json, "us_p99", (double)cost->p99_ns);
	json_us(&json, "us_max", (double)cost->max_ns);
	json_key(&json, "dearest");
	json_string(&json, slice_of(cost->dearest));
	json_key(&json, "peak_kb");
	json_integer(&json, peak_kb());
	if (report->stages)
		json_stages(bench, &json);
	if (report->rules)
		json_rules(bench, &json);
	if (report->each)
		json_each(bench, &json);
	if (report->compared)
		json_differences(bench, &json);
	json_close(&json, '}');
	buf_add_byte(out, '\n');
}
