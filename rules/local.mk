# The shipped rules: data. 90-scores.yaml is written by bench/fit_scores.py.
rulesdir = $(pkgdatadir)/rules
dist_rules_DATA = \
	rules/10-headers.yaml \
	rules/20-forgery.yaml \
	rules/21-senders.yaml \
	rules/30-body.yaml \
	rules/31-phishing.yaml \
	rules/32-offers.yaml \
	rules/33-languages.yaml \
	rules/40-uri.yaml \
	rules/41-hosting.yaml \
	rules/50-mime.yaml \
	rules/60-auth.yaml \
	rules/70-dnsbl.yaml \
	rules/80-meta.yaml \
	rules/90-scores.yaml
EXTRA_DIST += rules/EXCEPTIONS
