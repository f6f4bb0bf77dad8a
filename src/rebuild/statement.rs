//! What a rebuild came to, for other tools: in-toto statements with SLSA provenance, signed if there is a key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde_json::{Value, json};

use super::result::RebuildResult;
use super::strategy::Strategy;
use crate::archive::Digest;

/// What the two statements are, by the names that OSS Rebuild gave them. Its tools read these too.
const REBUILD: &str = "https://docs.oss-rebuild.dev/builds/Rebuild@v0.1";
const EQUIVALENCE: &str = "https://docs.oss-rebuild.dev/builds/ArtifactEquivalence@v0.1";

/// The type of what is signed.
const PAYLOAD: &str = "application/vnd.in-toto+json";

/// Where the program is from that made them.
const PROGRAM: &str = "pkg:cargo/pyrepro";

/// The statements about a rebuilt wheel: that it was rebuilt, of what and how; and, if that is proven, that the
/// published wheel is equal to the rebuilt one.
///
/// The subject of the first is the rebuilt wheel, `rebuild/NAME`; of the second it is the published wheel.
pub fn statements(result: &RebuildResult) -> Vec<Value> {
    let rebuild = rebuild_statement(result);
    let equivalence = result.grade.is_proof().then(|| equivalence_statement(result)).flatten();
    equivalence.into_iter().chain(rebuild).collect()
}

fn rebuild_statement(result: &RebuildResult) -> Option<Value> {
    let (rebuilt, strategy) = (result.rebuilt.as_ref()?, result.strategy.as_ref()?);
    let (name, version) = result.release.split_once("==")?;
    let definition = json!({
        "buildType": REBUILD,
        "externalParameters": {
            "artifact": result.wheel,
            "ecosystem": "pypi",
            "package": name,
            "version": version,
        },
        "internalParameters": internal(result),
        "resolvedDependencies": dependencies(result, strategy)?,
    });
    let byproducts = json!([
        encoded_file("build.json", &serde_json::to_string(strategy).ok()?),
        encoded_file("Dockerfile", &dockerfile(result, strategy)),
        encoded_file(
            "steps.json",
            &json!([{"name": "pyrepro", "script": command_of(result, strategy)}]).to_string()
        ),
    ]);
    let subject =
        json!([{"name": format!("rebuild/{}", result.wheel), "digest": {"sha256": rebuilt.sha256}}]);
    Some(provenance(subject, definition, byproducts))
}

fn equivalence_statement(result: &RebuildResult) -> Option<Value> {
    let (published, rebuilt) = (result.sha256?, result.rebuilt.as_ref()?);
    let (candidate, target) =
        (format!("rebuild/{}", result.wheel), result.url.as_ref().unwrap_or(&result.wheel));
    let definition = json!({
        "buildType": EQUIVALENCE,
        "externalParameters": {"candidate": candidate, "target": target},
        "internalParameters": internal(result),
        "resolvedDependencies": [
            {"name": candidate, "digest": {"sha256": rebuilt.sha256}},
            {"name": target, "digest": {"sha256": published}},
        ],
    });
    let mut normal = json!({"name": format!("normalized/{}", result.wheel)});
    if let Some(digest) = rebuilt.normal_sha256 {
        normal["digest"] = json!({"sha256": digest});
    }
    let subject = json!([{"name": result.wheel, "digest": {"sha256": published}}]);
    Some(provenance(subject, definition, json!([normal])))
}

fn provenance(subject: Value, definition: Value, byproducts: Value) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": definition,
            "runDetails": {
                "builder": {
                    "id": format!("pkg:cargo/pyrepro@{}", env!("CARGO_PKG_VERSION")),
                    "version": {"pyrepro": env!("CARGO_PKG_VERSION")},
                },
                "metadata": {},
                "byproducts": byproducts,
            },
        },
    })
}

