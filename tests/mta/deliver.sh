#!/bin/sh
# deliver.sh MAILDIR RECIPIENT - a local mailer: standard input becomes one file in MAILDIR/new, by way of tmp
set -eu
name=$(date +%s).$$.$(cat /proc/sys/kernel/random/uuid)
cat >"$1/tmp/$name"
mv "$1/tmp/$name" "$1/new/$name"
