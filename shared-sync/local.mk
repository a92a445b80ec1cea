# The signed feed over Redis.
noinst_LIBRARIES += libsharedsync.a
libsharedsync_a_CFLAGS = $(AM_CFLAGS) $(HIREDIS_CFLAGS) $(HIREDIS_SSL_CFLAGS) $(ZLIB_CFLAGS)
libsharedsync_a_SOURCES = \
	shared-sync/carried.c shared-sync/carried.h \
	shared-sync/channel_keys.c shared-sync/channel_keys.h \
	shared-sync/fault.c shared-sync/fault.h \
	shared-sync/feed_key.c shared-sync/feed_key.h \
	shared-sync/hex.c shared-sync/hex.h \
	shared-sync/keyset.c shared-sync/keyset.h \
	shared-sync/stored_file.c shared-sync/stored_file.h
SHARED_SYNC_LIBS = libsharedsync.a $(HIREDIS_SSL_LIBS) $(HIREDIS_LIBS) $(ZLIB_LIBS)
