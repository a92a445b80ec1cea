noinst_LIBRARIES += libengine.a
libengine_a_CFLAGS = $(AM_CFLAGS) $(PCRE2_CFLAGS) $(PSL_CFLAGS) $(IDN2_CFLAGS) $(CRYPTO_CFLAGS)
libengine_a_SOURCES = \
	engine/util/arena.c engine/util/arena.h \
	engine/util/ascii.h \
	engine/util/budget.h \
	engine/util/buf.c engine/util/buf.h \
	engine/util/crypto.c engine/util/crypto.h \
	engine/util/err.c engine/util/err.h \
	engine/util/map.c engine/util/map.h \
	engine/util/profile.c engine/util/profile.h \
	engine/util/slice.c engine/util/slice.h \
	engine/util/utf8.c engine/util/utf8.h \
	engine/util/vec.c engine/util/vec.h
ENGINE_LIBS = libengine.a $(PCRE2_LIBS) $(PSL_LIBS) $(IDN2_LIBS) $(CRYPTO_LIBS)
