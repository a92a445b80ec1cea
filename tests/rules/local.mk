test_scripts += tests/rules/test_lint.sh
test_scripts += tests/rules/test_ham.py
EXTRA_DIST += \
	tests/rules/ham/bank-statement.eml \
	tests/rules/ham/bounce.eml \
	tests/rules/ham/business-zh.eml \
	tests/rules/ham/calendar-invite.eml \
	tests/rules/ham/code-review.eml \
	tests/rules/ham/cron-root.eml \
	tests/rules/ham/document-sign.eml \
	tests/rules/ham/forwarded-alias.eml \
	tests/rules/ham/gmail-person.eml \
	tests/rules/ham/invoice-fr.eml \
	tests/rules/ham/invoice-es.eml \
	tests/rules/ham/iphone-short.eml \
	tests/rules/ham/job-application.eml \
	tests/rules/ham/list-technical.eml \
	tests/rules/ham/monitoring.eml \
	tests/rules/ham/newsletter-shop.eml \
	tests/rules/ham/no-rdns-small-firm.eml \
	tests/rules/ham/offer-pl.eml \
	tests/rules/ham/order-confirmation-de.eml \
	tests/rules/ham/order-ja.eml \
	tests/rules/ham/outlook-html-mail.eml \
	tests/rules/ham/parcel-tracking.eml \
	tests/rules/ham/password-reset.eml \
	tests/rules/ham/receipt-card.eml \
	tests/rules/ham/school-newsletter.eml \
	tests/rules/ham/security-alert.eml \
	tests/rules/ham/subscription-renewal.eml \
	tests/rules/ham/supplier-quote.eml \
	tests/rules/ham/ticket-support.eml \
	tests/rules/ham/verify-address.eml \
	tests/rules/spam/419.eml \
	tests/rules/spam/casino.eml \
	tests/rules/spam/ceo-giftcards.eml \
	tests/rules/spam/crypto.eml \
	tests/rules/spam/dating.eml \
	tests/rules/spam/factory-pitch.eml \
	tests/rules/spam/job-scam.eml \
	tests/rules/spam/loan.eml \
	tests/rules/spam/parcel.eml \
	tests/rules/spam/phish-invoice.eml \
	tests/rules/spam/pills.eml \
	tests/rules/spam/qr-phish.eml \
	tests/rules/spam/renewal-norton.eml \
	tests/rules/spam/seo-pitch.eml \
	tests/rules/spam/sextortion.eml
