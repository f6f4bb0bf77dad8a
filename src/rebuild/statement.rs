//! What a rebuild came to, for other tools: in-toto statements with SLSA provenance, signed if there is a key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde_json::{Value, json};

use super::result::RebuildResult;
use crate::archive::Digest;

/// What a reader of the provenance goes by.
const BUILD_TYPE: &str = "https://docs.rs/pyrepro/latest/pyrepro/rebuild/";

/// The type of what is signed.
const PAYLOAD: &str = "application/vnd.in-toto+json";

/// The statement about a rebuilt wheel, if there is a wheel to state something of.
///
/// The subject is the published wheel; what it was rebuilt from and with are its dependencies.
pub fn statement(result: &RebuildResult) -> Option<Value> {
    let (sha256, strategy) = (result.sha256?, result.strategy.as_ref()?);
    let source = result.source.as_ref()?;
    let mut dependency = json!({"name": source.name});
    if let Some(digest) = source.sha256 {
        dependency["digest"] = json!({"sha256": digest});
    }
    if let Some(url) = &source.url {
        dependency["uri"] = json!(url);
    }
    let requirements = result.environment.iter().map(|package| {
        json!({
            "name": package.name,
            "uri": format!("pkg:pypi/{}@{}", package.name, package.version.replace('+', "%2B")),
        })
    });
    let python = json!({"name": "cpython", "uri": format!("pkg:generic/cpython@{}", strategy.python)});
    let dependencies: Vec<Value> = [dependency, python].into_iter().chain(requirements).collect();
    Some(json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": result.wheel, "digest": {"sha256": sha256}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"release": result.release, "strategy": strategy},
                "internalParameters": {"grade": result.grade, "differences": result.differences},
                "resolvedDependencies": dependencies,
            },
            "runDetails": {
                "builder": {
                    "id": format!("pkg:cargo/pyrepro@{}", env!("CARGO_PKG_VERSION")),
                    "version": {"pyrepro": env!("CARGO_PKG_VERSION")},
                },
            },
        },
    }))
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
    #[error("none of its signatures is by the given key")]
    Signature,
    /// It is signed, and there is no key to check it with.
    #[error("it has no signature; it says what it says, and nobody vouches for it")]
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
    /// The name of that wheel.
    pub name: String,
    /// The grade that it claims.
    pub grade: String,
    /// The strategy that it claims, for another rebuild.
    pub strategy: super::Strategy,
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
    let strategy = serde_json::from_value(definition["externalParameters"]["strategy"].clone());
    Ok(Stated {
        subject: digest.ok_or_else(|| form("its subject has no sha256"))?,
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
            signature.is_ok_and(|signature| key.verify(&encoded(&payload), &signature).is_ok())
        });
        if !holds {
            return Err(StatementError::Signature);
        }
    }
    serde_json::from_slice(&payload).map_err(|error| StatementError::Form(error.to_string()))
}
