unit_tests += \
	tests/engine/rules/test_address_set \
	tests/engine/rules/test_eval \
	tests/engine/rules/test_eval_alternative \
	tests/engine/rules/test_eval_antivirus \
	tests/engine/rules/test_eval_authres \
	tests/engine/rules/test_eval_body \
	tests/engine/rules/test_eval_html \
	tests/engine/rules/test_eval_mime \
	tests/engine/rules/test_eval_uri \
	tests/engine/rules/test_eval_bounce \
	tests/engine/rules/test_eval_image \
	tests/engine/rules/test_eval_forged \
	tests/engine/rules/test_eval_locale \
	tests/engine/rules/test_eval_ratware \
	tests/engine/rules/test_eval_relay \
	tests/engine/rules/test_early \
	tests/engine/rules/test_eval_host \
	tests/engine/rules/test_eval_author \
	tests/engine/rules/test_eval_auth \
	tests/engine/rules/test_eval_spf \
	tests/engine/rules/test_eval_pdf \
	tests/engine/rules/test_core_lists \
	tests/engine/rules/test_eval_freemail \
	tests/engine/rules/test_eval_dnsbl \
	tests/engine/rules/test_eval_dkim \
	tests/engine/rules/test_eval_uribl \
	tests/engine/rules/test_eval_askdns \
	tests/engine/rules/test_eval_hashbl \
	tests/engine/rules/test_mail_scan \
	tests/engine/rules/test_eval_list \
	tests/engine/rules/test_eval_welcome \
	tests/engine/rules/test_freemail_text \
	tests/engine/rules/test_capture \
	tests/engine/rules/test_host_set \
	tests/engine/rules/test_eval_fromname \
	tests/engine/rules/test_eval_language \
	tests/engine/rules/test_eval_local_uri \
	tests/engine/rules/test_eval_phishing \
	tests/engine/rules/test_kind_mime \
	tests/engine/rules/test_kind_uri \
	tests/engine/rules/test_meta \
	tests/engine/rules/test_ruleset \
	tests/engine/rules/test_ruleset_extend \
	tests/engine/rules/test_dns_query \
	tests/engine/rules/test_score
