//! `guard hook`: what git's hooks call, with git's own arguments and input.

use super::args::{CommitMsg, Common, HookKind, PrePush, Update};
use super::check::scan;
use super::{ExitStatus, config};
use crate::escape::escape;
use crate::source::{self, GitEnvironment, GitRepository, Message, Push, Staged};
use anyhow::Context;
use bstr::{BStr, ByteSlice};
use git2::Oid;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal, Read};
use std::time::Instant;

pub(super) fn run(kind: &HookKind) -> anyhow::Result<ExitStatus> {
    let started = Instant::now();
    let mut environment =
        GitEnvironment::from_process().context("the current folder cannot be read")?;
    environment.hook = true;
    // Git names the commits that it merges to this hook, and every program that runs later, hooks
    // of other repositories too, inherits the names.
    if !matches!(kind, HookKind::PreMergeCommit(_)) {
        environment.merged.clear();
    }
    match kind {
        HookKind::PreCommit(common) | HookKind::PreMergeCommit(common) => {
            let repository = GitRepository::open(environment)?;
            let config = config::staged(common, &repository)?;
            scan(&Staged::new(&repository), &config, common, None, started)
        }
        HookKind::CommitMsg(args) => commit_msg(args, environment, started),
        HookKind::PrePush(args) => pre_push(args, environment, started),
        HookKind::PreReceive(common) => {
            let updates = source::Update::of_receive(&input()?)?;
            receive(common, environment, updates, started)
        }
        HookKind::Update(args) => {
            let Update {
                reference,
                old,
                new,
                common,
            } = args;
            let [name, old, new] = [reference, old, new].map(|word| bytes(word));
            let line = [old.as_bytes(), new, name].join(&b' ');
            let updates = source::Update::of_receive(&line)?;
            receive(common, environment, updates, started)
        }
    }
}

fn commit_msg(
    args: &CommitMsg,
    environment: GitEnvironment,
    started: Instant,
) -> anyhow::Result<ExitStatus> {
    let message = Message::read(&args.file, !environment.without_editor)?;
    let repository = GitRepository::open(environment)?;
    let config = config::staged(&args.common, &repository)?;
    let status = scan(&message, &config, &args.common, None, started)?;
    if status == ExitStatus::Findings {
        let file = escape(args.file.as_os_str().as_encoded_bytes());
        super::output::note(&format!(
            "guard: the message is kept in {file}: take the secret out and commit again with \
             `git commit --edit --file={file}`"
        ));
    }
    Ok(status)
}

fn pre_push(
    args: &PrePush,
    environment: GitEnvironment,
    started: Instant,
) -> anyhow::Result<ExitStatus> {
    let variable = |name: &str| std::env::var_os(name).unwrap_or_default();
    // pre-commit and prek read git's input themselves and pass on one reference of perhaps many.
    let managed = variable("PRE_COMMIT") == "1";
    let updates = if managed {
        None
    } else {
        Some(source::Update::of_push(&input()?)?)
    };
    let named = |word: &Option<OsString>, name: &str| match word {
        Some(word) => word.clone(),
        None if managed => variable(name),
        None => OsString::new(),
    };
    let remote = named(&args.remote, "PRE_COMMIT_REMOTE_NAME");
    let url = named(&args.url, "PRE_COMMIT_REMOTE_URL");
    let repository = GitRepository::open(environment)?;
    let tip = tip(&repository, updates.as_deref())?;
    let config = config::at(&args.common, &repository, &tip)?;
    let push = Push::to_remote(&repository, updates, bytes(&remote), bytes(&url));
    scan(&push, &config, &args.common, None, started)
}

/// Returns the revision whose pattern file holds for a push: what is pushed, if it is one commit.
fn tip(repository: &GitRepository, updates: Option<&[source::Update]>) -> anyhow::Result<String> {
    let mut new: Vec<Oid> = updates
        .unwrap_or_default()
        .iter()
        .filter_map(|update| update.new)
        .collect();
    new.sort_unstable();
    new.dedup();
    Ok(match new[..] {
        [one] if repository.is_commit(one)? => one.to_string(),
        _ => "HEAD".to_owned(),
    })
}

/// Scans what arrives. The pattern file is the one that was there before: what arrives must not
/// decide how it is looked at.
fn receive(
    common: &Common,
    environment: GitEnvironment,
    updates: Vec<source::Update>,
    started: Instant,
) -> anyhow::Result<ExitStatus> {
    let repository = GitRepository::open(environment)?;
    let config = config::at(common, &repository, "HEAD")?;
    let push = Push::received(&repository, updates);
    scan(&push, &config, common, None, started)
}

/// Reads what git says on standard input.
fn input() -> anyhow::Result<Vec<u8>> {
    let mut stdin = io::stdin().lock();
    if stdin.is_terminal() {
        anyhow::bail!(
            "git says on standard input what is pushed, but here is a terminal; \
             a hook manager has to pass it on (lefthook: `use_stdin: true`)"
        );
    }
    let mut input = Vec::new();
    stdin
        .read_to_end(&mut input)
        .context("standard input cannot be read")?;
    Ok(input)
}

fn bytes(word: &OsStr) -> &BStr {
    word.as_encoded_bytes().as_bstr()
}
