#!/usr/bin/env bash
# Real hook managers: pre-commit, prek, lefthook and husky are installed into a folder that is thrown away, and real
# commits, merges and pushes are made under each, with what `guard install` prints for it and with nothing else.
# Needs guard and git on PATH, python3 with venv, npm, and the network; fails when a manager cannot be installed.
set -euo pipefail
top=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in $(compgen -e | grep -E '^(GIT_|HUSKY|LEFTHOOK|SKIP$|PRE_COMMIT|PREK)' || true); do unset "$name"; done

python3 -m venv "$work/py"
"$work/py/bin/pip" install --quiet --disable-pip-version-check 'pre-commit==4.*' 'prek<1'
# Its own install script would put lefthook's hooks into the repository that this is run in.
npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$work/npm" husky@9 lefthook@2
guard=$(command -v guard)
export PATH=$work/py/bin:$work/npm/node_modules/.bin:$PATH
for program in pre-commit prek lefthook husky; do
	command -v "$program" >/dev/null || { echo "$program is not installed" >&2; exit 1; }
done

export HOME=$work/home XDG_CACHE_HOME=$work/cache GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1 GIT_MERGE_AUTOEDIT=no
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
mkdir "$HOME"
git config --global init.defaultBranch main
case_name=
failed() { echo "FAILED: $case_name: $*" >&2; sed 's/^/    /' "$work/out" >&2; exit 1; }
try() { "$@" >"$work/out" 2>&1 </dev/null; }
passes() { try "$@" || failed "\`$*\` ended with $?"; }
# refused COMMAND…: fails, and because of guard's finding.
refused() {
	! try "$@" || failed "\`$*\` went through"
	grep -q 'github-personal-access-token' "$work/out" || failed "\`$*\` failed, but not for what guard found"
}
ends() { # ends STATUS COMMAND…
	local wanted=$1 got=0
	shift
	try "$@" || got=$?
	[ "$got" = "$wanted" ] || failed "\`$*\` ended with $got, not $wanted"
}
says() { grep -qF -- "$1" "$work/out" || failed "it does not say: $1"; }
# A key that is valid by its checksum and belongs to nobody: no token lies in this script.
key() {
	python3 - <<'P'
import random, string, zlib
letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
body = "".join(random.choices(letters, k=30))
crc, tail = zlib.crc32(body.encode()), ""
for _ in range(6):
    crc, digit = divmod(crc, 62)
    tail = letters[digit] + tail
print("ghp_" + body + tail)
P
}
begin() { # begin NAME: a new repository with one commit, and a remote
	case_name=$1
	rm -rf "$work/repo" "$work/remote.git"
	git init -q --bare "$work/remote.git"
	git init -q "$work/repo"
	cd "$work/repo"
	git remote add origin "$work/remote.git"
	echo 'x = 1' >a.py
	git add a.py
	git commit -q --no-verify -m first
	git push -q --no-verify origin main
}
# Puts a manager's own hooks in, then guard into its files: what `guard install` prints, and nothing else.
set_up() {
	case $1 in
	pre-commit | prek)
		printf 'repos: []\n' >.pre-commit-config.yaml
		git add .pre-commit-config.yaml
		passes "$1" install --hook-type pre-commit --hook-type pre-merge-commit --hook-type pre-push
		;;
	lefthook)
		printf 'pre-commit:\n  jobs:\n    - run: "true"\npre-merge-commit:\n  jobs:\n    - run: "true"\npre-push:\n  jobs:\n    - run: "true"\n' >lefthook.yml
		passes lefthook install
		;;
	husky) passes husky ;;
	esac
	local before
	before=$(cat .git/hooks/* | cksum)
	ends 1 guard doctor
	local status=0
	guard install >"$work/snippet" 2>"$work/out" || status=$?
	[ "$status" = 2 ] || failed "guard install ended with $status"
	says "$1 runs the hooks here"
	[ "$before" = "$(cat .git/hooks/* | cksum)" ] || failed "guard install changed the hooks"
	case $1 in
	pre-commit | prek) cp "$work/snippet" .pre-commit-config.yaml; git add .pre-commit-config.yaml ;;
	lefthook) cp "$work/snippet" lefthook.yml ;;
	husky) awk '/^# / { sub(",", "", $2); file = $2; next } { print >file }' "$work/snippet" ;;
	esac
	git add --all
	git commit -q --no-verify -m "$1"
	git push -q --no-verify origin main
}
# Everything that a manager must not let through.
guarded() {
	ends 0 guard doctor
	says 'the next commit here will be checked'
	local head
	head=$(git rev-parse HEAD)
	echo "TOKEN = \"$(key)\"" >secret.py
	git add secret.py
	refused git commit -m staged
	git rm -q --cached secret.py
	rm secret.py
	echo "TOKEN = \"$(key)\"" >>a.py
	refused git commit -a -m all
	refused git commit -m path a.py
	git checkout -q -- a.py
	ln -s "$(key)" link
	git add link
	refused git commit -m 'a link and nothing else'
	git rm -q --cached link
	rm link
	[ "$head" = "$(git rev-parse HEAD)" ] || failed 'something was committed'
	echo 'y = 2' >>a.py
	passes git commit -a -m clean
	merges
	pushes
}
# A merge whose driver slips something in is refused by pre-merge-commit; a clean one passes.
merges() {
	git switch -q -c side
	echo 'side = 1' >a.py
	git commit -q --no-verify -a -m side
	git switch -q main
	echo 'main = 1' >a.py
	echo 'a.py merge=evil' >.git/info/attributes
	git commit -q --no-verify -a -m main
	key >"$work/slipped"
	git config merge.evil.driver "cp '$work/slipped' %A"
	refused git merge --no-edit side
	git merge --abort 2>/dev/null || git reset -q --hard
	git config merge.evil.driver "echo both >%A"
	passes git merge --no-edit side
	rm .git/info/attributes
	git push -q --no-verify origin main
}
# Of several branches the last holds a key that no other hook saw, and that a later commit takes back.
pushes() {
	git switch -q -c clean
	echo 'z = 3' >z.py
	git add z.py
	git commit -q --no-verify -m z
	passes git push origin clean
	git switch -q -c leak
	echo "TOKEN = \"$(key)\"" >leak.py
	git add leak.py
	git commit -q --no-verify -m leak
	git rm -q leak.py
	git commit -q --no-verify -m 'taken back'
	git switch -q clean
	echo 'z = 4' >z.py
	git commit -q --no-verify -a -m 'z again'
	local there
	there=$(git ls-remote origin)
	refused git push origin clean leak
	[ "$there" = "$(git ls-remote origin)" ] || failed 'something was pushed'
	git branch -q -D leak
	git switch -q main
}
# off VARIABLE=VALUE: so the manager runs nothing, and doctor says so.
off() {
	echo "TOKEN = \"$(key)\"" >off.py
	git add off.py
	ends 1 env "$1" guard doctor
	says "$1 switches hooks off here"
	passes env "$1" git commit -m off
	git reset -q --hard HEAD~
}

for manager in pre-commit prek lefthook husky; do
	begin "$manager"
	set_up "$manager"
	guarded
	case $manager in
	pre-commit) off SKIP=other,guard ;;
	prek) off PREK_SKIP=guard ;;
	lefthook) off LEFTHOOK=0; off LEFTHOOK_EXCLUDE=guard ;;
	husky) off HUSKY=0 ;;
	esac
	echo "$manager: ok"
done

# The hooks that this project offers, from a repository of their own; the ones that need no build.
git init -q "$work/offered"
cp "$top/.pre-commit-hooks.yaml" "$work/offered"
git -C "$work/offered" add .pre-commit-hooks.yaml
git -C "$work/offered" commit -q -m hooks
revision=$(git -C "$work/offered" rev-parse HEAD)
for manager in pre-commit prek; do
	begin "$manager with this project's hooks"
	passes "$manager" validate-manifest "$work/offered/.pre-commit-hooks.yaml"
	printf 'repos:\n- repo: file://%s\n  rev: %s\n  hooks: [{id: guard-system}, {id: guard-pre-push-system}, {id: guard-commit-msg-system}]\n' \
		"$work/offered" "$revision" >.pre-commit-config.yaml
	git add .pre-commit-config.yaml
	passes "$manager" install --hook-type pre-commit --hook-type pre-merge-commit --hook-type pre-push --hook-type commit-msg
	git commit -q --no-verify -m config
	git push -q --no-verify origin main
	guarded
	refused git commit --allow-empty -m "the key is $(key)"
	echo "$case_name: ok"
done

# Managers that come after guard: two keep its hook and run it, one puts it aside.
for manager in pre-commit prek lefthook; do
	begin "$manager after guard"
	printf 'repos:\n- repo: local\n  hooks: [{id: other, name: other, entry: "true", language: system}]\n' >.pre-commit-config.yaml
	printf 'pre-commit:\n  jobs:\n    - run: "true"\n' >lefthook.yml
	git add --all
	git commit -q --no-verify -m config
	passes guard install
	says 'its hooks are not installed'
	passes "$manager" install
	echo "TOKEN = \"$(key)\"" >late.py
	git add late.py
	case $manager in
	lefthook)
		ends 1 guard doctor
		passes git commit -m late
		;;
	*)
		ends 0 guard doctor
		refused git commit -m late
		git reset -q --hard
		passes "$manager" install --hook-type pre-push
		pushes
		echo "TOKEN = \"$(key)\"" >late.py
		git add late.py
		passes guard install
		passes guard uninstall
		ends 1 guard doctor
		passes git commit -m late
		;;
	esac
	echo "$case_name: ok"
done

# Before the hooks of all repositories: a manager that was there first goes on to run, and husky is not reached.
for manager in pre-commit prek lefthook husky; do
	begin "$manager under guard for all repositories"
	printf 'repos:\n- repo: local\n  hooks: [{id: other, name: other, entry: touch ../ran, language: system, pass_filenames: false}]\n' >.pre-commit-config.yaml
	printf 'pre-commit:\n  jobs:\n    - run: touch ../ran\n' >lefthook.yml
	mkdir .husky
	echo 'touch ../ran' >.husky/pre-commit
	git add --all
	git commit -q --no-verify -m config
	case $manager in
	husky) passes husky ;;
	*) passes "$manager" install ;;
	esac
	passes guard install --global
	echo "TOKEN = \"$(key)\"" >global.py
	git add global.py
	rm -f "$work/ran"
	case $manager in
	husky)
		ends 1 guard doctor
		passes git commit -m global
		;;
	*)
		ends 0 guard doctor
		refused git commit -m global
		;;
	esac
	[ -e "$work/ran" ] || failed 'the manager did not run'
	passes guard uninstall --global
	echo "$case_name: ok"
done
