//! What leaves for a remote, and what arrives at one.

use super::commits::{self, Edge};
use super::files::Files;
use super::history::add_target;
use super::object::parse_oid;
use super::repository::Handle;
use super::store::{Reference, Remote};
use super::{GitRepository, Plan, Reader, Source, SourceError};
use bstr::{BStr, BString, ByteSlice};
use git2::Oid;
use std::collections::HashSet;

/// A reference that a push sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What it is called: on this side of a push, if git says it.
    pub name: BString,
    /// What it led to at the receiving end; `None` when it is new.
    pub old: Option<Oid>,
    /// What it is to lead to; `None` when it is to be deleted.
    pub new: Option<Oid>,
}

impl Update {
    /// Reads the lines that git gives to `pre-push`: `LOCAL-REF ID REMOTE-REF ID`.
    ///
    /// # Errors
    ///
    /// Fails on a line of another form.
    pub fn of_push(input: &[u8]) -> Result<Vec<Self>, SourceError> {
        read(input, |words| match words {
            [local, new, _, old] => Some((*local, *old, *new)),
            _ => None,
        })
    }

    /// Reads the lines that git gives to `pre-receive`: `ID ID REF`, the old id first.
    ///
    /// # Errors
    ///
    /// Fails on a line of another form.
    pub fn of_receive(input: &[u8]) -> Result<Vec<Self>, SourceError> {
        read(input, |words| match words {
            [old, new, name] => Some((*name, *old, *new)),
            _ => None,
        })
    }
}

/// The words of a line, and which of them are the name, the old id and the new one.
type Order<'l> = fn(&[&'l [u8]]) -> Option<(&'l [u8], &'l [u8], &'l [u8])>;

fn read<'l>(input: &'l [u8], order: Order<'l>) -> Result<Vec<Update>, SourceError> {
    let id = |text: &[u8]| parse_oid(text).map(|oid| (!oid.is_zero()).then_some(oid));
    let update = |line: &'l [u8]| {
        let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
        let (name, old, new) = order(&words)?;
        Some(Update {
            name: name.into(),
            old: id(old)?,
            new: id(new)?,
        })
    };
    let lines = input.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| update(line).ok_or_else(|| SourceError::Updates { line: line.into() }))
        .collect()
}

/// What is known to be at the other end.
#[derive(Clone, Debug)]
enum Known {
    /// What this repository's remote-tracking branches say of a remote.
    Remote { name: BString, url: BString },
    /// All references there are: the other end is here.
    Here,
}

/// What a push brings to the other end: every new commit on its own, with its message; messages of
/// tags; and what else a reference can lead to.
#[derive(Debug)]
pub struct Push<'r> {
    repository: &'r GitRepository,
    updates: Option<Vec<Update>>,
    known: Known,
}

impl<'r> Push<'r> {
    /// Looks at what `updates` send to the remote called `name`, or just known by its `url`.
    ///
    /// Without updates it looks at every branch and tag: for a hook manager that keeps to itself
    /// which of them are pushed.
    #[must_use]
    pub fn to_remote(
        repository: &'r GitRepository,
        updates: Option<Vec<Update>>,
        name: &BStr,
        url: &BStr,
    ) -> Self {
        let known = Known::Remote {
            name: name.to_owned(),
            url: url.to_owned(),
        };
        Self {
            repository,
            updates,
            known,
        }
    }

    /// Looks at what `updates` bring to `repository`, whose references are not set yet.
    #[must_use]
    pub fn received(repository: &'r GitRepository, updates: Vec<Update>) -> Self {
        Self {
            repository,
            updates: Some(updates),
            known: Known::Here,
        }
    }

    /// Returns the commits that are at the other end.
    fn hidden(&self, handle: &Handle<'_>) -> Result<Vec<Oid>, SourceError> {
        let references = match &self.known {
            Known::Here => handle.references("refs/").map_err(SourceError::History)?,
            Known::Remote { name, url } => at_remote(handle, name.as_ref(), url.as_ref())?,
        };
        let mut hidden = commits::commits_of(handle, references);
        let old = self.updates.iter().flatten();
        let old = old.filter_map(|update| update.old);
        // What a forced push throws away need not be here, and then hides nothing.
        hidden.extend(old.filter_map(|old| commits::commit_behind(handle, old)));
        Ok(hidden)
    }

