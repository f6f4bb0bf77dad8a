//! Bytecode among the members of an artifact, held against its sources.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;
use std::sync::atomic::Ordering;

use super::files::Files;
use super::{Error, Origin, Request};
use crate::compile::{self, Unavailable};
use crate::in_order;
use crate::pyc::{CachedName, Header, Invalidation, Optimization};
use crate::verify::installed::Reference;

/// A bytecode file and the source that it should be of.
struct Pair<'a> {
    path: &'a str,
    pyc: &'a [u8],
    name: CachedName,
    source: Option<&'a [u8]>,
}

/// Where each bytecode file among the members comes from.
pub(super) fn origins(
    members: &Files,
    source: Option<&Files>,
    request: &Request<'_>,
) -> Result<HashMap<String, Origin>, Error> {
    let pairs = members.iter().filter_map(|(path, file)| {
        let name = CachedName::parse(Path::new(path))?;
        let beside = name.source.to_str()?;
        // Where bytecode takes the place of its source, that is not in the artifact.
        let source = members.get(beside).or_else(|| Some(source?.at(beside)?.1));
        let source = source.and_then(|file| file.content.as_deref());
        Some(Pair { path, pyc: file.content.as_deref()?, name, source })
    });
    let pairs: Vec<Pair<'_>> = pairs.collect();
    let mut origins = HashMap::new();
    let mut failure = Ok(());
    let work = |pair: &Pair<'_>| (pair.path.to_owned(), pair.origin(request.references));
    let keep = |(path, origin): (String, Result<Origin, Unavailable>)| {
        match origin {
            Ok(origin) => drop(origins.insert(path, origin)),
            Err(unavailable) => failure = Err(unavailable),
        }
        Ok::<(), Infallible>(())
    };
    let stopped = || request.stop.load(Ordering::Relaxed);
    let Ok(()) = in_order::work(pairs.iter(), request.jobs.get(), work, stopped, keep);
    failure?;
    if stopped() {
        return Err(Error::Interrupted);
    }
    Ok(origins)
}

impl Pair<'_> {
    fn origin(&self, references: &[Reference<'_>]) -> Result<Origin, Unavailable> {
        let header = match Header::parse(self.pyc) {
            Ok(header) => header,
            Err(error) => return Ok(Origin::NotCompared(error.to_string())),
        };
        let Some(source) = self.source else {
            return Ok(Origin::NotCompared("its source is not there".to_owned()));
        };
        // Nobody knows any more when the source was changed, only how long it was.
        let mtime = match header.invalidation {
            Invalidation::Timestamp { mtime, .. } => mtime.into(),
            _ => 0,
        };
        if !header.belongs_to(source, mtime) {
            return Ok(Origin::Forged("its header is of another source".to_owned()));
        }
        let Some(reference) = references.iter().find(|reference| reference.version == header.version) else {
            return Ok(Origin::NotCompared(format!(
                "there is no Python {} to compile its source with",
                header.version
            )));
        };
        self.compiled(source, reference)
    }

    /// Compiles the source again. A name without a level may be of any.
    fn compiled(&self, source: &[u8], reference: &Reference<'_>) -> Result<Origin, Unavailable> {
        let named: Option<Optimization> = match (&self.name.optimization, &self.name.cache_tag) {
            (Some(level), _) => level.parse().ok(),
            (None, Some(_)) => Some(Optimization::default()),
            (None, None) => None,
        };
        let levels = named.map_or(Optimization::ALL.to_vec(), |level| vec![level]);
        for level in levels {
            match compile::Origin::of(self.pyc, source, level, reference.compiler) {
                Err(error) => return Ok(Origin::Forged(format!("it is no bytecode: {error}"))),
                Ok(origin) => match origin? {
                    compile::Origin::Same => return Ok(Origin::Bytecode),
                    compile::Origin::Other => {}
                    compile::Origin::Nothing(diagnostic) => {
                        return Ok(Origin::Forged(format!("its source does not compile: {diagnostic}")));
                    }
                },
            }
        }
        Ok(Origin::Forged(format!("its code is not what {} makes of its source", reference.name)))
    }
}
