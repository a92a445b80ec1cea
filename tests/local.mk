# C tests are cmocka programs that print TAP; tests/run adds them up and ends
# with "N passed, N failed". Each folder lists its own tests in local.mk.
unit_tests =
test_scripts =
unit_test_libs = $(ENGINE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/run

include tests/engine/util/local.mk
include tests/engine/mime/local.mk
include tests/engine/regex/local.mk
include tests/engine/rules/local.mk
include tests/engine/local.mk
include tests/conf/local.mk
include tests/milter/local.mk
include tests/house/local.mk

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
endif
EXTRA_DIST += $(test_scripts)

check-local: $(check_PROGRAMS) $(bin_PROGRAMS) $(sbin_PROGRAMS)
	TOP_SRCDIR='$(abs_top_srcdir)' TOP_BUILDDIR='$(abs_top_builddir)' \
	CC='$(CC)' \
	$(SHELL) $(top_srcdir)/tests/run $(check_PROGRAMS) $(test_scripts)
