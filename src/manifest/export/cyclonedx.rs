//! CycloneDX documents.

use serde_json::{Value, json};

use super::in_toto::purl;
use crate::archive::Digest;
use crate::manifest::Manifest;

/// A CycloneDX 1.6 document with the artifact and, as its components, the files in it. No serial
/// number and no time are in it.
///
/// ```
/// use pyrepro::manifest::{self, Scope, export};
///
/// let manifest = manifest::describe("LICENSE".as_ref(), &Scope::default())?;
/// assert_eq!(export::cyclonedx(&manifest)["components"][0]["name"], "LICENSE");
/// # Ok::<(), manifest::DescribeError>(())
/// ```
pub fn cyclonedx(manifest: &Manifest) -> Value {
    let Manifest { artifact, members, pyrepro, .. } = manifest;
    let files = members.iter().filter_map(|member| {
        let mut component = file(&format!("member:{}", member.path), member.path.as_str(), member.sha256?);
        if let Some(bytecode) = &member.bytecode {
            component["properties"] = json!([
                property("source", &bytecode.source),
                property("python", &bytecode.python),
                property("code_sha256", &bytecode.code_sha256.to_string()),
            ]);
        }
        Some(component)
    });
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": file("artifact", &artifact.name, artifact.sha256),
            "tools": {"components": [{
                "type": "application",
                "name": "pyrepro",
                "version": pyrepro.version,
                "purl": format!("pkg:cargo/pyrepro@{}", purl(&pyrepro.version)),
            }]},
        },
        "components": files.collect::<Vec<_>>(),
    })
}

fn file(reference: &str, name: &str, sum: Digest) -> Value {
    json!({
        "type": "file",
        "bom-ref": reference,
        "name": name,
        "hashes": [{"alg": "SHA-256", "content": sum}],
    })
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": format!("pyrepro:{name}"), "value": value})
}
