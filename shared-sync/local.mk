# The signed feed over Redis.
noinst_LIBRARIES += libsharedsync.a
libsharedsync_a_CFLAGS = $(AM_CFLAGS) $(HIREDIS_CFLAGS) $(SSL_CFLAGS) $(ZLIB_CFLAGS)
libsharedsync_a_SOURCES = \
	shared-sync/carried.c shared-sync/carried.h \
	shared-sync/channel.c shared-sync/channel.h \
	shared-sync/channel_keys.c shared-sync/channel_keys.h \
	shared-sync/channel_text.c shared-sync/channel_text.h \
	shared-sync/fault.c shared-sync/fault.h \
	shared-sync/feed_key.c shared-sync/feed_key.h \
	shared-sync/fold.c shared-sync/fold.h \
	shared-sync/fold_entry.c shared-sync/fold_entry.h \
	shared-sync/fold_rule.c shared-sync/fold_rule.h \
	shared-sync/hex.c shared-sync/hex.h \
	shared-sync/inflate.c shared-sync/inflate.h \
	shared-sync/journal.c shared-sync/journal.h \
	shared-sync/keyset.c shared-sync/keyset.h \
	shared-sync/snapshot.c shared-sync/snapshot.h \
	shared-sync/stored_file.c shared-sync/stored_file.h
# The publisher's side.
libsharedsync_a_SOURCES += \
	shared-sync/archive.c shared-sync/archive.h \
	shared-sync/carrier.c shared-sync/carrier.h \
	shared-sync/feed_file.c shared-sync/feed_file.h \
	shared-sync/mirror.c shared-sync/mirror.h \
	shared-sync/publish.c shared-sync/publish.h \
	shared-sync/rule_change.c shared-sync/rule_change.h
# What speaks to a Redis.
libsharedsync_a_SOURCES += \
	shared-sync/backoff.c shared-sync/backoff.h \
	shared-sync/host_lookup.c shared-sync/host_lookup.h \
	shared-sync/link_outcome.c shared-sync/link_outcome.h \
	shared-sync/link_wait.c shared-sync/link_wait.h \
	shared-sync/redis_guard.c shared-sync/redis_guard.h \
	shared-sync/redis_link.c shared-sync/redis_link.h \
	shared-sync/redis_reader.c shared-sync/redis_reader.h \
	shared-sync/redis_reply.c shared-sync/redis_reply.h \
	shared-sync/redis_socket.c shared-sync/redis_socket.h \
	shared-sync/redis_tls.c shared-sync/redis_tls.h \
	shared-sync/redis_wire.c shared-sync/redis_wire.h
# What follows a channel and judges its rules.
libsharedsync_a_SOURCES += \
	shared-sync/feed_judge.c shared-sync/feed_judge.h \
	shared-sync/feed_open.c shared-sync/feed_open.h \
	shared-sync/feed_rules.c shared-sync/feed_rules.h \
	shared-sync/guard.c shared-sync/guard.h \
	shared-sync/subscribe.c shared-sync/subscribe.h
SHARED_SYNC_LIBS = libsharedsync.a $(HIREDIS_LIBS) $(SSL_LIBS) $(ZLIB_LIBS) -lpthread

dist_man_MANS += shared-sync/steelyard-feed.5
