unit_tests += tests/engine/util/test_map
tests_engine_util_test_map_SOURCES = tests/engine/util/test_map.c
tests_engine_util_test_map_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_map_LDADD = $(unit_test_libs)
