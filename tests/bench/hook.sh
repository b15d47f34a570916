#!/usr/bin/env bash
# Times `guard check --staged` beside `git diff --cached`, in one interleaved run, on two commits:
#   small  20 added lines in 3 files, in a repository of 5,000 files
#   large  14,000 files and 57 MB, all new
#
#   tests/bench/hook.sh [SOURCE]      SOURCE: a folder of source code to fill the repositories with;
#                                     left out: text made here, which is easier to compress and to scan
#
# GUARD names the binary (default target/release/guard). Other scanners that are on PATH (gitleaks,
# kingfisher, ripsecrets) are timed as well. Needs git, python3 and hyperfine. Prints a table of
# medians and of their ratios to `git diff --cached`.
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

measure() { # measure TITLE DIR RUNS
	local title=$1 dir=$2 runs=$3 commands=() names=()
	add() { names+=("$1"); commands+=("$2"); }
	add "git diff --cached" "git diff --cached"
	add "guard check --staged" "$guard check --staged"
	command -v gitleaks >/dev/null && add gitleaks "gitleaks git --staged --no-banner --log-level error ."
	command -v kingfisher >/dev/null && add kingfisher "kingfisher scan --no-update-check -q --no-validate --staged ."
	command -v ripsecrets >/dev/null && add ripsecrets "sh -c 'git diff --cached --name-only --diff-filter=ACM -z | xargs -0 -r ripsecrets --strict-ignore'"
	echo
	echo "$title: $(git -C "$dir" diff --cached --shortstat)"
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

measure "small commit" "$work/small" "${RUNS:-41}"
measure "large commit" "$work/large" "${LARGE_RUNS:-7}"
