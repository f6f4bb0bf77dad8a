//! The members of an application while they are gathered.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;
use std::sync::Arc;

use super::super::{Ingredient, Role};
use super::Error;
use crate::archive::{Content, Entries, Entry, Order};
use crate::dist::Bytecode;
use crate::tree::Globs;

/// Files by their path, each with where it comes from.
#[derive(Default)]
pub(super) struct Members(BTreeMap<String, Member>);

struct Member {
    entry: Entry,
    origin: Arc<str>,
}

impl Members {
    /// Adds what one source of members has. A file that is there already is left as it is if this is
    /// the same, and is an error otherwise.
    pub fn add(&mut self, entries: Vec<Entry>, origin: &str) -> Result<(), Error> {
        let origin: Arc<str> = origin.into();
        for entry in entries {
            match self.0.entry(entry.path.to_string()) {
                Place::Vacant(place) => {
                    place.insert(Member { entry, origin: Arc::clone(&origin) });
                }
                Place::Occupied(there) => {
                    let there = there.get();
                    if !same(&there.entry, &entry)? {
                        let path = entry.path.to_string();
                        return Err(Error::Twice {
                            path,
                            origins: [there.origin.to_string(), origin.to_string()],
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// All files so far.
    pub fn inputs(&self) -> Result<Vec<Ingredient>, Error> {
        let ingredients = self.0.values().map(|member| Ingredient::of_entry(&member.entry, Role::Source));
        Ok(ingredients.filter_map(Result::transpose).collect::<Result<_, _>>()?)
    }

    pub fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Whether there is something to start the application with.
    pub fn has_main(&self) -> bool {
        self.has("__main__.py") || self.has("__main__.pyc")
    }

    /// The sources in the order of their paths.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &Content)> {
        self.0.values().filter_map(|member| Bytecode::source_of(&member.entry))
    }

    /// The extension modules, which no interpreter imports from an archive.
    pub fn extension_modules(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|path| is_extension_module(path))
    }

    pub fn put_bytecode(&mut self, source: &str, entry: Entry, instead: bool) {
        let origin = if instead { self.0.remove(source) } else { None }.map(|member| member.origin);
        let origin = origin.unwrap_or_else(|| "".into());
        self.0.insert(entry.path.to_string(), Member { entry, origin });
    }

    /// Takes out what is excluded, and the bytecode of sources that are there.
    pub fn filter(&mut self, exclude: &Globs) {
        let stale = |path: &str| {
            let source = path.strip_suffix('c').or_else(|| path.strip_suffix('o'));
            source.is_some_and(|source| source.ends_with(".py") && self.0.contains_key(source))
        };
        let keep = |path: &str, member: &Member| {
            let is_folder = member.entry.content().is_none();
            let above = path.match_indices('/').any(|(end, _)| exclude.matches(path[..end].as_ref(), true));
            !above && !exclude.matches(path.as_ref(), is_folder) && !stale(path)
        };
        let kept: Vec<bool> = self.0.iter().map(|(path, member)| keep(path, member)).collect();
        let mut kept = kept.into_iter();
        self.0.retain(|_, _| kept.next().unwrap_or(true));
    }

    /// All of them, with every folder that they are in: without an entry for it, no folder is a
    /// namespace package.
    pub fn into_entries(mut self) -> Result<Entries, Error> {
        let folders: Vec<String> = self
            .0
            .keys()
            .flat_map(|path| path.match_indices('/').map(|(end, _)| path[..end].to_owned()))
            .collect();
        for folder in folders {
            if let Place::Vacant(place) = self.0.entry(folder) {
                let entry = Entry::folder(place.key().as_str())?;
                place.insert(Member { entry, origin: "".into() });
            }
        }
        let entries = self.0.into_values().map(|member| member.entry).collect();
        Ok(Entries::new(entries, &Order::Path)?)
    }
}

fn same(a: &Entry, b: &Entry) -> Result<bool, Error> {
    Ok(match (a.content(), b.content()) {
        (Some(a), Some(b)) => a == b || a.size() == b.size() && a.digest()? == b.digest()?,
        (None, None) => true,
        _ => false,
    })
}

/// By the endings that platforms have for them.
pub(super) fn is_extension_module(path: &str) -> bool {
    [".so", ".pyd", ".dylib", ".dll"].iter().any(|ending| path.ends_with(ending)) || path.contains(".so.")
}
