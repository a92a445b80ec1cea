# The signed feed over Redis.
noinst_LIBRARIES += libsharedsync.a
libsharedsync_a_CFLAGS = $(AM_CFLAGS) $(HIREDIS_CFLAGS) $(HIREDIS_SSL_CFLAGS) $(ZLIB_CFLAGS)
libsharedsync_a_SOURCES = \
	shared-sync/channel_keys.c shared-sync/channel_keys.h
SHARED_SYNC_LIBS = libsharedsync.a $(HIREDIS_SSL_LIBS) $(HIREDIS_LIBS) $(ZLIB_LIBS)
