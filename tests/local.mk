# C tests are cmocka programs that print TAP; tests/run adds them up and ends
# with "N passed, N failed". Each folder lists its own tests in local.mk.
unit_tests =
test_scripts =
# Tests of threaded parts, for a build with the thread sanitizer.
thread_tests =
# SpamAssassin beside us on hundreds of messages: `make check-live`, as it takes its time.
live_scripts =
# The feed against real Redis servers on loopback: `make check-feed`.
feed_scripts =
# Long runs of whole corpora: `make check-long`, with STEELYARD_LONG=1.
long_scripts =
unit_test_libs = $(ENGINE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/run

include tests/engine/util/local.mk
include tests/engine/mime/local.mk
include tests/engine/regex/local.mk
include tests/engine/net/local.mk
include tests/engine/auth/local.mk
include tests/engine/rules/local.mk
include tests/engine/local.mk
include tests/conf/local.mk
include tests/rules/local.mk
include tests/shared-sync/local.mk
include tests/milter/local.mk
include tests/fuzz/local.mk
include tests/house/local.mk
include tests/mta/local.mk
include tests/bench/local.mk
include tests/parity/local.mk

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
endif
EXTRA_DIST += $(test_scripts) $(live_scripts) $(feed_scripts) $(long_scripts)

run_tests = TOP_SRCDIR='$(abs_top_srcdir)' TOP_BUILDDIR='$(abs_top_builddir)' CC='$(CC)' \
	$(SHELL) $(top_srcdir)/tests/run
test_needs = $(check_PROGRAMS) $(bin_PROGRAMS) $(sbin_PROGRAMS)

check-local: $(test_needs)
	$(run_tests) $(unit_tests) $(test_scripts)

check-mta: $(test_needs)
	$(run_tests) $(mta_scripts)

check-live: $(test_needs)
	$(run_tests) $(live_scripts)

check-feed: $(test_needs)
	$(run_tests) $(feed_scripts)

# All tests with servers, in one queue: one that waits leaves its processor to the next.
check-servers: $(test_needs)
	$(run_tests) $(mta_scripts) $(feed_scripts) $(live_scripts)

check-threads: $(test_needs)
	$(run_tests) $(thread_tests)

check-long: $(test_needs)
	STEELYARD_LONG=1 TEST_TIMEOUT=7200 $(run_tests) $(mta_scripts) $(live_scripts) $(long_scripts)

.PHONY: check-feed check-live check-mta check-servers check-threads check-long

clean-local:
	rm -rf test-logs
