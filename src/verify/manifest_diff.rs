//! What a manifest says of an artifact and what turns out to be so.

use serde::Serialize;
use serde_json::Value;

use super::{InputChange, InputDifference, Verdict};
use crate::dist::Input;
use crate::manifest::{Inputs, Manifest, Member, Requirement};

/// Something that a manifest says and that is not so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// The field, such as `artifact.size` or `members.pkg/a.py.mode`.
    pub field: String,
    /// What the manifest has.
    pub recorded: Value,
    /// What there is.
    pub found: Value,
}

impl Claim {
    /// How bad that is: the name of an artifact is no part of its content.
    pub(super) fn verdict(&self) -> Verdict {
        if self.field == "artifact.name" { Verdict::Container } else { Verdict::Differs }
    }
}

/// Everything in which a manifest differs from that of a rebuild. Inputs and what was installed for the
/// build are told elsewhere. Which version of pyrepro it was and what decided the epoch, nobody can know.
pub(super) fn refuted(recorded: &Manifest, rebuilt: &Manifest, any_patch: bool) -> Vec<Claim> {
    let known = |manifest: &Manifest| {
        let mut known = manifest.clone();
        known.inputs = known.inputs.map(|_| Inputs::new(Vec::new()));
        if let (Some(backend), Some(same)) = (&mut known.backend, &rebuilt.backend) {
            backend.requirements.clone_from(&same.requirements);
        }
        known.pyrepro = rebuilt.pyrepro.clone();
        known.sha256 = None;
        // Which of the compilers made it shows in nothing else; that there is such an edition can be known.
        for target in known.targets.iter_mut().filter(|target| any_patch || target.has_real_compiler()) {
            target.compiler = None;
        }
        if let (Some(epoch), Some(same)) = (&mut known.epoch, rebuilt.epoch) {
            epoch.source = same.source;
        }
        if any_patch {
            for (target, same) in known.targets.iter_mut().zip(&rebuilt.targets) {
                target.version = same.version;
            }
        }
        known
    };
    let mut claims = Vec::new();
    let [recorded, rebuilt] = [known(recorded), known(rebuilt)];
    if recorded == rebuilt {
        return claims;
    }
    let [a, b] = [&recorded, &rebuilt].map(|manifest| serde_json::to_value(manifest).unwrap_or_default());
    differences("", &a, &b, &mut claims);
    claims
}

/// Inputs that the manifest cannot be right about: the artifact is the same, and has the file as it is in
/// the source now. What a backend makes anew, such as PKG-INFO, need not have been there.
pub(super) fn false_inputs(recorded: &Manifest, rebuilt: &Manifest, changes: &[InputChange]) -> Vec<Claim> {
    let is_own = recorded.backend.is_none();
    let of = |manifest: &'_ Manifest, change: &InputChange| -> Option<Input> {
        let mut files = manifest.inputs.iter().flat_map(|inputs| &inputs.files);
        files.find(|file| file.role == change.role && file.path.as_str() == change.path).cloned()
    };
    let refuted = changes.iter().filter_map(|change| {
        let may_count = match change.difference {
            InputDifference::Missing => false,
            InputDifference::Added => is_own,
            InputDifference::Changed | InputDifference::Mode => true,
        };
        let found = of(rebuilt, change).filter(|found| may_count && is_packed(found, &rebuilt.members))?;
        let said = of(recorded, change);
        Some(Claim {
            field: format!("inputs.{}", change.path),
            recorded: serde_json::to_value(said).unwrap_or_default(),
            found: serde_json::to_value(found).unwrap_or_default(),
        })
    });
    refuted.collect()
}

/// Whether a member is made of a file as it is.
fn is_packed(input: &Input, members: &[Member]) -> bool {
    let is_below = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let path = input.path.as_str();
    members.iter().any(|member| {
        let place = member.path.as_str();
        member.sha256 == Some(input.sha256) && (is_below(place, path) || is_below(path, place))
    })
}

/// What was installed for one of two builds and not for the other, which had no effect on the artifact.
pub(super) fn installed_otherwise(recorded: &Manifest, rebuilt: &Manifest) -> Vec<String> {
    let of = |manifest: &Manifest| -> Vec<Requirement> {
        manifest.backend.iter().flat_map(|backend| backend.requirements.clone()).collect()
    };
    let (then, now) = (of(recorded), of(rebuilt));
    let beside = |these: &[Requirement], those: &[Requirement]| -> Vec<String> {
        let only = these.iter().filter(|one| !those.contains(one));
        only.map(|Requirement { name, version }| format!("{name} {version}")).collect()
    };
    let note = |what: Vec<String>, when: &str| {
        (!what.is_empty()).then(|| format!("{} was installed for {when} only", what.join(", ")))
    };
    let both = [note(beside(&then, &now), "the recorded build"), note(beside(&now, &then), "the rebuild")];
    both.into_iter().flatten().collect()
}

/// The innermost fields that differ.
fn differences(field: &str, recorded: &Value, found: &Value, claims: &mut Vec<Claim>) {
    let below = |key: &str| if field.is_empty() { key.to_owned() } else { format!("{field}.{key}") };
    match (recorded, found) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let of =
                    |object: &serde_json::Map<String, Value>| object.get(key).cloned().unwrap_or_default();
                differences(&below(key), &of(a), &of(b), claims);
            }
        }
        (Value::Array(a), Value::Array(b)) if field == "members" => by_path(field, a, b, claims),
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                let of = |list: &[Value]| list.get(index).cloned().unwrap_or_default();
                differences(&below(&index.to_string()), &of(a), &of(b), claims);
            }
        }
        (a, b) if a == b => {}
        (a, b) => {
            claims.push(Claim { field: field.to_owned(), recorded: a.clone(), found: b.clone() });
        }
    }
}

/// Members are told apart by their paths, so that one that is missing is one difference.
fn by_path(field: &str, recorded: &[Value], found: &[Value], claims: &mut Vec<Claim>) {
    let name = |member: &Value| member["path"].as_str().unwrap_or_default().to_owned();
    let mut left: std::collections::BTreeMap<String, &Value> =
        found.iter().map(|member| (name(member), member)).collect();
    for member in recorded {
        let there = left.remove(&name(member)).unwrap_or(&Value::Null);
        differences(&format!("{field}.{}", name(member)), member, there, claims);
    }
    for (name, member) in left {
        differences(&format!("{field}.{name}"), &Value::Null, member, claims);
    }
    let moved = recorded.iter().zip(found).find(|(a, b)| name(a) != name(b));
    if let Some((a, b)) = moved.filter(|_| claims.is_empty()) {
        let (recorded, found) = (name(a).into(), name(b).into());
        claims.push(Claim { field: format!("{field} (order)"), recorded, found });
    }
}
