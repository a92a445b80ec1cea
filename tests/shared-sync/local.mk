# The link against real servers.
check_PROGRAMS += tests/shared-sync/redis_ping
tests_shared_sync_redis_ping_SOURCES = tests/shared-sync/redis_ping.c
tests_shared_sync_redis_ping_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(ENGINE_LIBS)
feed_scripts += tests/shared-sync/test_redis_link.py tests/shared-sync/test_publish.py
EXTRA_DIST += tests/shared-sync/redis_server.py tests/shared-sync/tls_redis.py

# Thousands of subscribers at a Redis, with figures.
check_PROGRAMS += tests/shared-sync/feed_crowd
tests_shared_sync_feed_crowd_SOURCES = tests/shared-sync/feed_crowd.c
tests_shared_sync_feed_crowd_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(ENGINE_LIBS)
feed_scripts += tests/shared-sync/feed_fanout.py
long_scripts += tests/shared-sync/feed_fanout.py

unit_tests += tests/shared-sync/test_channel_keys
tests_shared_sync_test_channel_keys_SOURCES = tests/shared-sync/test_channel_keys.c
tests_shared_sync_test_channel_keys_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_channel_keys_LDADD = $(SHARED_SYNC_LIBS) $(unit_test_libs)

feed_test_libs = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(unit_test_libs)
feed_signer = tests/shared-sync/signer.c tests/shared-sync/signer.h

unit_tests += tests/shared-sync/test_feed_key
tests_shared_sync_test_feed_key_SOURCES = tests/shared-sync/test_feed_key.c
tests_shared_sync_test_feed_key_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_feed_key_LDADD = $(feed_test_libs)

unit_tests += tests/shared-sync/test_carried
tests_shared_sync_test_carried_SOURCES = tests/shared-sync/test_carried.c $(feed_signer)
tests_shared_sync_test_carried_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_carried_LDADD = $(feed_test_libs)

unit_tests += tests/shared-sync/test_keyset
tests_shared_sync_test_keyset_SOURCES = tests/shared-sync/test_keyset.c $(feed_signer)
tests_shared_sync_test_keyset_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_keyset_LDADD = $(feed_test_libs)

unit_tests += tests/shared-sync/test_backoff
tests_shared_sync_test_backoff_SOURCES = tests/shared-sync/test_backoff.c
tests_shared_sync_test_backoff_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_backoff_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/shared-sync/test_link_outcome
tests_shared_sync_test_link_outcome_SOURCES = tests/shared-sync/test_link_outcome.c
tests_shared_sync_test_link_outcome_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_link_outcome_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/shared-sync/test_redis_reader
tests_shared_sync_test_redis_reader_SOURCES = tests/shared-sync/test_redis_reader.c
tests_shared_sync_test_redis_reader_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_redis_reader_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/shared-sync/test_redis_guard
tests_shared_sync_test_redis_guard_SOURCES = tests/shared-sync/test_redis_guard.c
tests_shared_sync_test_redis_guard_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_redis_guard_LDADD = $(SHARED_SYNC_LIBS) $(CONF_LIBS) $(unit_test_libs)

feed_random = tests/shared-sync/random_entry.c tests/shared-sync/random_entry.h

unit_tests += tests/shared-sync/test_fold
tests_shared_sync_test_fold_SOURCES = tests/shared-sync/test_fold.c $(feed_random)
tests_shared_sync_test_fold_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_fold_LDADD = $(feed_test_libs)

unit_tests += tests/shared-sync/test_channel
tests_shared_sync_test_channel_SOURCES = tests/shared-sync/test_channel.c $(feed_signer) $(feed_random)
tests_shared_sync_test_channel_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_channel_LDADD = $(feed_test_libs)
unit_tests += tests/shared-sync/test_guard tests/shared-sync/test_feed_judge \
	tests/shared-sync/test_subscribe
tests_shared_sync_test_subscribe_SOURCES = tests/shared-sync/test_subscribe.c $(feed_signer)
tests_shared_sync_test_subscribe_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_subscribe_LDADD = $(feed_test_libs)
tests_shared_sync_test_guard_SOURCES = tests/shared-sync/test_guard.c
tests_shared_sync_test_guard_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_guard_LDADD = $(feed_test_libs)
unit_tests += tests/shared-sync/test_feed_rules
tests_shared_sync_test_feed_rules_SOURCES = tests/shared-sync/test_feed_rules.c
tests_shared_sync_test_feed_rules_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_feed_rules_LDADD = $(feed_test_libs)

tests_shared_sync_test_feed_judge_SOURCES = tests/shared-sync/test_feed_judge.c
tests_shared_sync_test_feed_judge_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_feed_judge_LDADD = $(feed_test_libs)

unit_tests += tests/shared-sync/test_journal
tests_shared_sync_test_journal_SOURCES = tests/shared-sync/test_journal.c $(feed_signer) $(feed_random)
tests_shared_sync_test_journal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_journal_LDADD = $(feed_test_libs)

# The publisher's side.
unit_tests += tests/shared-sync/test_archive tests/shared-sync/test_feed_file tests/shared-sync/test_rule_change
tests_shared_sync_test_archive_SOURCES = tests/shared-sync/test_archive.c $(feed_signer)
tests_shared_sync_test_archive_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_archive_LDADD = $(feed_test_libs)
tests_shared_sync_test_feed_file_SOURCES = tests/shared-sync/test_feed_file.c
tests_shared_sync_test_feed_file_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_feed_file_LDADD = $(feed_test_libs)
tests_shared_sync_test_rule_change_SOURCES = tests/shared-sync/test_rule_change.c
tests_shared_sync_test_rule_change_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_shared_sync_test_rule_change_LDADD = $(feed_test_libs)
