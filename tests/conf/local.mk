unit_tests += tests/conf/test_markup_read
tests_conf_test_markup_read_SOURCES = tests/conf/test_markup_read.c
tests_conf_test_markup_read_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_markup_read_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/test_redis_address
tests_conf_test_redis_address_SOURCES = tests/conf/test_redis_address.c
tests_conf_test_redis_address_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_redis_address_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/test_replace_tag
tests_conf_test_replace_tag_SOURCES = tests/conf/test_replace_tag.c
tests_conf_test_replace_tag_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_replace_tag_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/test_perl_regex
tests_conf_test_perl_regex_SOURCES = tests/conf/test_perl_regex.c
tests_conf_test_perl_regex_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_perl_regex_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/test_ruleset_load
tests_conf_test_ruleset_load_SOURCES = tests/conf/test_ruleset_load.c
tests_conf_test_ruleset_load_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_ruleset_load_LDADD = $(CONF_LIBS) $(unit_test_libs)

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

# With --enable-fuzzers libFuzzer drives it: tests/fuzz/fuzz_yaml -dict=tests/fuzz/yaml.dict CORPUS
noinst_PROGRAMS += tests/fuzz/fuzz_yaml
tests_fuzz_fuzz_yaml_LDADD = $(CONF_LIBS) $(ENGINE_LIBS)
if FUZZERS
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c
tests_fuzz_fuzz_yaml_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
else
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/replay.c
endif
test_scripts += tests/fuzz/test_replay.sh
EXTRA_DIST += \
	tests/fuzz/yaml.dict \
	tests/fuzz/corpus/yaml/blocks.yaml \
	tests/fuzz/corpus/yaml/bom.yaml \
	tests/fuzz/corpus/yaml/comment.yaml \
	tests/fuzz/corpus/yaml/deep.yaml \
	tests/fuzz/corpus/yaml/documents.yaml \
	tests/fuzz/corpus/yaml/duplicate.yaml \
	tests/fuzz/corpus/yaml/escapes.yaml \
	tests/fuzz/corpus/yaml/escapes2.yaml \
	tests/fuzz/corpus/yaml/flow.yaml \
	tests/fuzz/corpus/yaml/merge.yaml \
	tests/fuzz/corpus/yaml/rules.yaml \
	tests/fuzz/corpus/yaml/settings.yaml \
	tests/fuzz/corpus/yaml/traps.yaml \
	tests/fuzz/corpus/yaml/utf16.yaml

unit_tests += tests/conf/spamassassin/test_condition
tests_conf_spamassassin_test_condition_SOURCES = tests/conf/spamassassin/test_condition.c
tests_conf_spamassassin_test_condition_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_spamassassin_test_condition_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/spamassassin/test_path
tests_conf_spamassassin_test_path_SOURCES = tests/conf/spamassassin/test_path.c
tests_conf_spamassassin_test_path_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_spamassassin_test_path_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/spamassassin/test_reader
tests_conf_spamassassin_test_reader_SOURCES = tests/conf/spamassassin/test_reader.c
tests_conf_spamassassin_test_reader_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_spamassassin_test_reader_LDADD = $(CONF_LIBS) $(unit_test_libs)

unit_tests += tests/conf/test_dns_list_yaml
tests_conf_test_dns_list_yaml_SOURCES = tests/conf/test_dns_list_yaml.c
tests_conf_test_dns_list_yaml_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_conf_test_dns_list_yaml_LDADD = $(CONF_LIBS) $(unit_test_libs)

# What tests/oracle/test_regex.py asks.
noinst_PROGRAMS += tests/conf/dump_regex
tests_conf_dump_regex_SOURCES = tests/conf/dump_regex.c
tests_conf_dump_regex_LDADD = $(CONF_LIBS) $(ENGINE_LIBS)
test_scripts += tests/oracle/test_regex.py
long_scripts += tests/oracle/test_regex.py
EXTRA_DIST += tests/oracle/regexes.txt tests/oracle/sa_regex.pl
