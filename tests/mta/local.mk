# Scenarios with a real Postfix and a real Sendmail; they want root and the
# unpacked MTAs, so `make check` leaves them to `make check-mta`.
mta_scripts = \
	tests/mta/test_postfix.py \
	tests/mta/test_sendmail.py
EXTRA_DIST += $(mta_scripts) \
	tests/mail/gtube.eml tests/mail/ham.eml tests/mail/spam.eml \
	tests/mta/deliver.sh tests/mta/harness.py tests/mta/packages.sh tests/mta/postfix.sh \
	tests/mta/scenarios.py tests/mta/sendmail.sh tests/mta/wait_for.sh
