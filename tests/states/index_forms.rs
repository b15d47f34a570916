//! E2, E3: forms of the index.

use crate::given::two_files;
use crate::shapes::made_with;
use crate::still::guard;
use crate::support::{Repo, key_line};
use crate::table::Outcome::{Blocked, Clean, Refused};
use crate::table::{Case, commit};
use std::fs;

groups! {
    e2_sparse_checkout: E2_CHECKOUT,
    e2_sparse_index: E2_SPARSE,
    e2_outside_the_cone: E2_OUTSIDE,
    e2_split_index: E2_SPLIT,
    e2_split_index_by_setting: E2_SPLIT_SETTING,
    e2_shared_part: E2_SHARED,
    e3_untracked_cache: E3_UNTRACKED,
    e3_version_3: E3_VERSION_3,
    e3_version_4: E3_VERSION_4,
    e3_many_files: E3_MANY_FILES,
    e3_no_checksum: E3_SKIP_HASH,
    e3_many_threads: E3_THREADS,
    e3_file_system_monitor: E3_MONITOR,
}

const E2_CHECKOUT: &[Case] = in_usual_situations!(
    "E2.checkout-",
    "sparse checkout, full index",
    sparse_checkout
);

/// A repository of which the work tree holds a part.
fn sparse_checkout() -> Repo {
    let repo = with_folders();
    repo.git(&["sparse-checkout", "set", "--no-cone", "/*.py", "/near/"]);
    assert!(!repo.path("far").exists());
    assert_eq!(repo.git(&["ls-files", "--sparse", "far"]), "far/d.py");
    repo
}

/// A guarded repository with files in the folders `near` and `far`.
fn with_folders() -> Repo {
    let repo = two_files();
    repo.write("near/c.py", "c = 1\n")
        .write("far/d.py", "d = 1\n")
        .commit("folders");
    repo
}

const E2_SPARSE: &[Case] = in_every_situation!(
    "E2.sparse-", "sparse index", sparse_index,
    without git: Refused(&["a sparse index", "put it on the PATH"])
);

/// The same, where the index too holds a folder in place of its files.
fn sparse_index() -> Repo {
    let repo = with_folders();
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "near"]);
    assert!(is_sparse(&repo));
    repo
}

fn is_sparse(repo: &Repo) -> bool {
    repo.git(&["ls-files", "--sparse", "far"]) == "far/"
}

