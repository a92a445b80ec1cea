unit_tests += \
	tests/milter/test_json \
	tests/milter/test_mail_source \
	tests/milter/test_ordered \
	tests/milter/test_pass
tests_milter_test_json_SOURCES = tests/milter/test_json.c
tests_milter_test_json_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_json_LDADD = libcli.a $(unit_test_libs)
tests_milter_test_mail_source_SOURCES = tests/milter/test_mail_source.c
tests_milter_test_mail_source_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_mail_source_LDADD = libcli.a $(unit_test_libs)
tests_milter_test_ordered_SOURCES = tests/milter/test_ordered.c
tests_milter_test_ordered_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_ordered_LDADD = libcli.a $(unit_test_libs) -lpthread
tests_milter_test_pass_SOURCES = tests/milter/test_pass.c
tests_milter_test_pass_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_milter_test_pass_LDADD = libcli.a $(unit_test_libs)
