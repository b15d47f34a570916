//! One text from standard input.

use super::plain::{PlainReader, item_path};
use super::{Form, Item, Old, Place, Plan, Reader, Source, SourceError};
use bstr::BString;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// A text that was piped in, with the name it is to be known by.
#[derive(Clone, Debug)]
pub struct Stdin {
    name: BString,
    text: Arc<[u8]>,
}

impl Stdin {
    /// Reads `input` to its end; `name` is the path that the text has or will have, which decides
    /// what rules apply to it.
    ///
    /// # Errors
    ///
    /// Fails when `input` cannot be read.
    pub fn read(name: &Path, mut input: impl Read) -> Result<Self, SourceError> {
        let mut text = Vec::new();
        input.read_to_end(&mut text).map_err(SourceError::Stdin)?;
        Ok(Self {
            name: item_path(name),
            text: text.into(),
        })
    }
}

impl Source for Stdin {
    fn plan(&self) -> Result<Plan, SourceError> {
        let item = Item {
            path: self.name.clone(),
            form: Form::File,
            new: Place::Memory(Arc::clone(&self.text)),
            old: Old::NOTHING,
            commit: None,
        };
        Ok(Plan {
            items: vec![item],
            ..Plan::default()
        })
    }

    fn reader(&self) -> Result<Box<dyn Reader + '_>, SourceError> {
        Ok(Box::new(PlainReader))
    }
}
