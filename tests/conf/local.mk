unit_tests += tests/conf/test_yaml
tests_conf_test_yaml_SOURCES = tests/conf/test_yaml.c
tests_conf_test_yaml_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_yaml_LDADD = $(CONF_LIBS) $(unit_test_libs)
