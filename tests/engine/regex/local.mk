unit_tests += tests/engine/regex/test_pcre
tests_engine_regex_test_pcre_SOURCES = tests/engine/regex/test_pcre.c
tests_engine_regex_test_pcre_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_regex_test_pcre_LDADD = $(unit_test_libs)
