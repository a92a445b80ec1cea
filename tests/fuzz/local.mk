# Broken mail: a program that makes and scans it. `make check` runs a little, `make check-long` 100,000 mutations
# (configure with --enable-sanitizers for that).
noinst_PROGRAMS += tests/fuzz/mutate
tests_fuzz_mutate_SOURCES = tests/fuzz/mutate.c tests/fuzz/mutation.c tests/fuzz/mutation.h
tests_fuzz_mutate_LDADD = $(CLI_LIBS)
test_scripts += tests/fuzz/test_mutations.sh
EXTRA_DIST += \
	tests/fuzz/seeds/japanese.eml \
	tests/fuzz/seeds/nested.eml \
	tests/fuzz/seeds/plain.eml

.PHONY: check-long
check-long: tests/fuzz/mutate
	TOP_SRCDIR='$(abs_top_srcdir)' TOP_BUILDDIR='$(abs_top_builddir)' TEST_TIMEOUT=21600 \
	MUTATIONS=$${MUTATIONS:-100000} $(SHELL) $(top_srcdir)/tests/run tests/fuzz/test_mutations.sh
