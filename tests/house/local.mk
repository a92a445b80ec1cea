# These read sources, not what was built of them: once is enough.
if !SANITIZED
test_scripts += \
	tests/house/test_format.py \
	tests/house/test_layers.py \
	tests/house/test_manuals.sh
else
EXTRA_DIST += tests/house/test_format.py tests/house/test_layers.py tests/house/test_manuals.sh
endif
test_scripts += \
	tests/house/test_rule_manual.sh \
	tests/house/test_purity.sh \
	tests/house/test_settings.sh
EXTRA_DIST += tests/house/purity.allow
