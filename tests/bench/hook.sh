#!/usr/bin/env bash
# Times guard beside what git does on the same repository, interleaved run by run:
#   nothing  nothing staged, beside `git --version`
#   small    20 added lines in 3 files, in a repository of 5,000 files, beside `git diff --cached`
#   wide     the same in a repository of 100,000 files, beside `git diff --cached --raw`
#   large    14,000 files and 57 MB, all new, beside `git diff --cached`
#   history  5,500 commits, beside `git log -p -U0 --all`
#
#   tests/bench/hook.sh [SOURCE]      SOURCE: a folder of source code to fill the repositories with;
#                                     left out: text made here, which is easier to compress and to scan
#
# GUARD names the binary (default target/release/guard), RUNS how often the short ones run. Other
# scanners that are on PATH (gitleaks, kingfisher, foxguard, ripsecrets) are timed on the two commits
# as well. Needs git and python3. Prints medians and the medians of the ratios to git.
set -euo pipefail
guard=$(realpath "${GUARD:-target/release/guard}")
source=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
for name in $(compgen -e | grep '^GIT_' | grep -v '^GIT_CONFIG_'); do unset "$name"; done

# fill DIR FILES BYTES: lays out so many files, of so many bytes together
fill() {
	python3 - "$1" "$2" "$3" "$source" <<'P'
import os, random, sys
out, files, total, source = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
random.seed(1)
texts = []
if source:
    for root, dirs, names in sorted(os.walk(source)):
        dirs.sort()
        for name in sorted(names):
            path = os.path.join(root, name)
            if not os.path.islink(path) and name.endswith((".py", ".js", ".ts", ".go", ".rs", ".c", ".h", ".java", ".md", ".yml", ".json", ".html", ".txt", ".toml")):
                texts.append((os.path.splitext(name)[1], open(path, "rb").read()))
    random.shuffle(texts)
words = "value index result count name path item node text line total first last next previous width height color state".split()
def made(size):
    rows, length = [], 0
    while length < size:
        row = "    " * random.randint(0, 3) + " ".join(random.choices(words, k=random.randint(3, 9))) + f" = {random.randint(0, 9999)};\n"
        rows.append(row); length += len(row)
    return ".js", "".join(rows).encode()
mean, done, at = total // files, 0, 0
for number in range(files):
    left, size = files - number, (total - done) // (files - number)
    if texts:
        # Whole files until the budget is met on average.
        ext, text = texts[at % len(texts)]; at += 1
        text = b"" .join([text[: size * 4]])
    else:
        ext, text = made(random.randint(size // 2, size * 3 // 2))
    folder = os.path.join(out, f"d{number % 61}", f"e{number % 13}")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"f{number}{ext}"), "wb") as f: f.write(text)
    done += len(text)
P
}

commit() { git -C "$1" -c user.name=bench -c user.email=bench@example.com commit -q "${@:2}"; }

git init -q "$work/small"
fill "$work/small" 5000 25000000
git -C "$work/small" add -A
commit "$work/small" -m base
python3 - "$work/small" <<'P'
import os, sys
picked = []
for root, dirs, names in sorted(os.walk(sys.argv[1])):
    if "/.git" in root: continue
    picked += [os.path.join(root, n) for n in sorted(names)]
for number, path in enumerate([picked[7], picked[2500], picked[4900]]):
    lines = 7 if number < 2 else 6
    with open(path, "ab") as f: f.write(b"".join(b"\nadded_line_%d = compute(%d, %d)" % (number, n, n * n) for n in range(lines)))
P
git -C "$work/small" add -A

git init -q "$work/large"
commit "$work/large" --allow-empty -m base
fill "$work/large" 14000 57000000
git -C "$work/large" add -A

# A repository of 100,000 files of which three differ: made from an index, without a work tree.
git init -q "$work/wide"
python3 - "$work/wide" <<'P'
import subprocess, sys
git = ["git", "-C", sys.argv[1]]
def blob(text):
    return subprocess.run(git + ["hash-object", "-w", "--stdin"], input=text, capture_output=True, check=True).stdout.decode().strip()
def stage(rows):
    text = "".join(f"100644 {oid}\t{path}\n" for path, oid in rows)
    subprocess.run(git + ["update-index", "--index-info"], input=text.encode(), check=True)
texts = [blob(f"value_{number} = {number}\n".encode() * 40) for number in range(100)]
names = [f"d{number % 97}/e{number % 53}/f{number}.py" for number in range(100_000)]
stage((name, texts[number % 100]) for number, name in enumerate(names))
subprocess.run(git + ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "-q", "-m", "base"], check=True)
changed = blob("".join(f"value_0 = 0\nadded_{number} = {number}\n" for number in range(7)).encode())
stage((names[number], changed) for number in (7, 50_000, 99_000))
P

