//! What the wheels of an application need of each other, and whether it is there.

use std::collections::{BTreeMap, BTreeSet};

use super::BuildWarning;
use super::wheel::Wheel;
use crate::project::{Requirement, Source};
use crate::python::Environment;

/// What is needed and not there, or there in another version. Where the environment is not known, that
/// is what is needed on some condition, too, unless it is an extra.
pub(super) fn missing(
    wheels: &[Wheel],
    asked: &[(String, Vec<String>)],
    environment: Option<&Environment>,
) -> Vec<BuildWarning> {
    let extras = extras(wheels, asked, environment);
    let mut warnings = Vec::new();
    for wheel in wheels {
        for requirement in wheel.requires.iter().filter(|one| counts(one, &extras[&wheel.name], environment))
        {
            let needed = requirement.name.normalized();
            let there = wheels.iter().find(|other| other.name == needed);
            let fits = |other: &Wheel| match (&requirement.source, &other.version) {
                (Source::Versions(versions), Some(version)) => versions.take(version),
                _ => true,
            };
            warnings.extend(match there {
                None => Some(BuildWarning::Needs {
                    wheel: wheel.name.clone(),
                    needed: shown(requirement, environment),
                }),
                Some(other) if !fits(other) => Some(BuildWarning::OtherVersion {
                    wheel: wheel.name.clone(),
                    needed: shown(requirement, environment),
                    found: other.version.as_ref().map(ToString::to_string).unwrap_or_default(),
                }),
                Some(_) => None,
            });
        }
    }
    warnings
}

/// The condition is of interest where it is not known whether it holds.
fn shown(requirement: &Requirement, environment: Option<&Environment>) -> String {
    match environment {
        None => requirement.to_string(),
        Some(_) => Requirement { marker: None, ..requirement.clone() }.to_string(),
    }
}

/// The extras that are asked for of each wheel, by the list of requirements or by other wheels.
fn extras(
    wheels: &[Wheel],
    asked: &[(String, Vec<String>)],
    environment: Option<&Environment>,
) -> BTreeMap<String, Vec<String>> {
    let mut extras: BTreeMap<String, BTreeSet<String>> =
        wheels.iter().map(|wheel| (wheel.name.clone(), BTreeSet::new())).collect();
    for (name, more) in asked {
        extras.entry(name.clone()).or_default().extend(more.iter().cloned());
    }
    loop {
        let now: BTreeMap<String, Vec<String>> =
            extras.iter().map(|(name, extras)| (name.clone(), extras.iter().cloned().collect())).collect();
        for wheel in wheels {
            for requirement in wheel.requires.iter().filter(|one| counts(one, &now[&wheel.name], environment))
            {
                let of_it = extras.entry(requirement.name.normalized().to_owned()).or_default();
                of_it.extend(requirement.extras.iter().cloned());
            }
        }
        // Each round asks for more extras of those that are written down somewhere, or is the last.
        let count = |sets: &BTreeMap<String, Vec<String>>| sets.values().map(Vec::len).sum::<usize>();
        if extras.values().map(BTreeSet::len).sum::<usize>() == count(&now) {
            return now;
        }
    }
}

fn counts(requirement: &Requirement, extras: &[String], environment: Option<&Environment>) -> bool {
    match (&requirement.marker, environment) {
        (None, _) => true,
        (Some(marker), Some(environment)) => marker.holds(environment, extras),
        (Some(marker), None) => !marker.to_string().contains("extra"),
    }
}
