#!/usr/bin/env bash
# Scans the whole history of every repository on a list with GNU parallel, and joins what is found.
#
#   parallel.sh LIST RESULTS
#
# LIST names a repository a line, as `git clone` takes it. RESULTS is a folder that does not exist yet; findings.jsonl
# in it will hold all findings. Exit status: 0 nothing that blocks, 1 at least one blocking finding, 2 not all could be scanned.
set -euo pipefail
[ $# = 2 ] || { echo "usage: $0 LIST RESULTS" >&2; exit 2; }
list=$(realpath "$1")
# New, so that no result of an earlier run gets in between.
mkdir "$2" || exit 2
results=$(realpath "$2")
mkdir "$results/repositories"

scan() { # scan REPOSITORY FILE: writes what is found in the history of a repository
	local status=0
	clone=$(mktemp -d) || return 2
	trap 'rm -rf "$clone"' EXIT
	git clone --quiet --mirror -- "$1" "$clone" || return 2
	cd "$clone" || return 2
	guard check --history --all --threads 1 --repository "$1" --format jsonl --output "$2" || status=$?
	# 1: there are findings, which the merge judges.
	[ "$status" -le 1 ]
}
export -f scan
export SHELL=$BASH

parallel --quote --joblog "$results/jobs" scan {} "$results/repositories/{#}.jsonl" :::: <(grep . "$list") || {
	echo "not every repository could be scanned; $results/jobs says which" >&2
	exit 2
}
find "$results/repositories" -name '*.jsonl' -exec cat {} + |
	guard merge --repositories "$list" --output "$results/findings.jsonl" -
