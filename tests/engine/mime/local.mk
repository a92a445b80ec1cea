
unit_tests += tests/engine/mime/test_ip
tests_engine_mime_test_ip_SOURCES = tests/engine/mime/test_ip.c
tests_engine_mime_test_ip_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_mime_test_ip_LDADD = $(unit_test_libs)
