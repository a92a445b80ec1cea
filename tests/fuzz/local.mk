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

# With --enable-fuzzers libFuzzer drives it: tests/fuzz/fuzz_message -dict=tests/fuzz/message.dict CORPUS
noinst_PROGRAMS += tests/fuzz/fuzz_message
tests_fuzz_fuzz_message_LDADD = $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_message_SOURCES = tests/fuzz/fuzz_message.c
tests_fuzz_fuzz_message_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_message_SOURCES = tests/fuzz/fuzz_message.c tests/fuzz/replay.c
endif
EXTRA_DIST += \
	tests/fuzz/message.dict \
	tests/fuzz/corpus/message/blank_lines.eml \
	tests/fuzz/corpus/message/broken.eml \
	tests/fuzz/corpus/message/crlf.eml \
	tests/fuzz/corpus/message/digest.eml \
	tests/fuzz/corpus/message/empty.eml \
	tests/fuzz/corpus/message/empty_parts.eml \
	tests/fuzz/corpus/message/nested.eml \
	tests/fuzz/corpus/message/no_boundary.eml \
	tests/fuzz/corpus/message/plain.eml \
	tests/fuzz/corpus/message/raw_bytes.eml \
	tests/fuzz/corpus/message/rfc822.eml \
	tests/fuzz/corpus/message/uuencode.eml