/// What OSS Rebuild has there, the program that did it, and what pyrepro adds: the grade and the strategy.
fn internal(result: &RebuildResult) -> Value {
    let program = json!({"repository": PROGRAM, "ref": format!("v{}", env!("CARGO_PKG_VERSION"))});
    json!({
        "prebuildSource": program,
        "serviceSource": program,
        "grade": result.grade,
        "strategy": result.strategy,
    })
}

/// The source, the interpreter, and the build environment by hash.
fn dependencies(result: &RebuildResult, strategy: &Strategy) -> Option<Vec<Value>> {
    let source = result.source.as_ref()?;
    let uri = source.url.as_ref();
    let mut dependency = match (&source.commit, uri) {
        (Some(commit), Some(uri)) => {
            json!({"name": format!("git+{uri}"), "digest": {"gitCommit": commit, "sha1": commit}})
        }
        _ => json!({"name": source.name}),
    };
    if let Some(digest) = source.sha256 {
        dependency["digest"] = json!({"sha256": digest});
    }
    if let Some(uri) = uri {
        dependency["uri"] = json!(uri);
    }
    let python = json!({"name": "cpython", "uri": format!("pkg:generic/cpython@{}", strategy.python)});
    let purl = |name: &str, version: &str| format!("pkg:pypi/{name}@{}", version.replace('+', "%2B"));
    let hashes = strategy.locked().ok()?;
    let requirements = result.environment.iter().map(|package| {
        let mut dependency = json!({"name": package.name, "uri": purl(&package.name, &package.version)});
        let is_it = |locked: &&crate::backend::Locked| super::evidence::names(&locked.name, &package.name);
        // Of several wheels of one release it is not known which was taken.
        if let Some([digest]) = hashes.iter().find(is_it).map(|locked| locked.sha256.as_slice()) {
            dependency["digest"] = json!({"sha256": digest});
        }
        dependency
    });
    Some([dependency, python].into_iter().chain(requirements).collect())
}

fn encoded_file(name: &str, content: &str) -> Value {
    json!({"name": name, "content": STANDARD.encode(content)})
}

/// The command that repeats a rebuild, for a shell.
pub fn command_of(result: &RebuildResult, strategy: &Strategy) -> String {
    let strategy = serde_json::to_string(strategy).unwrap_or_default();
    format!("pyrepro rebuild {} --strategy {}", result.release, in_shell(&strategy))
}

/// Text as one word of a shell, whatever is in it.
fn in_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The same in a container, which takes the place of the sandbox.
fn dockerfile(result: &RebuildResult, strategy: &Strategy) -> String {
    format!(
        "FROM docker.io/library/python:{}\nRUN pip install pyrepro=={}\nRUN {} --unsafe\n",
        strategy.python,
        env!("CARGO_PKG_VERSION"),
        command_of(result, strategy)
    )
}

/// Why a statement cannot be signed or is not believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The key cannot be used.
    #[error("the key is not an Ed25519 key in PEM form: {0}; `openssl genpkey -algorithm ed25519` makes one")]
    Key(String),
    /// It is not a statement that pyrepro writes.
    #[error("it is not an in-toto statement about a rebuilt wheel: {0}")]
    Form(String),
    /// No signature of it is by the key.
    #[error("none of its signatures was made with the given key")]
    Signature,
    /// It is signed, and there is no key to check it with.
    #[error("it has no signature, so nobody vouches for it")]
    Unsigned,
}

/// What is signed of a payload (DSSE's pre-authentication encoding).
fn encoded(payload: &[u8]) -> Vec<u8> {
    let mut all = format!("DSSEv1 {} {PAYLOAD} {} ", PAYLOAD.len(), payload.len()).into_bytes();
    all.extend_from_slice(payload);
    all
}

