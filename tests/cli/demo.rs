//! `guard demo`: the first thing a newcomer runs.

use crate::support::{Around, GUARD, QUERY_RULE, Repo, isolated, key_at, run};

#[test]
fn shows_a_refused_commit_and_a_mended_one_and_leaves_nothing() {
    let around = Around::new();
    let home = around.path().join("home");
    let ran = around.guard(&home, &["demo"]);
    ran.exits(0)
        .is_plain()
        .finds(&[&key_at("app.py:3"), &format!("app.py:7 error {QUERY_RULE}")]);
    ran.says("$ guard install")
        .says("installed ")
        .says("$ git add app.py");
    ran.says("$ git commit --quiet -m \"find users by name\"");
    ran.says("# git refused the commit: the hook ended with 1");
    ran.complains("guard: 1 file, 7 added lines, 2 findings (2 blocking)");
    ran.complains("guard: 1 file, 8 added lines, 0 findings");
    ran.says("$ git log --oneline").says(" find users by name");
    for folder in ["tmp", "home"] {
        let left = std::fs::read_dir(around.path().join(folder))
            .expect("it is there")
            .count();
        assert_eq!(left, 0, "files in {folder}");
    }
}

#[test]
fn runs_inside_a_repository_and_a_hook_without_touching_it() {
    let repo = Repo::new();
    repo.write("a.txt", "one\n").stage();
    let index = std::fs::read(repo.path(".git/index")).expect("it is there");
    let mut demo = repo.guard_command();
    demo.arg("demo")
        .env("GIT_DIR", repo.path(".git"))
        .env("GIT_INDEX_FILE", ".git/index");
    run(&mut demo).exits(0);
    assert_eq!(
        std::fs::read(repo.path(".git/index")).expect("it is there"),
        index
    );
    assert_eq!(repo.git(&["status", "--porcelain"]), "A  a.txt");
    assert!(!repo.path(".git/hooks/pre-commit").exists());
}

#[test]
fn without_git_it_says_so() {
    let around = Around::new();
    let mut demo = isolated(GUARD, around.path(), around.path());
    let ran = run(demo.arg("demo").env("PATH", around.path()));
    ran.exits(2)
        .complains("git cannot be run; is it installed?");
    let left = std::fs::read_dir(around.path().join("tmp"))
        .expect("it is there")
        .count();
    assert_eq!(left, 0);
}
