unit_tests += tests/engine/util/test_map
tests_engine_util_test_map_SOURCES = tests/engine/util/test_map.c
tests_engine_util_test_map_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_map_LDADD = $(unit_test_libs)

unit_tests += tests/engine/util/test_arena
tests_engine_util_test_arena_SOURCES = tests/engine/util/test_arena.c
tests_engine_util_test_arena_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_arena_LDADD = $(unit_test_libs)

unit_tests += tests/engine/util/test_profile
tests_engine_util_test_profile_SOURCES = tests/engine/util/test_profile.c
tests_engine_util_test_profile_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_profile_LDADD = $(unit_test_libs)

unit_tests += tests/engine/util/test_slice
tests_engine_util_test_slice_SOURCES = tests/engine/util/test_slice.c
tests_engine_util_test_slice_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_slice_LDADD = $(unit_test_libs)

unit_tests += tests/engine/util/test_buf
tests_engine_util_test_buf_SOURCES = tests/engine/util/test_buf.c
tests_engine_util_test_buf_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_buf_LDADD = $(unit_test_libs)

unit_tests += tests/engine/util/test_vec
tests_engine_util_test_vec_SOURCES = tests/engine/util/test_vec.c
tests_engine_util_test_vec_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_vec_LDADD = $(unit_test_libs)

unit_tests += tests/engine/util/test_err
tests_engine_util_test_err_SOURCES = tests/engine/util/test_err.c
tests_engine_util_test_err_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_err_LDADD = $(unit_test_libs)

unit_tests += tests/engine/util/test_utf8
tests_engine_util_test_utf8_SOURCES = tests/engine/util/test_utf8.c
tests_engine_util_test_utf8_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_utf8_LDADD = $(unit_test_libs)

unit_tests += tests/engine/util/test_crypto
tests_engine_util_test_crypto_SOURCES = tests/engine/util/test_crypto.c
tests_engine_util_test_crypto_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_util_test_crypto_LDADD = $(unit_test_libs)
