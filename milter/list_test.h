/*
 * list_test.h - whether DNS lists are well: test points, error codes, and a name nobody lists
 *
 * The points are those of RFC 5782, 5, or what the list's description says.
 * A random name that is listed tells that the list has begun to list the
 * world, as ORDB did in 2008.
 */
#ifndef STEELYARD_MILTER_LIST_TEST_H
#define STEELYARD_MILTER_LIST_TEST_H

#include "engine/net/dns_list.h"
#include "milter/list_health.h"
#include "milter/resolver.h"

/* Lists tested at a time. */
#define LIST_TESTS_MAX 64

/*
 * Tests lists->v[numbers[i]], all at the same time, for at most timeout_us;
 * findings_r[i] is what came of it. At most LIST_TESTS_MAX of them.
 */
void list_test_run(struct resolver *resolver, const struct dns_lists *lists, const size_t *numbers,
    size_t count, int64_t timeout_us, struct list_finding *findings_r);

#endif
