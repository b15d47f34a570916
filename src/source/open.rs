//! Opening the repository that git's environment leads to, and finding its work tree.

use super::{GitEnvironment, SourceError, UnsupportedForm, options, plain};
use git2::{ErrorCode, Odb, Repository, RepositoryOpenFlags};
use std::path::{Path, PathBuf};

/// Opens the repository that `environment` leads to.
///
/// As `Repository::open_from_env`, but for where to begin and to end, which the environment says.
pub(super) fn open(environment: &GitEnvironment) -> Result<Repository, SourceError> {
    options::set();
    let mut flags = RepositoryOpenFlags::FROM_ENV;
    let start = match &environment.git_dir {
        Some(git_dir) => {
            flags |= RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
            environment.absolute(git_dir)
        }
        None => environment.directory.clone(),
    };
    let opened = Repository::open_ext(&start, flags, &environment.ceiling_directories);
    match opened {
        Err(error) if error.code() == ErrorCode::Owner && environment.is_hook() => {
            open_for_git(&start, environment)
        }
        opened => opened,
    }
    .map_err(|error| SourceError::on_open(error, || path_to_list(environment)))
    .map_err(|error| match error {
        SourceError::NoRepository(source) if has_linked_head(environment) => {
            let form = UnsupportedForm::LinkedHead;
            SourceError::Unsupported { form, source }
        }
        error => error,
    })
    .and_then(|repository| {
        // Git's own commands for commits do not heed it.
        repository.remove_namespace().map_err(SourceError::Open)?;
        Ok(repository)
    })
}

/// Says whether HEAD is a link that leads nowhere yet: libgit2 then sees no repository.
fn has_linked_head(environment: &GitEnvironment) -> bool {
    let is_link = |folder: &Path| {
        std::fs::symlink_metadata(folder.join("HEAD")).is_ok_and(|head| head.is_symlink())
    };
    match &environment.git_dir {
        Some(git_dir) => is_link(&environment.absolute(git_dir)),
        None => environment
            .directory
            .ancestors()
            .any(|folder| is_link(&folder.join(".git")) || is_link(folder)),
    }
}

/// Opens the repository of another user for git, which has already decided to trust it.
///
/// Git knows more ways to say so than libgit2: `-c safe.directory`, `dir/*`. Opening the
/// repository's own folder asks for no owner, and reads no environment.
fn open_for_git(start: &Path, environment: &GitEnvironment) -> Result<Repository, git2::Error> {
    let git_dir = match &environment.git_dir {
        Some(_) => start.to_owned(),
        None => Repository::discover_path(start, &environment.ceiling_directories)?,
    };
    let repository = Repository::open_bare(git_dir)?;
    let folder = |path: &PathBuf| {
        let path = environment.absolute(path);
        path.to_str().map(str::to_owned).ok_or_else(|| {
            git2::Error::from_str("the path of an object directory is not valid UTF-8")
        })
    };
    if let Some(objects) = &environment.object_directory {
        let odb = Odb::new()?;
        odb.add_disk_alternate(&folder(objects)?)?;
        repository.set_odb(&odb)?;
    }
    for alternate in &environment.alternate_object_directories {
        repository.odb()?.add_disk_alternate(&folder(alternate)?)?;
    }
    Ok(repository)
}

/// Returns the path that git wants in `safe.directory`: the work tree's top if there is one.
pub(super) fn path_to_list(environment: &GitEnvironment) -> PathBuf {
    let is_top = |folder: &&Path| folder.join(".git").exists();
    let git_dir = environment
        .git_dir
        .as_ref()
        .map(|git_dir| environment.absolute(git_dir));
    let start = git_dir.as_deref().unwrap_or(&environment.directory);
    start.ancestors().find(is_top).unwrap_or(start).to_owned()
}

/// Finds the top of the work tree, as git does.
///
/// libgit2 resolves a relative `GIT_WORK_TREE` against the repository's folder, and takes the
/// parent of `GIT_DIR` where git takes the current directory.
pub(super) fn work_tree(
    repository: &Repository,
    environment: &GitEnvironment,
) -> Result<Option<PathBuf>, SourceError> {
    if let Some(work_tree) = &environment.work_tree {
        return Ok(Some(environment.absolute(work_tree)));
    }
    if let (None, Some(work_tree)) = (&environment.git_dir, repository.workdir()) {
        return Ok(Some(work_tree.to_owned()));
    }
    let config = repository.config().map_err(SourceError::Open)?;
    if config.get_bool("core.bare").unwrap_or(false) && !repository.is_worktree() {
        return Ok(None);
    }
    let named = config.get_path("core.worktree").ok();
    if environment.git_dir.is_some() && named.is_none() && !repository.is_worktree() {
        return Ok(Some(environment.directory.clone()));
    }
    Ok(Some(match (repository.workdir(), named) {
        (Some(work_tree), _) => work_tree.to_owned(),
        // What is left was opened as if it were bare, for git.
        (None, Some(named)) => plain::tidy(&repository.path().join(named)),
        (None, None) => match repository.path().parent() {
            Some(top) if repository.path().ends_with(".git") => top.to_owned(),
            _ => environment.directory.clone(),
        },
    }))
}
