libengine_a_SOURCES += \
	engine/rules/core_lists.c engine/rules/core_lists.h \
	engine/rules/address_set.c engine/rules/address_set.h \
	engine/rules/auth_facts.h \
	engine/rules/askable.c engine/rules/askable.h \
	engine/rules/capture.c engine/rules/capture.h \
	engine/rules/copy.c engine/rules/copy.h \
	engine/rules/dkim_facts.c \
	engine/rules/layer.c engine/rules/layer.h \
	engine/rules/mentions.c engine/rules/mentions.h \
	engine/rules/ruleset_build.c engine/rules/ruleset_build.h \
	engine/rules/ruleset_extend.c \
	engine/rules/ruleset_view.c engine/rules/ruleset_view.h \
	engine/rules/dmarc_facts.c engine/rules/dmarc_facts.h \
	engine/rules/early.c engine/rules/early.h \
	engine/rules/dns_subject.c engine/rules/dns_subject.h \
	engine/rules/eval.c engine/rules/eval.h engine/rules/evalfn.def \
	engine/rules/eval_alternative.c \
	engine/rules/eval_antivirus.c \
	engine/rules/eval_attachment.c \
	engine/rules/eval_auth.c \
	engine/rules/eval_authres.c \
	engine/rules/eval_body.c \
	engine/rules/eval_bounce.c \
	engine/rules/eval_date.c \
	engine/rules/eval_dmarc.c \
	engine/rules/eval_dkim.c \
	engine/rules/eval_forged.c \
	engine/rules/eval_fromname.c \
	engine/rules/eval_freemail.c \
	engine/rules/eval_header.c \
	engine/rules/eval_help.c engine/rules/eval_help.h \
	engine/rules/eval_host.c \
	engine/rules/eval_html.c \
	engine/rules/eval_image.c \
	engine/rules/eval_language.c \
	engine/rules/dns_filter.c \
	engine/rules/dns_filter.h \
	engine/rules/dns_query.c \
	engine/rules/dns_query.h \
	engine/rules/dnsbl.c \
	engine/rules/dnsbl.h \
	engine/rules/eval_dnsbl.c \
	engine/rules/eval_uribl.c \
	engine/rules/uribl_hosts.c \
	engine/rules/uribl_hosts.h \
	engine/rules/asn.c \
	engine/rules/asn.h \
	engine/rules/dns_tag.c \
	engine/rules/dns_tag.h \
	engine/rules/eval_askdns.c \
	engine/rules/eval_hashbl.c \
	engine/rules/mail_scan.c \
	engine/rules/mail_scan.h \
	engine/rules/eval_list.c \
	engine/rules/eval_local_uri.c \
	engine/rules/eval_locale.c \
	engine/rules/eval_mime.c \
	engine/rules/eval_pdf.c \
	engine/rules/eval_pattern.c engine/rules/eval_pattern.h engine/rules/eval_pattern.def \
	engine/rules/eval_phishing.c \
	engine/rules/eval_ratware.c \
	engine/rules/eval_recipients.c \
	engine/rules/eval_author.c \
	engine/rules/eval_relay.c \
	engine/rules/eval_scan.c \
	engine/rules/eval_spf.c \
	engine/rules/eval_sender.c \
	engine/rules/eval_trail.c \
	engine/rules/eval_uri.c \
	engine/rules/eval_welcome.c \
	engine/rules/freemail_text.c engine/rules/freemail_text.h \
	engine/rules/frozen.c engine/rules/frozen.h \
	engine/rules/glob.c \
	engine/rules/host_set.c engine/rules/host_set.h \
	engine/rules/kinds.c engine/rules/kinds.def engine/rules/kinds.h \
	engine/rules/meta_readers.c engine/rules/meta_readers.h \
	engine/rules/prefilter.c engine/rules/prefilter.h \
	engine/rules/kind_body.c \
	engine/rules/kind_dns.c \
	engine/rules/kind_dnsbl.c \
	engine/rules/kind_full.c \
	engine/rules/kind_function.c \
	engine/rules/kind_header.c \
	engine/rules/kind_meta.c \
	engine/rules/kind_mime.c \
	engine/rules/kind_rawbody.c \
	engine/rules/kind_uri.c \
	engine/rules/kind_uribl.c \
	engine/rules/language.c engine/rules/language.h \
	engine/rules/list_ask.c engine/rules/list_ask.h \
	engine/rules/list_rule.c engine/rules/list_rule.h \
	engine/rules/locales.c engine/rules/locales.h \
	engine/rules/meta.c engine/rules/meta.h \
	engine/rules/mime_facts.c engine/rules/mime_facts.h \
	engine/rules/order.c engine/rules/order.h \
	engine/rules/pattern_cost.c engine/rules/pattern_cost.h \
	engine/rules/rule.h engine/rules/rule_def.h \
	engine/rules/ruleset.c engine/rules/ruleset.h \
	engine/rules/ruleset_dns.c \
	engine/rules/score.c engine/rules/score.h \
	engine/rules/self_test.c engine/rules/self_test.h \
	engine/rules/senders.c engine/rules/senders.h \
	engine/rules/spf_facts.c engine/rules/spf_facts.h \
	engine/rules/views.c engine/rules/views.h
