#!/usr/bin/env bash
# The examples for GNU parallel: the line on the page and docs/examples/parallel.sh, run as they stand there.
# Needs `guard`, git, python3 and GNU parallel on PATH; fails when a step does not end as it should.
set -euo pipefail
docs=$(realpath "$(dirname "$0")/../docs")
[[ $(parallel --version 2>&1 || true) == "GNU parallel"* ]] || { echo "GNU parallel is not on PATH: apt-get install parallel" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in $(compgen -e | grep '^GIT_' || true); do unset "$name"; done
export HOME=$work GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
fail() { echo "$*" >&2; exit 1; }
expect() { # expect STATUS COMMAND…: runs a command that must end with this status
	local wanted=$1 got=0
	shift
	echo "\$ $*"
	"$@" || got=$?
	[ "$got" = "$wanted" ] || fail "ended with $got, not $wanted"
}
key() { # An AWS key pair made up on the spot, the same for the same number: no token lies in this script.
	python3 - "$1" <<'P'
import random, sys
random.seed(int(sys.argv[1]))
key = "AKIA" + "".join(random.choices("ABCDEFGHKLMNOPQRSTUVWXYZ234567", k=16))
secret = "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=40))
print(f'AWS_ACCESS_KEY_ID = "{key}"\nAWS_SECRET_ACCESS_KEY = "{secret}"')
P
}

cd "$work"
git init -q --initial-branch=main shop
cd shop
for number in $(seq 30); do
	{ key $((number % 7)); seq "$number"; } >"settings_$((number % 4)).py"
	git add .
	git commit -q -m "settings $number"
done
line=$(sed -n '/^seq 8 | parallel /,/^```$/p' "$docs/many-repositories.md" | sed '$d')
[ -n "$line" ] || fail "the line for GNU parallel is not on the page"
expect 1 bash -c "$line"
guard check --history --all --format jsonl --output whole.jsonl && fail "there are keys"
cmp whole.jsonl findings.jsonl
[ "$(wc -l <whole.jsonl)" -gt 20 ] || fail "hardly anything was found"

# Three repositories, a clean one among them; then one that is not there.
cd "$work"
for name in "the till" stock; do
	git init -q --initial-branch=main "$name"
	key 1 >"$name/settings.py"
	[ "$name" = stock ] && echo "x = 1" >"$name/settings.py"
	git -C "$name" add .
	git -C "$name" commit -q -m settings
done
printf '%s\n' "$work/shop" "" "$work/the till" "$work/stock" >list
expect 1 bash "$docs/examples/parallel.sh" list results
found=$(python3 -c 'import json; print(*sorted({json.loads(line)["repository"] for line in open("results/findings.jsonl")}), sep="\n")')
[ "$found" = "$work/shop
$work/the till" ] || fail "found in: $found"
expect 2 bash "$docs/examples/parallel.sh" list results
echo "$work/stock" >clean
expect 0 bash "$docs/examples/parallel.sh" clean clean-results
echo "$work/no such repository" >>list
expect 2 bash "$docs/examples/parallel.sh" list more-results
[ ! -e more-results/findings.jsonl ] || fail "results of a scan that is not whole"
