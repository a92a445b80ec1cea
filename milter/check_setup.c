/*
 * check_setup.c - what `steelyard check` needs before the first message
 */
#include "config.h"

#include "milter/check_setup.h"

#include "milter/command.h"
#include "milter/list_test.h"

static bool
open_dns(struct check_setup *setup, const struct check_options *options)
{
	struct err err = { 0 };

	setup->service = dns_service_new(options->dns, &err);
	if (setup->service == NULL) {
		command_complain("--dns: %s", err.text);
		return false;
	}
	dns_service_apply(setup->service, setup->settings);
	setup->resolver = dns_service_resolver(setup->service, setup->settings, &err);
	if (setup->resolver == NULL && err.text[0] != '\0') {
		command_complain("the DNS: %s", err.text);
		return false;
	}
	if (options->record == NULL)
		return true;
	setup->recorder = dns_recorder_open(options->record, &err);
	if (setup->recorder == NULL)
		command_complain("--record: %s", err.text);
	return setup->recorder != NULL;
}

/* Lists that answer from servers are tested first; a table has no test points. */
static void
test_lists(struct check_setup *setup)
{
	const struct dns_lists *lists = ruleset_dns_lists(setup->ruleset);
	struct list_finding findings[LIST_TESTS_MAX];
	struct list_status status;
	size_t numbers[LIST_TESTS_MAX], n;
	int64_t wait_us;

	if (setup->resolver == NULL || resolver_has_table(setup->resolver) ||
	    setup->settings->dns_list_tests == 0)
		return;
	setup->health = list_health_new(NULL);
	list_health_use(setup->health, setup->ruleset, setup->settings->dns_list_tests);
	n = list_health_due(setup->health, setup->ruleset, numbers, LIST_TESTS_MAX, &wait_us);
	list_test_run(setup->resolver, lists, numbers, n, setup->settings->dns_deadline, findings);
	for (size_t i = 0; i < n; i++)
		list_health_tested(setup->health, &lists->v[numbers[i]], &findings[i], &status);
}

bool
check_setup_open(struct check_setup *setup, const struct check_options *options, unsigned workers)
{
	*setup = (struct check_setup){ .settings = command_settings(options->config) };
	if (setup->settings == NULL || !open_dns(setup, options))
		return false;
	setup->ruleset = command_ruleset(setup->settings, options->rules.p, options->rules.n);
	if (setup->ruleset == NULL)
		return false;
	test_lists(setup);
	setup->scanner = local_scan_new(&(struct local_scan_setup){
	    .ruleset = setup->ruleset,
	    .time_limit_us = setup->settings->time_limit,
	    .cpu_limit_us = setup->settings->cpu_limit,
	    .workers = workers,
	    .resolver = setup->resolver,
	    .dns_deadline_us = setup->settings->dns_deadline,
	    .health = setup->health,
	    .recorder = setup->recorder,
	});
	return true;
}

bool
check_setup_close(struct check_setup *setup)
{
	bool written;

	local_scan_free(&setup->scanner);
	list_health_free(&setup->health);
	resolver_unref(&setup->resolver);
	dns_service_free(&setup->service);
	ruleset_unref(&setup->ruleset);
	settings_free(&setup->settings);
	written = dns_recorder_close(&setup->recorder);
	if (!written)
		command_complain("--record: not all answers could be written");
	return written;
}
