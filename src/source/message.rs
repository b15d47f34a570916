//! The message of a commit that is being made.

use super::commits::COMMIT_MESSAGE;
use super::plain::PlainReader;
use super::{Form, Item, Old, Place, Plan, Reader, Source, SourceError};
use bstr::ByteSlice;
use std::path::Path;

/// A message, as git hands it to its `commit-msg` hook.
#[derive(Debug)]
pub struct Message {
    text: Box<[u8]>,
}

impl Message {
    /// Reads the message from the file that git names.
    ///
    /// `edited` says that somebody wrote it in an editor: git then leaves out the changes that
    /// `git commit --verbose` shows below the message, and so does this; a line that is taken out
    /// stands there, too. Lines of comments count, for git does not always leave them out.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be read.
    pub fn read(file: &Path, edited: bool) -> Result<Self, SourceError> {
        let text = std::fs::read(file).map_err(|source| SourceError::Disk {
            path: file.to_owned(),
            source,
        })?;
        let end = if edited { cut(&text) } else { text.len() };
        Ok(Self {
            text: text[..end].into(),
        })
    }
}

/// What git writes above the changes, behind its comment character. Source: git, `wt-status.c`.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// Returns where the part of a message begins that git leaves out, or its end.
///
/// The line counts only with what git writes behind it, a comment and then the changes: somebody
/// may have written the line by hand.
fn cut(text: &[u8]) -> usize {
    let mut at = 0;
    for line in text.lines_with_terminator() {
        let bare = line.trim_end_with(|end| matches!(end, '\n' | '\r'));
        if let Some(comment) = bare.strip_suffix(SCISSORS)
            && !comment.is_empty()
        {
            let mut below = text[at + line.len()..].lines();
            let first = below.find(|line| !line.starts_with(comment));
            let is_git_s = first.is_some_and(|line| line.starts_with(b"diff "));
            if is_git_s && text[at + line.len()..].starts_with(comment) {
                return at;
            }
        }
        at += line.len();
    }
    text.len()
}

impl Source for Message {
    fn plan(&self) -> Result<Plan, SourceError> {
        let mut plan = Plan::default();
        if !self.text.is_empty() {
            plan.items.push(Item {
                path: COMMIT_MESSAGE.into(),
                form: Form::Message,
                new: Place::Memory(self.text.clone().into()),
                old: Old::NOTHING,
                commit: None,
            });
        }
        Ok(plan)
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(PlainReader))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> &str {
        &text[..cut(text.as_bytes())]
    }

    #[test]
    fn what_git_shows_below_a_message_is_no_part_of_it() {
        let scissors = "------------------------ >8 ------------------------";
        let below = "Do not modify or remove the line above.";
        let shown = format!("subject\n\n# {scissors}\n# {below}\ndiff --git a/x b/x\n-secret\n");
        assert_eq!(kept(&shown), "subject\n\n");
        let other = format!("subject\n// {scissors}\r\n// {below}\r\ndiff --cc x\r\n");
        assert_eq!(kept(&other), "subject\n");
        for by_hand in [
            format!("subject\n# {scissors}\nsecret\n"),
            format!("subject\n# {scissors}\n# more\nsecret\n"),
            format!("subject\n# {scissors}\n# more\n\nsecret\n"),
            format!("subject\n{scissors}\n\n"),
            "subject\n# comment\n".to_owned(),
        ] {
            assert_eq!(kept(&by_hand), by_hand);
        }
    }
}
