unit_tests += tests/engine/net/test_facts
tests_engine_net_test_facts_SOURCES = tests/engine/net/test_facts.c
tests_engine_net_test_facts_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_facts_LDADD = $(unit_test_libs)

unit_tests += tests/engine/net/test_dns_table
tests_engine_net_test_dns_table_SOURCES = tests/engine/net/test_dns_table.c
tests_engine_net_test_dns_table_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_dns_table_LDADD = $(unit_test_libs)

unit_tests += tests/engine/net/test_dns_code
tests_engine_net_test_dns_code_SOURCES = tests/engine/net/test_dns_code.c
tests_engine_net_test_dns_code_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_dns_code_LDADD = $(unit_test_libs)

unit_tests += tests/engine/net/test_dns_list
tests_engine_net_test_dns_list_SOURCES = tests/engine/net/test_dns_list.c
tests_engine_net_test_dns_list_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_dns_list_LDADD = $(unit_test_libs)

unit_tests += tests/engine/net/test_host
tests_engine_net_test_host_SOURCES = tests/engine/net/test_host.c
tests_engine_net_test_host_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_host_LDADD = $(unit_test_libs)

unit_tests += tests/engine/net/test_dns_wire
tests_engine_net_test_dns_wire_SOURCES = tests/engine/net/test_dns_wire.c
tests_engine_net_test_dns_wire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_dns_wire_LDADD = $(unit_test_libs)

unit_tests += tests/engine/net/test_dns_operator
tests_engine_net_test_dns_operator_SOURCES = tests/engine/net/test_dns_operator.c
tests_engine_net_test_dns_operator_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_net_test_dns_operator_LDADD = $(unit_test_libs)