/// Puts a statement into a signed envelope (DSSE), with a private Ed25519 key in PEM form.
pub fn sign(statement: &Value, pem: &str) -> Result<Value, StatementError> {
    let key = SigningKey::from_pkcs8_pem(pem).map_err(|error| StatementError::Key(error.to_string()))?;
    let payload = statement.to_string();
    let signature = key.sign(&encoded(payload.as_bytes()));
    let id = Digest::of(key.verifying_key().as_bytes()).to_string();
    Ok(json!({
        "payloadType": PAYLOAD,
        "payload": STANDARD.encode(&payload),
        "signatures": [{"keyid": id, "sig": STANDARD.encode(signature.to_bytes())}],
    }))
}

/// A statement that was read, and checked as far as was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// The SHA-256 of the wheel that it is about.
    pub subject: Digest,
    /// Whether it says that a published wheel is equal to a rebuilt one, and not how one was rebuilt.
    pub is_equivalence: bool,
    /// The name of that wheel.
    pub name: String,
    /// The grade that it claims.
    pub grade: String,
    /// The strategy that it claims, for another rebuild.
    pub strategy: Strategy,
    /// Whether a signature was checked.
    pub signed: bool,
}

/// Reads a statement, signed or not. With a public key it has to be signed by that key.
pub fn read_statement(text: &str, public: Option<&str>) -> Result<Stated, StatementError> {
    let form = |reason: &str| StatementError::Form(reason.to_owned());
    let outer: Value = serde_json::from_str(text).map_err(|error| StatementError::Form(error.to_string()))?;
    let (statement, signed) = match (outer.get("payload"), public) {
        (Some(_), key) => (open(&outer, key)?, key.is_some()),
        (None, Some(_)) => return Err(StatementError::Unsigned),
        (None, None) => (outer, false),
    };
    if statement["_type"] != "https://in-toto.io/Statement/v1" {
        return Err(form("_type is not that of version 1"));
    }
    let [subject] = statement["subject"].as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err(form("it has not exactly one subject"));
    };
    let digest = subject["digest"]["sha256"].as_str().and_then(|digest| digest.parse().ok());
    let definition = &statement["predicate"]["buildDefinition"];
    let is_equivalence = match definition["buildType"].as_str() {
        Some(EQUIVALENCE) => true,
        Some(REBUILD) => false,
        _ => return Err(form("its buildType is neither of OSS Rebuild's two")),
    };
    let strategy = serde_json::from_value(definition["internalParameters"]["strategy"].clone());
    Ok(Stated {
        subject: digest.ok_or_else(|| form("its subject has no sha256"))?,
        is_equivalence,
        name: subject["name"].as_str().unwrap_or_default().to_owned(),
        grade: definition["internalParameters"]["grade"].as_str().unwrap_or_default().to_owned(),
        strategy: strategy.map_err(|error| StatementError::Form(error.to_string()))?,
        signed,
    })
}

fn open(envelope: &Value, public: Option<&str>) -> Result<Value, StatementError> {
    let form = |reason: &str| StatementError::Form(reason.to_owned());
    let decode = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default()).ok();
    if envelope["payloadType"] != PAYLOAD {
        return Err(form("payloadType is not that of in-toto"));
    }
    let payload = decode(&envelope["payload"]).ok_or_else(|| form("its payload is not Base64"))?;
    if let Some(pem) = public {
        let key =
            VerifyingKey::from_public_key_pem(pem).map_err(|error| StatementError::Key(error.to_string()))?;
        let signatures = envelope["signatures"].as_array().map(Vec::as_slice).unwrap_or_default();
        let holds = signatures.iter().filter_map(|signature| decode(&signature["sig"])).any(|bytes| {
            let signature = Signature::from_slice(&bytes);
            signature.is_ok_and(|signature| key.verify_strict(&encoded(&payload), &signature).is_ok())
        });
        if !holds {
            return Err(StatementError::Signature);
        }
    }
    serde_json::from_slice(&payload).map_err(|error| StatementError::Form(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_stays_one_word_of_a_shell() {
        assert_eq!(in_shell("a'; touch x"), r"'a'\''; touch x'");
    }
}
