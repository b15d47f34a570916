#!/usr/bin/env bash
# The README's session: install the hook in a new repository, have a commit refused, mend it, commit.
# Then `guard demo`, which must show what the README shows.
# Needs `guard` on PATH; fails when a step does not end as the README says.
set -euo pipefail
readme=$(realpath "$(dirname "$0")/../README.md")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in $(compgen -e | grep '^GIT_' || true); do unset "$name"; done
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
expect() { # expect STATUS COMMAND…: runs a command that must end with this status
	local wanted=$1 got=0
	shift
	echo "\$ $*"
	"$@" || got=$?
	[ "$got" = "$wanted" ] || { echo "ended with $got, not $wanted" >&2; exit 1; }
}
cd "$work"
expect 0 git init -q shop
cd shop
expect 0 guard install
# An AWS key pair made up on the spot: no token lies in this script.
python3 - <<'P'
import random
random.seed()
key = "AKIA" + "".join(random.choices("ABCDEFGHKLMNOPQRSTUVWXYZ234567", k=16))
secret = "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=40))
open("settings.py", "w").write(f'DEBUG = True\nAWS_ACCESS_KEY_ID = "{key}"\nAWS_SECRET_ACCESS_KEY = "{secret}"\n')
P
expect 0 git add settings.py
expect 1 git commit -q -m settings
printf 'import os\n\nDEBUG = os.environ.get("DEBUG") == "1"\nAWS_ACCESS_KEY_ID = os.environ["AWS_ACCESS_KEY_ID"]\nAWS_SECRET_ACCESS_KEY = os.environ["AWS_SECRET_ACCESS_KEY"]\n' >settings.py
expect 0 git add settings.py
expect 0 git commit -q -m settings
expect 0 guard check
expect 0 guard check .
expect 0 sh -c 'echo "print(1)" | guard check --stdin --path hello.py'
expect 0 guard check --format sarif --output guard.sarif .
expect 0 python3 -c 'import json; assert json.load(open("guard.sarif"))["version"] == "2.1.0"'
expect 0 guard rules show github-personal-access-token
expect 0 guard uninstall

# What changes from run to run: the folder, the key's fingerprint, the commit, the time.
plain() { sed -E 's#/[^ ]*/guard-demo-[A-Za-z0-9]+/##; s/fingerprint [0-9a-f]{24}/fingerprint …/; s/^[0-9a-f]{7} /… /; s/\([0-9]+ ms\)/(… ms)/'; }
cd "$work"
guard demo 2>&1 | plain >shown
sed -n '/^```text$/,/^```$/p' "$readme" | sed '1d;$d' | plain >written
echo '$ guard demo'
diff written shown || { echo "the README's demo is not what guard demo shows" >&2; exit 1; }