const E2_OUTSIDE: &[Case] = &[
    Case {
        id: "E2.outside-add",
        state: "sparse index: `git add --sparse` of a new file outside the cone, by hand",
        why: "the folder is opened for it",
        secret: Blocked(&["far/e.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = sparse_index();
            repo.write("far/e.py", plant.line());
            repo.git(&["add", "--sparse", "far/e.py"]);
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E2.outside-new-folder",
        state: "sparse index: a folder that HEAD does not have, outside the cone, by a tree's id",
        why: "the index may hold a new folder by its id alone",
        secret: Blocked(&["new/e.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = sparse_index();
            repo.write("new/e.py", plant.line());
            repo.git(&["add", "--sparse", "new"]);
            repo.git(&["sparse-checkout", "reapply", "--sparse-index"]);
            assert_eq!(repo.git(&["ls-files", "--sparse", "new"]), "new/");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E2.outside-replaced",
        state: "sparse index: `git read-tree` brings another version of a folder outside the cone",
        why: "the folder's id in the index differs from that in HEAD",
        secret: Blocked(&["far/d.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_folders();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("far/d.py", plant.line()).commit("on the side");
            repo.git(&["switch", "--quiet", "main"]);
            repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "near"]);
            repo.git(&["read-tree", "side"]);
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E2.outside-commit",
        state: "sparse index: the same, `git commit`",
        why: "it is this folder that is committed",
        secret: Blocked(&["far/d.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_folders();
            repo.git(&["switch", "--quiet", "--create", "side"]);
            repo.write("far/d.py", plant.line()).commit("on the side");
            repo.git(&["switch", "--quiet", "main"]);
            repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "near"]);
            repo.git(&["read-tree", "side"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "E2.outside-patterns",
        state: "sparse index: the pattern file names a file outside the cone",
        why: "`extends` reads it from the index, where only its folder is",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = with_folders();
            let settings = "[settings]\nblock = \"medium\"\n";
            repo.write("far/patterns.toml", settings);
            repo.write(
                "patterns.toml",
                "extends = [\"guard:default\", \"far/patterns.toml\"]\n",
            );
            repo.commit("patterns");
            repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "near"]);
            assert!(is_sparse(&repo));
            repo.write("a.py", plant.line());
            repo.git(&["add", "a.py"]);
            guard(&repo, &["check", "--staged"])
        },
    },
];

const E2_SPLIT: &[Case] = in_every_situation!(
    "E2.split-", "split index", split_index,
    without git: Refused(&["a split index", "put it on the PATH"])
);

fn split_index() -> Repo {
    let repo = two_files();
    repo.git(&["update-index", "--split-index"]);
    assert!(shared_part(&repo).is_some());
    repo
}

const E2_SPLIT_SETTING: &[Case] = in_every_situation!(
    "E2.split-setting-", "core.splitIndex", split_by_setting,
    without git: Refused(&["a split index", "put it on the PATH"])
);

fn split_by_setting() -> Repo {
    let repo = two_files();
    repo.git(&["config", "core.splitIndex", "true"]);
    repo.git(&["config", "splitIndex.maxPercentChange", "100"]);
    repo.git(&["update-index", "--force-write-index"]);
    assert!(shared_part(&repo).is_some());
    repo
}

/// Finds the file that the index shares its entries with.
fn shared_part(repo: &Repo) -> Option<std::path::PathBuf> {
    let files = fs::read_dir(repo.path(".git")).expect("it is ours");
    let mut paths = files.map(|file| file.expect("it is ours").path());
    paths.find(|path| path.display().to_string().contains("sharedindex."))
}

const E2_SHARED: &[Case] = &[
    Case {
        id: "E2.shared-gone",
        state: "split index: the shared part is gone; by hand",
        why: "most of what is staged is unknown then",
        secret: Refused(&["the index `", "cannot be read"]),
        twin: None,
        run: |plant| {
            let repo = split_index();
            repo.write("a.py", plant.line()).stage();
            fs::remove_file(shared_part(&repo).expect("it is split")).expect("it is there");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E2.shared-damaged",
        state: "split index: the shared part is cut off; by hand",
        why: "most of what is staged is unknown then",
        secret: Refused(&["the index `", "cannot be read"]),
        twin: None,
        run: |plant| {
            let repo = split_index();
            repo.write("a.py", plant.line()).stage();
            let shared = shared_part(&repo).expect("it is split");
            let whole = fs::read(&shared).expect("it is there");
            crate::support::set_mode(&shared, 0o644);
            fs::write(&shared, &whole[..whole.len() / 2]).expect("may write");
            guard(&repo, &["check", "--staged"])
        },
    },
    Case {
        id: "E2.shared-conflict",
        state: "split index with an entry in conflict; by hand",
        why: "what will be committed is not settled",
        secret: Refused(&["unresolved conflicts in `a.py`", "`git add` the files"]),
        twin: None,
        run: |_| {
            let repo = split_index();
            crate::given::fork(&repo, &key_line(1));
            crate::given::conflict(&repo, &["merge", "side"]);
            guard(&repo, &["check", "--staged"])
        },
    },
];

const E3_UNTRACKED: &[Case] =
    in_usual_situations!("E3.untracked-", "untracked cache", untracked_cache);

fn untracked_cache() -> Repo {
    let repo = two_files();
    repo.git(&["update-index", "--force-untracked-cache"]);
    repo.git(&["status", "--short"]);
    assert!(index_holds(&repo, b"UNTR"));
    repo
}

const E3_VERSION_3: &[Case] =
    in_usual_situations!("E3.version-3-", "index of version 3", version_3);

fn version_3() -> Repo {
    let repo = two_files();
    // An entry that needs the longer form.
    repo.write("later.py", "later = 1\n");
    repo.git(&["add", "--intent-to-add", "later.py"]);
    repo.git(&["update-index", "--skip-worktree", "b.py"]);
    assert_eq!(version(&repo), 3);
    repo.git(&["rm", "--quiet", "--cached", "later.py"]);
    repo.remove("later.py");
    assert_eq!(version(&repo), 3);
    repo
}

const E3_VERSION_4: &[Case] =
    in_usual_situations!("E3.version-4-", "index of version 4", version_4);

fn version_4() -> Repo {
    let repo = two_files();
    repo.git(&["config", "index.version", "4"]);
    repo.git(&["update-index", "--index-version", "4"]);
    assert_eq!(version(&repo), 4);
    repo
}

const E3_MANY_FILES: &[Case] =
    in_usual_situations!("E3.many-files-", "feature.manyFiles", many_files);

fn many_files() -> Repo {
    let repo = made_with(&[]);
    repo.git(&["config", "feature.manyFiles", "true"]);
    repo.git(&["update-index", "--force-write-index"]);
    repo.git(&["update-index", "--index-version", "4"]);
    assert_eq!(version(&repo), 4);
    repo
}

const E3_SKIP_HASH: &[Case] =
    in_usual_situations!("E3.skip-hash-", "index.skipHash", without_checksum);

fn without_checksum() -> Repo {
    let repo = two_files();
    repo.git(&["config", "index.skipHash", "true"]);
    repo.git(&["update-index", "--force-write-index"]);
    let index = fs::read(repo.path(".git/index")).expect("it is there");
    assert_eq!(index[index.len() - 20..], [0; 20]);
    repo
}

const E3_THREADS: &[Case] = in_usual_situations!("E3.threads-", "index.threads", many_threads);

fn many_threads() -> Repo {
    let repo = two_files();
    for number in 0..100 {
        repo.write(format!("many/{number}.py"), "x = 1\n");
    }
    repo.git(&["config", "index.threads", "2"]);
    repo.commit("many");
    repo.git(&["update-index", "--force-write-index"]);
    assert!(index_holds(&repo, b"EOIE"));
    repo
}

const E3_MONITOR: &[Case] =
    in_usual_situations!("E3.monitor-", "core.fsmonitor that sees no change", monitor);

/// A repository whose monitor of the file system says that nothing ever changes.
fn monitor() -> Repo {
    let repo = two_files();
    let script = "#!/bin/sh\nprintf 'token\\0/\\0'\n";
    repo.write_hook(".git/hooks/monitor", script, 0o755);
    repo.git(&["config", "core.fsmonitor", ".git/hooks/monitor"]);
    repo.git(&["status", "--short"]);
    assert!(index_holds(&repo, b"FSMN"));
    repo
}

/// Returns the version that the index states.
fn version(repo: &Repo) -> u8 {
    fs::read(repo.path(".git/index")).expect("it is there")[7]
}

/// Tells whether an extension is in the index.
fn index_holds(repo: &Repo, name: &[u8]) -> bool {
    let index = fs::read(repo.path(".git/index")).expect("it is there");
    index.windows(4).any(|window| window == name)
}