    /// Returns what is pushed: names, and the objects they lead to.
    fn sent(&self, handle: &Handle<'_>) -> Result<Vec<(BString, Oid)>, SourceError> {
        if let Some(updates) = &self.updates {
            let sent = updates.iter();
            let sent = sent.filter_map(|update| Some((update.name.clone(), update.new?)));
            return Ok(sent.collect());
        }
        let mut sent = Vec::new();
        if let Some(head) = handle.head()? {
            sent.push(("HEAD".into(), head.id));
        }
        for prefix in ["refs/heads/", "refs/tags/"] {
            for (name, oid) in handle.references(prefix).map_err(SourceError::History)? {
                sent.push((name, oid.map_err(SourceError::History)?));
            }
        }
        Ok(sent)
    }

    /// Returns the tags that are at the other end: their messages are no news there.
    fn known_tags(&self, handle: &Handle<'_>) -> Result<HashSet<Oid>, SourceError> {
        let mut tags: HashSet<Oid> = HashSet::new();
        if matches!(self.known, Known::Here) {
            let found = handle
                .references("refs/tags/")
                .map_err(SourceError::History)?;
            tags.extend(found.into_iter().filter_map(|(_, oid)| oid.ok()));
        }
        tags.extend(
            self.updates
                .iter()
                .flatten()
                .filter_map(|update| update.old),
        );
        Ok(tags)
    }
}

/// Returns the references that say what a remote has.
fn at_remote(handle: &Handle<'_>, name: &BStr, url: &BStr) -> Result<Vec<Reference>, SourceError> {
    let tracking = |remote: &str| format!("refs/remotes/{remote}/");
    let found = |prefix: &str| handle.references(prefix).map_err(SourceError::History);
    // Whatever is at some remote, when nobody says which one is pushed to.
    if name.is_empty() && url.is_empty() {
        return found("refs/remotes/");
    }
    let mut remotes = handle.remotes().map_err(SourceError::History)?;
    // One that is not in the configuration, but in a file of its own, as git wrote it once.
    if let Ok(name) = name.to_str()
        && name != url
        && !remotes.iter().any(|remote| remote.name == name)
    {
        remotes.push(Remote {
            name: name.to_owned(),
            urls: Vec::new(),
        });
    }
    let mut references = Vec::new();
    for remote in &remotes {
        // Pushed to by its URL, a remote is called by it too.
        if remote.name != name && !remote.urls.iter().any(|known| known == url) {
            continue;
        }
        let prefix = tracking(&remote.name);
        // What `team/private` has says nothing of `team`.
        let inner = remotes.iter().map(|other| tracking(&other.name));
        let inner: Vec<String> = inner
            .filter(|other| other.len() > prefix.len() && other.starts_with(&prefix))
            .collect();
        references.extend(
            found(&prefix)?
                .into_iter()
                .filter(|(name, _)| !inner.iter().any(|inner| name.starts_with(inner.as_bytes()))),
        );
    }
    Ok(references)
}

impl Source for Push<'_> {
    fn plan(&self) -> Result<Plan, SourceError> {
        let handle = self.repository.handle()?;
        let mut files = Files::default();
        let mut tags = self.known_tags(&handle)?;
        let mut tips = Vec::new();
        for (name, oid) in self.sent(&handle)? {
            tips.extend(add_target(&handle, &name, oid, &mut files, &mut tags)?);
        }
        tips.sort_unstable();
        tips.dedup();
        let hidden = self.hidden(&handle)?;
        let edge = match self.known {
            Known::Here => Edge::AllNew,
            Known::Remote { .. } => Edge::LeaveOut,
        };
        let mut plan = commits::plan(self.repository, &handle, &tips, &hidden, edge)?;
        plan.append(files.into_plan());
        Ok(plan)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(self.repository.reader()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_git_are_read_in_both_orders() {
        let (one, none) = ("1".repeat(40), "0".repeat(40));
        let id = parse_oid(one.as_bytes());
        let line = format!("refs/heads/a {one} refs/heads/b {none}\n");
        let expected = Update {
            name: "refs/heads/a".into(),
            old: None,
            new: id,
        };
        assert_eq!(Update::of_push(line.as_bytes()).ok(), Some(vec![expected]));
        let deleted = format!("(delete) {none} refs/heads/b {one}");
        let update = Update::of_push(deleted.as_bytes()).expect("git writes it so");
        assert_eq!((update[0].old, update[0].new), (id, None));
        let update = Update::of_receive(format!("{none} {one} refs/tags/v1\n").as_bytes());
        let update = update.expect("git writes it so");
        assert_eq!(
            (update[0].name.as_bstr(), update[0].new),
            ("refs/tags/v1".into(), id)
        );
        assert_eq!(Update::of_push(b"").ok(), Some(Vec::new()));
        for odd in ["x", "a b c d", "refs/heads/a 12 refs/heads/b 34"] {
            assert!(Update::of_push(odd.as_bytes()).is_err(), "{odd}");
            assert!(Update::of_receive(odd.as_bytes()).is_err(), "{odd}");
        }
    }
}
