unit_tests += tests/conf/test_rules_yaml
tests_conf_test_rules_yaml_SOURCES = tests/conf/test_rules_yaml.c
tests_conf_test_rules_yaml_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_rules_yaml_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/test_settings
tests_conf_test_settings_SOURCES = tests/conf/test_settings.c
tests_conf_test_settings_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_settings_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/test_values
tests_conf_test_values_SOURCES = tests/conf/test_values.c
tests_conf_test_values_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_values_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/test_yaml
tests_conf_test_yaml_SOURCES = tests/conf/test_yaml.c
tests_conf_test_yaml_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_yaml_LDADD = $(CONF_LIBS) $(unit_test_libs)
