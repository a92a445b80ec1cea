test_scripts += tests/rules/test_lint.sh
