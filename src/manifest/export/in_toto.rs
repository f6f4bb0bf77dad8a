//! in-toto statements with SLSA provenance.

use serde_json::{Value, json};

use crate::archive::Digest;
use crate::manifest::{Manifest, SCHEMA};

/// What a reader of the provenance goes by: its parameters are the options, interpreters and epoch of a
/// manifest.
pub const BUILD_TYPE: &str = "https://docs.rs/pyrepro/latest/pyrepro/manifest/";

/// An in-toto statement v1 about the artifact, with SLSA provenance v1. What was done is in the
/// parameters; what it was done with and to is in the resolved dependencies. No times are in it.
///
/// ```
/// use pyrepro::manifest::{self, Scope, export};
///
/// let manifest = manifest::describe("LICENSE".as_ref(), &Scope::default())?;
/// let statement = export::in_toto(&manifest);
/// assert_eq!(statement["subject"][0]["name"], "LICENSE");
/// # Ok::<(), manifest::DescribeError>(())
/// ```
pub fn in_toto(manifest: &Manifest) -> Value {
    let Manifest { artifact, backend, epoch, inputs, options, pyrepro, targets, .. } = manifest;
    let files = inputs.iter().flat_map(|inputs| &inputs.files);
    let files = files.map(|file| {
        let mut descriptor = descriptor(file.path.as_str(), file.sha256);
        descriptor["annotations"] = json!({"mode": file.mode, "role": file.role, "size": file.size});
        descriptor
    });
    let requirements = backend.iter().flat_map(|backend| &backend.requirements).map(|requirement| {
        let uri = format!("pkg:pypi/{}@{}", purl(&requirement.name), purl(&requirement.version));
        json!({"name": requirement.name, "uri": uri})
    });
    let interpreters = targets.iter().map(|target| {
        json!({
            "name": target.implementation,
            "uri": format!("pkg:generic/{}@{}", purl(&target.implementation), purl(&target.version.to_string())),
        })
    });
    let dependencies: Vec<Value> = files.chain(requirements).chain(interpreters).collect();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [descriptor(&artifact.name, artifact.sha256)],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": without_nulls(json!({
                    "artifact": artifact.kind,
                    "backend": backend.as_ref().map(|backend| &backend.name),
                    "epoch": epoch,
                    "inputs": inputs.as_ref().map(|inputs| inputs.sha256),
                    "options": options,
                    "targets": targets,
                })),
                "internalParameters": {
                    "canonical_form": pyrepro.canonical_form,
                    "encoder": pyrepro.encoder,
                    "schema": SCHEMA,
                },
                "resolvedDependencies": dependencies,
            },
            "runDetails": {
                "builder": {
                    "id": format!("pkg:cargo/pyrepro@{}", purl(&pyrepro.version)),
                    "version": {"pyrepro": pyrepro.version},
                },
            },
        },
    })
}

fn descriptor(name: &str, sum: Digest) -> Value {
    json!({"name": name, "digest": {"sha256": sum}})
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    value
}

/// A part of a package URL, in which only these characters stand for themselves.
pub(super) fn purl(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}
