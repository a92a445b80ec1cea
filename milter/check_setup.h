/*
 * check_setup.h - what `steelyard check` needs before the first message: settings,
 * rules, the DNS and a scanner
 *
 * SYNOPSIS
 *	struct check_setup setup;
 *
 *	if (check_setup_open(&setup, options, workers))
 *		use(setup.scanner);
 *	check_setup_close(&setup);
 */
#ifndef STEELYARD_MILTER_CHECK_SETUP_H
#define STEELYARD_MILTER_CHECK_SETUP_H

#include <stdbool.h>

#include "conf/settings.h"
#include "milter/check_options.h"
#include "milter/dns_recorder.h"
#include "milter/dns_service.h"
#include "milter/local_scan.h"

struct check_setup {
	struct settings *settings;
	struct ruleset *ruleset;
	struct dns_service *service;
	struct resolver *resolver; /* NULL: the DNS is not asked */
	struct list_health *health; /* of DNS lists; NULL: all are trusted */
	struct dns_recorder *recorder; /* NULL: nothing is recorded */
	struct local_scan *scanner; /* for `workers` threads */
};

/* False: something is wrong, which was told. Must be closed in any case. */
bool
check_setup_open(struct check_setup *setup, const struct check_options *options, unsigned workers);

/* False: what was recorded could not be written, which was told. */
bool check_setup_close(struct check_setup *setup);

#endif