tests_engine_rules_test_address_set_SOURCES = tests/engine/rules/test_address_set.c
tests_engine_rules_test_address_set_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_address_set_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_SOURCES = tests/engine/rules/test_eval.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_authres_SOURCES = tests/engine/rules/test_eval_authres.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_authres_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_authres_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_dnsbl_SOURCES = tests/engine/rules/test_eval_dnsbl.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_dnsbl_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_dnsbl_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_uribl_SOURCES = tests/engine/rules/test_eval_uribl.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_uribl_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_uribl_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_dkim_SOURCES = tests/engine/rules/test_eval_dkim.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_dkim_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_dkim_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_askdns_SOURCES = tests/engine/rules/test_eval_askdns.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_askdns_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_askdns_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_hashbl_SOURCES = tests/engine/rules/test_eval_hashbl.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_hashbl_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_hashbl_LDADD = $(unit_test_libs)
tests_engine_rules_test_mail_scan_SOURCES = tests/engine/rules/test_mail_scan.c
tests_engine_rules_test_mail_scan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_mail_scan_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_bounce_SOURCES = tests/engine/rules/test_eval_bounce.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_bounce_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_bounce_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_image_SOURCES = tests/engine/rules/test_eval_image.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_image_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_image_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_forged_SOURCES = tests/engine/rules/test_eval_forged.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_forged_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_forged_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_locale_SOURCES = tests/engine/rules/test_eval_locale.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_locale_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_locale_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_ratware_SOURCES = tests/engine/rules/test_eval_ratware.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_ratware_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_ratware_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_relay_SOURCES = tests/engine/rules/test_eval_relay.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_relay_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_relay_LDADD = $(unit_test_libs)
tests_engine_rules_test_early_SOURCES = tests/engine/rules/test_early.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_early_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_early_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_host_SOURCES = tests/engine/rules/test_eval_host.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_host_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_host_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_author_SOURCES = tests/engine/rules/test_eval_author.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_author_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_author_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_auth_SOURCES = tests/engine/rules/test_eval_auth.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_auth_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_auth_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_spf_SOURCES = tests/engine/rules/test_eval_spf.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_spf_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_spf_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_pdf_SOURCES = tests/engine/rules/test_eval_pdf.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_pdf_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_pdf_LDADD = $(unit_test_libs)
tests_engine_rules_test_core_lists_SOURCES = tests/engine/rules/test_core_lists.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_core_lists_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_core_lists_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_freemail_SOURCES = tests/engine/rules/test_eval_freemail.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_freemail_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_freemail_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_list_SOURCES = tests/engine/rules/test_eval_list.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_list_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_list_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_welcome_SOURCES = tests/engine/rules/test_eval_welcome.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_welcome_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_welcome_LDADD = $(unit_test_libs)
tests_engine_rules_test_freemail_text_SOURCES = tests/engine/rules/test_freemail_text.c
tests_engine_rules_test_freemail_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_freemail_text_LDADD = $(unit_test_libs)
tests_engine_rules_test_host_set_SOURCES = tests/engine/rules/test_host_set.c
tests_engine_rules_test_host_set_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_host_set_LDADD = $(unit_test_libs)
tests_engine_rules_test_kind_mime_SOURCES = tests/engine/rules/test_kind_mime.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_kind_mime_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_kind_mime_LDADD = $(unit_test_libs)
tests_engine_rules_test_capture_SOURCES = tests/engine/rules/test_capture.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_capture_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_capture_LDADD = $(unit_test_libs)
tests_engine_rules_test_kind_uri_SOURCES = tests/engine/rules/test_kind_uri.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_kind_uri_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_kind_uri_LDADD = $(unit_test_libs)
tests_engine_rules_test_meta_SOURCES = tests/engine/rules/test_meta.c
tests_engine_rules_test_meta_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_meta_LDADD = $(unit_test_libs)
tests_engine_rules_test_ruleset_SOURCES = tests/engine/rules/test_ruleset.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_ruleset_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_ruleset_LDADD = $(unit_test_libs)
tests_engine_rules_test_dns_query_SOURCES = tests/engine/rules/test_dns_query.c
tests_engine_rules_test_dns_query_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_dns_query_LDADD = $(unit_test_libs)
tests_engine_rules_test_score_SOURCES = tests/engine/rules/test_score.c
tests_engine_rules_test_score_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_score_LDADD = $(unit_test_libs)
test_scripts += tests/oracle/test_evals.py
long_scripts += tests/oracle/test_evals.py
EXTRA_DIST += tests/oracle/sa_evals.pl
tests_engine_rules_test_eval_fromname_SOURCES = tests/engine/rules/test_eval_fromname.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_fromname_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_fromname_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_language_SOURCES = tests/engine/rules/test_eval_language.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_language_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_language_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_local_uri_SOURCES = tests/engine/rules/test_eval_local_uri.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_local_uri_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_local_uri_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_phishing_SOURCES = tests/engine/rules/test_eval_phishing.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_phishing_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_phishing_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_alternative_SOURCES = tests/engine/rules/test_eval_alternative.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_alternative_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_alternative_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_antivirus_SOURCES = tests/engine/rules/test_eval_antivirus.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_antivirus_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_antivirus_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_body_SOURCES = tests/engine/rules/test_eval_body.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_body_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_body_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_html_SOURCES = tests/engine/rules/test_eval_html.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_html_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_html_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_mime_SOURCES = tests/engine/rules/test_eval_mime.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_mime_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_mime_LDADD = $(unit_test_libs)
tests_engine_rules_test_eval_uri_SOURCES = tests/engine/rules/test_eval_uri.c \
	tests/engine/rules/eval_rows.c tests/engine/rules/eval_rows.h \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_eval_uri_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_eval_uri_LDADD = $(unit_test_libs)

unit_tests += tests/engine/rules/test_list_rules
tests_engine_rules_test_list_rules_SOURCES = tests/engine/rules/test_list_rules.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_list_rules_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_list_rules_LDADD = $(unit_test_libs)
tests_engine_rules_test_ruleset_extend_SOURCES = tests/engine/rules/test_ruleset_extend.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_ruleset_extend_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_ruleset_extend_LDADD = $(CONF_LIBS) $(unit_test_libs)
unit_tests += tests/engine/rules/test_ruleset_threads
thread_tests += tests/engine/rules/test_ruleset_threads
tests_engine_rules_test_ruleset_threads_SOURCES = tests/engine/rules/test_ruleset_threads.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_ruleset_threads_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_ruleset_threads_LDADD = $(unit_test_libs) -lpthread
unit_tests += tests/engine/rules/test_prefilter
tests_engine_rules_test_prefilter_SOURCES = tests/engine/rules/test_prefilter.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_prefilter_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_prefilter_LDADD = $(unit_test_libs)
unit_tests += tests/engine/rules/test_self_test
tests_engine_rules_test_self_test_SOURCES = tests/engine/rules/test_self_test.c \
	tests/engine/scan_helper.c tests/engine/scan_helper.h
tests_engine_rules_test_self_test_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_engine_rules_test_self_test_LDFLAGS = -Wl,--wrap=factor_find,--wrap=prefix_pattern_find
tests_engine_rules_test_self_test_LDADD = $(unit_test_libs)
