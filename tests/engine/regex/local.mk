unit_tests += tests/engine/regex/test_pcre tests/engine/regex/test_factor \
	tests/engine/regex/test_pattern_set tests/engine/regex/test_lossless
tests_engine_regex_test_pcre_SOURCES = tests/engine/regex/test_pcre.c
tests_engine_regex_test_pcre_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_regex_test_pcre_LDADD = $(unit_test_libs)
tests_engine_regex_test_factor_SOURCES = tests/engine/regex/test_factor.c
tests_engine_regex_test_factor_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_regex_test_factor_LDADD = $(unit_test_libs)
tests_engine_regex_test_pattern_set_SOURCES = tests/engine/regex/test_pattern_set.c
tests_engine_regex_test_pattern_set_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_regex_test_pattern_set_LDADD = $(unit_test_libs)
tests_engine_regex_test_lossless_SOURCES = tests/engine/regex/test_lossless.c \
	tests/engine/regex/lossless.c tests/engine/regex/lossless.h \
	tests/engine/regex/grammar.c tests/engine/regex/grammar.h \
	tests/engine/regex/tree_match.c tests/engine/regex/tree_match.h
tests_engine_regex_test_lossless_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_regex_test_lossless_LDADD = $(unit_test_libs)
unit_tests += tests/engine/regex/test_strict tests/engine/regex/test_trial
tests_engine_regex_test_strict_SOURCES = tests/engine/regex/test_strict.c
tests_engine_regex_test_strict_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_regex_test_strict_LDADD = $(unit_test_libs)
tests_engine_regex_test_trial_SOURCES = tests/engine/regex/test_trial.c
tests_engine_regex_test_trial_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_regex_test_trial_LDADD = $(unit_test_libs)
unit_tests += tests/engine/regex/test_prefix_walk
tests_engine_regex_test_prefix_walk_SOURCES = tests/engine/regex/test_prefix_walk.c
tests_engine_regex_test_prefix_walk_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_regex_test_prefix_walk_LDADD = $(unit_test_libs)