# A history of 5,500 commits, each with a few dozen lines that are new.
git init -q "$work/history"
python3 - "$source" <<'P' | git -C "$work/history" fast-import --quiet
import os, random, sys
random.seed(2)
lines = []
for root, dirs, names in sorted(os.walk(sys.argv[1])) if sys.argv[1] else ():
    for name in sorted(names):
        if name.endswith(".py") and len(lines) < 400_000:
            with open(os.path.join(root, name), "rb") as file:
                lines += file.read().splitlines(keepends=True)
if not lines:
    lines = [b"    value_%d = compute(%d)\n" % (number, number * number) for number in range(100_000)]
out, texts, at = sys.stdout.buffer, [[] for _ in range(240)], 0
for commit in range(5_500):
    out.write(b"commit refs/heads/main\ncommitter bench <bench@example.com> %d +0000\ndata 2\nc\n" % (1_700_000_000 + commit))
    for _ in range(random.randint(1, 3)):
        number, count = random.randrange(len(texts)), random.randint(5, 30)
        text, begin = texts[number], at % (len(lines) - 40)
        place = random.randint(0, len(text))
        text[place:place] = lines[begin:begin + count]
        at += count
        whole = b"".join(text)
        out.write(b"M 100644 inline src/m%d/f%d.py\ndata %d\n" % (number % 12, number, len(whole)) + whole + b"\n")
P
git -C "$work/history" repack -adq

measure() { # measure TITLE DIR RUNS GIT GUARD [peers]
	local title=$1 dir=$2 runs=$3 commands=() names=()
	add() { names+=("$1"); commands+=("$2"); }
	add "$4" "$4"
	add "guard $5" "$guard $5"
	if [ "${6:-}" = peers ]; then
		command -v gitleaks >/dev/null && add gitleaks "gitleaks git --staged --no-banner --log-level error ."
		command -v kingfisher >/dev/null && add kingfisher "kingfisher scan --no-update-check -q --no-validate --staged ."
		command -v foxguard >/dev/null && add "foxguard secrets" "foxguard secrets --changed ."
		command -v ripsecrets >/dev/null && add ripsecrets "sh -c 'git diff --cached --name-only --diff-filter=ACM -z | xargs -0 -r ripsecrets --strict-ignore'"
	fi
	echo
	echo "$title"
	python3 - "$dir" "$runs" "${#names[@]}" "${names[@]}" "${commands[@]}" <<'P'
import os, resource, shlex, statistics, subprocess, sys, time
dir, runs, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
names, commands = sys.argv[4:4 + count], [shlex.split(c) for c in sys.argv[4 + count:]]
wall = [[] for _ in names]; cpu = [[] for _ in names]; peak = [0 for _ in names]
for run in range(runs + 1):
    for at, command in enumerate(commands):       # interleaved: A B A B ...
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=dir, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
        if run:                                   # the first is a warm-up
            wall[at].append((time.perf_counter() - start) * 1000)
            cpu[at].append((used.ru_utime + used.ru_stime) * 1000)
            peak[at] = max(peak[at], used.ru_maxrss)
base = statistics.median(wall[0])
print(f"{'command':<22}{'wall ms':>9}{'min':>9}{'max':>9}{'cpu ms':>9}{'MiB':>7}{'ratio':>8}")
for at, name in enumerate(names):
    ratio = statistics.median(a / b for a, b in zip(wall[at], wall[0]))
    print(f"{name:<22}{statistics.median(wall[at]):>9.1f}{min(wall[at]):>9.1f}{max(wall[at]):>9.1f}{statistics.median(cpu[at]):>9.1f}{peak[at] / 1024:>7.0f}{ratio:>8.2f}")
P
}

measure "nothing staged" "$work/history" "${RUNS:-41}" "git --version" "check --staged"
measure "small commit, 5,000 files:$(git -C "$work/small" diff --cached --shortstat)" \
	"$work/small" "${RUNS:-41}" "git diff --cached" "check --staged" peers
measure "the same, 100,000 files" "$work/wide" "${RUNS:-41}" "git diff --cached --raw" "check --staged"
measure "large commit:$(git -C "$work/large" diff --cached --shortstat)" \
	"$work/large" "${LARGE_RUNS:-7}" "git diff --cached" "check --staged" peers
measure "history: $(git -C "$work/history" rev-list --count --all) commits" \
	"$work/history" "${LARGE_RUNS:-7}" "git log -p -U0 --all" "check --history --all"
