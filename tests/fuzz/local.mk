# Broken mail: a program that makes and scans it, 500 mutations in `make check` and 100,000 in `make check-long`
# (configure with --enable-sanitizers for that).
check_PROGRAMS += tests/fuzz/mutate
tests_fuzz_mutate_SOURCES = tests/fuzz/mutate.c tests/fuzz/mutation.c tests/fuzz/mutation.h
tests_fuzz_mutate_LDADD = $(CLI_LIBS)
test_scripts += tests/fuzz/test_mutations.sh
long_scripts += tests/fuzz/test_mutations.sh
EXTRA_DIST += \
	tests/fuzz/every_view.yaml \
	tests/fuzz/seeds/japanese.eml \
	tests/fuzz/seeds/nested.eml \
	tests/fuzz/seeds/plain.eml
