unit_tests += tests/engine/net/test_facts
tests_engine_net_test_facts_SOURCES = tests/engine/net/test_facts.c
tests_engine_net_test_facts_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_facts_LDADD = $(unit_test_libs)

unit_tests += tests/engine/net/test_dns_table
tests_engine_net_test_dns_table_SOURCES = tests/engine/net/test_dns_table.c
tests_engine_net_test_dns_table_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_dns_table_LDADD = $(unit_test_libs)
