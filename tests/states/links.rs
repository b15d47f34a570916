//! C5 and C6: symbolic links and submodules.

use crate::given::{link, two_files};
use crate::support::Repo;
use crate::table::Outcome::{Blocked, Clean, Nothing};
use crate::table::{Case, Plant, by_hand, commit};
use std::fs;

groups! {
    c5_symbolic_links: C5,
    c6_submodules: C6,
}

const C5: &[Case] = &[
    Case {
        id: "C5.link",
        state: "a new symbolic link whose target holds the text",
        why: "the target is the blob: one line without an end",
        secret: Blocked(&["link:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            link(target(plant), &repo.path("link"));
            repo.stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C5.led-elsewhere",
        state: "an old link that is given another target",
        why: "an edit of the blob",
        secret: Blocked(&["link:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            link("a.py", &repo.path("link"));
            repo.commit("a link");
            repo.remove("link");
            link(target(plant), &repo.path("link"));
            repo.stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C5.file-to-link",
        state: "a file that becomes a link",
        why: "libgit2 can be told to call it a change of type, which has no lines",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.remove("a.py");
            link(target(plant), &repo.path("a.py"));
            repo.stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C5.link-to-file",
        state: "a link that becomes a file",
        why: "libgit2 can be told to call it a change of type, which has no lines",
        secret: Blocked(&["link:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            link("a.py", &repo.path("link"));
            repo.commit("a link");
            repo.remove("link").write("link", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C5.folder-to-link",
        state: "a folder that becomes a link",
        why: "its files go, the link comes",
        secret: Blocked(&["sub:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.write("sub/c.py", "c = 1\n").commit("a folder");
            fs::remove_dir_all(repo.path("sub")).expect("it is there");
            link(target(plant), &repo.path("sub"));
            repo.stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C5.submodule-to-file",
        state: "a submodule that becomes a file",
        why: "the other side is no blob, and there is nothing to compare with",
        secret: Blocked(&["module:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            gitlink(&repo, "module", &repo.head());
            repo.git(&["commit", "--quiet", "--no-verify", "-m", "a submodule"]);
            repo.git(&["rm", "--quiet", "--cached", "module"]);
            repo.write("module", plant.line()).stage();
            commit(&repo, &[])
        },
    },
    Case {
        id: "C5.as-text",
        state: "core.symlinks = false: an old link, edited as the text file that stands for it",
        why: "it is committed as a link",
        secret: Blocked(&["link:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            link("a.py", &repo.path("link"));
            repo.commit("a link");
            repo.git(&["config", "core.symlinks", "false"]);
            repo.remove("link").write("link", target(plant));
            repo.git(&["add", "link"]);
            assert!(
                repo.git(&["ls-files", "--stage", "link"])
                    .starts_with("120000 ")
            );
            commit(&repo, &[])
        },
    },
];

const C6: &[Case] = &[
    Case {
        id: "C6.added",
        state: "`git submodule add` of a repository with the text",
        why: "only the name of a commit goes in, which no blob of this repository has",
        secret: Clean,
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            let other = Repo::new();
            other.write("a.py", plant.line()).commit("x");
            let url = other.top().display().to_string();
            let add = ["submodule", "--quiet", "add", &url, "module"];
            repo.git(&[&["-c", "protocol.file.allow=always"], &add[..]].concat());
            commit(&repo, &[])
        },
    },
    Case {
        id: "C6.url",
        state: "a .gitmodules whose URL holds the text",
        why: "people put tokens there so that a build can fetch",
        secret: Blocked(&[".gitmodules:3"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            gitlink(&repo, "module", &repo.head());
            let url = format!("https://{}@example.com/m.git", plant.word(1));
            let text = format!("[submodule \"module\"]\n\tpath = module\n\turl = {url}\n");
            repo.write(".gitmodules", text).git(&["add", ".gitmodules"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C6.moved-on",
        state: "a submodule at another commit, and an edit; diff.ignoreSubmodules = all",
        why: "the submodule is told, the edit scanned",
        secret: Blocked(&["a.py:1"]),
        twin: Some(Clean),
        run: |plant| {
            let repo = two_files();
            repo.git(&["config", "diff.ignoreSubmodules", "all"]);
            gitlink(&repo, "module", &repo.head());
            repo.git(&["commit", "--quiet", "--no-verify", "-m", "a submodule"]);
            gitlink(&repo, "module", &repo.head());
            repo.write("a.py", plant.line()).git(&["add", "a.py"]);
            commit(&repo, &[])
        },
    },
    Case {
        id: "C6.file-to-submodule",
        state: "a file with the text that becomes a submodule",
        why: "the file goes; of the submodule there is nothing to read",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            repo.write("module", plant.line()).commit("a file");
            repo.git(&["rm", "--quiet", "module"]);
            gitlink(&repo, "module", &repo.head());
            commit(&repo, &[])
        },
    },
    Case {
        id: "C6.blob",
        state: "a submodule entry that names a blob with the text",
        why: "git takes the name as it is and never sends the blob for it",
        secret: Nothing,
        twin: Some(Nothing),
        run: |plant| {
            let repo = two_files();
            gitlink(&repo, "module", &repo.blob(plant.line()));
            by_hand(repo.staged())
        },
    },
];

/// A path that holds the text.
fn target(plant: &Plant) -> String {
    format!("store/{}", plant.word(1))
}

/// Stages a submodule at a commit.
fn gitlink(repo: &Repo, path: &str, commit: &str) {
    let entry = format!("160000,{commit},{path}");
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
}
