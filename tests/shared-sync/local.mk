unit_tests += tests/shared-sync/test_channel_keys
tests_shared_sync_test_channel_keys_SOURCES = tests/shared-sync/test_channel_keys.c
tests_shared_sync_test_channel_keys_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_channel_keys_LDADD = $(SHARED_SYNC_LIBS) $(unit_test_libs)
