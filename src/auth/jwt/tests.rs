//! What is believed of a token, and every way not to be.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::json;

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: Timestamp = Timestamp(1_000_000);

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn hs256(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn token(claims: &Value) -> String {
    hs256(&json!({"alg": "HS256", "typ": "JWT"}), claims, SECRET.as_bytes())
}

fn config() -> IdentityConfig {
    IdentityConfig { jwt_secret: Some(SECRET.into()), ..IdentityConfig::default() }
}

fn read(config: &IdentityConfig, token: &str) -> Result<Claims, JwtError> {
    Verifier::open(config).expect("good keys").expect("tokens are believed").read(token, NOW)
}

#[test]
fn a_good_token_is_believed() {
    let said = json!({"sub": "7", "name": "Ann", "exp": 1001, "nbf": 999.5, "rooms": ["#Lobby", "dev"]});

    let claims = read(&config(), &token(&said)).expect("good");

    assert_eq!((claims.subject.as_str(), claims.name.as_deref()), ("7", Some("Ann")));
    assert_eq!((claims.issuer.as_str(), claims.until), ("jwt ", Timestamp(1_001_000)));
    assert_eq!(claims.rooms.iter().map(RoomName::as_str).collect::<Vec<_>>(), ["lobby", "dev"]);
}

#[test]
fn the_example_of_the_standard_is_verified() {
    // RFC 7515, appendix A.1; its `exp` is 1300819380, and it has no `sub`.
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let secret = Some(hmac::Key::new(hmac::HMAC_SHA256, &URL_SAFE_NO_PAD.decode(key).expect("good")));
    let verifier = Verifier { secret, keys: PublicKeys::default(), issuer: None, audience: None };

    assert_eq!(verifier.read(token, Timestamp(1_300_819_379_000)), Err(JwtError::Subject), "all else is good");
    assert_eq!(verifier.read(token, Timestamp(1_300_819_380_000)), Err(JwtError::Expired));
    assert_eq!(verifier.read(&token.replace("dBjf", "eBjf"), Timestamp(0)), Err(JwtError::Signature));
}

#[test]
fn a_token_that_says_too_little_or_the_wrong_thing_is_refused() {
    let strict = IdentityConfig {
        jwt_issuer: Some("https://id.example".to_owned()),
        jwt_audience: Some("parlor".to_owned()),
        ..config()
    };
    let good = json!({"sub": "7", "exp": 1001, "iss": "https://id.example", "aud": ["other", "parlor"]});
    assert!(read(&strict, &token(&good)).is_ok());
    let with = |key: &str, value: Value| {
        let mut said = good.clone();
        said[key] = value;
        said
    };
    for (said, error) in [
        (with("exp", json!(1000)), JwtError::Expired),
        (with("exp", Value::Null), JwtError::Expired),
        (with("exp", json!("1001")), JwtError::Claims),
        (with("nbf", json!(1000.5)), JwtError::TooEarly),
        (with("iss", json!("https://evil.example")), JwtError::Issuer),
        (with("iss", Value::Null), JwtError::Issuer),
        (with("aud", json!("other")), JwtError::Audience),
        (with("aud", json!(["other"])), JwtError::Audience),
        (with("aud", Value::Null), JwtError::Audience),
        (with("sub", json!("")), JwtError::Subject),
        (with("sub", json!("x".repeat(256))), JwtError::Subject),
        (with("sub", Value::Null), JwtError::Subject),
        (with("sub", json!(7)), JwtError::Claims),
        (with("rooms", json!(["no such name!"])), JwtError::Claims),
        (with("rooms", json!(vec!["a"; 101])), JwtError::Claims),
    ] {
        assert_eq!(read(&strict, &token(&said)), Err(error), "{said}");
    }
}

#[test]
fn a_token_without_a_good_signature_is_refused() {
    let claims = json!({"sub": "7", "exp": 1001});
    let unsigned = format!("{}.{}.", encode(&json!({"alg": "none"})), encode(&claims));
    let good = token(&claims);
    let (signed, signature) = good.rsplit_once('.').expect("good");
    let other_claims =
        format!("{}.{}", signed.split_once('.').expect("good").0, encode(&json!({"sub": "1", "exp": 1001})));
    for (bad, error) in [
        (unsigned, JwtError::Algorithm),
        (hs256(&json!({"alg": "None"}), &claims, SECRET.as_bytes()), JwtError::Algorithm),
        (hs256(&json!({"alg": "HS512"}), &claims, SECRET.as_bytes()), JwtError::Algorithm),
        (hs256(&json!({"alg": "HS256", "crit": ["exp"]}), &claims, SECRET.as_bytes()), JwtError::Algorithm),
        (hs256(&json!({"alg": "HS256"}), &claims, b"another secret of thirty-two byte"), JwtError::Signature),
        (format!("{signed}."), JwtError::Signature),
        (format!("{other_claims}.{signature}"), JwtError::Signature),
        (signed.to_owned(), JwtError::Malformed),
        (format!("{good}="), JwtError::Malformed),
        (String::new(), JwtError::Malformed),
        ("a".repeat(9000), JwtError::Malformed),
    ] {
        assert_eq!(read(&config(), &bad), Err(error), "{bad}");
    }
}

/// A key set with one key for ES256 and one for `EdDSA`, in a file, and the pairs.
fn key_set() -> (tempfile::TempDir, IdentityConfig, EcdsaKeyPair, Ed25519KeyPair) {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).expect("a key");
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).expect("a key");
    let ed = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key");
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = ec.public_key().as_ref();
    let set = json!({"keys": [
        {"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "x": text(&point[1..33]), "y": text(&point[33..])},
        {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": text(ed.public_key().as_ref())},
        {"kty": "oct", "kid": "shared", "k": "AAAA"},
    ]});
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    std::fs::write(&path, set.to_string()).expect("written");
    (folder, IdentityConfig { jwt_jwks_file: Some(path), ..IdentityConfig::default() }, ec, ed)
}

fn signed(header: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", encode(header), encode(&json!({"sub": "7", "exp": 1001})));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn published_keys_are_believed_each_for_its_own_algorithm() {
    let (_folder, config, ec, ed) = key_set();
    let elliptic = |message: &[u8]| ec.sign(&SystemRandom::new(), message).expect("signed").as_ref().to_vec();
    let edwards = |message: &[u8]| ed.sign(message).as_ref().to_vec();
    assert!(read(&config, &signed(&json!({"alg": "ES256", "kid": "ec"}), elliptic)).is_ok());
    assert!(read(&config, &signed(&json!({"alg": "ES256"}), elliptic)).is_ok());
    assert!(read(&config, &signed(&json!({"alg": "EdDSA", "kid": "ed"}), edwards)).is_ok());

    let unknown = signed(&json!({"alg": "ES256", "kid": "gone"}), elliptic);
    assert_eq!(read(&config, &unknown), Err(JwtError::UnknownKey));
    assert_eq!(read(&config, &signed(&json!({"alg": "ES256", "kid": "ed"}), elliptic)), Err(JwtError::UnknownKey));
    assert_eq!(read(&config, &signed(&json!({"alg": "ES256", "kid": "ec"}), edwards)), Err(JwtError::Signature));
    assert_eq!(
        read(&config, &signed(&json!({"alg": "RS256"}), elliptic)),
        Err(JwtError::Algorithm),
        "no key of the kind"
    );
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let (folder, config, ec, _) = key_set();
    let file = std::fs::read(folder.path().join("keys.json")).expect("read");
    for secret in [ec.public_key().as_ref(), &file] {
        let confused = hs256(&json!({"alg": "HS256", "kid": "ec"}), &json!({"sub": "7", "exp": 1001}), secret);
        assert_eq!(read(&config, &confused), Err(JwtError::Algorithm));
    }
}

#[test]
fn rs256_is_that_of_the_standard() {
    // RFC 7515, appendix A.2; as above, it has no `sub`.
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    std::fs::write(&path, json!({"keys": [{"kty": "RSA", "n": n, "e": "AQAB"}]}).to_string()).expect("written");
    let config = IdentityConfig { jwt_jwks_file: Some(path), ..IdentityConfig::default() };
    let verifier = Verifier::open(&config).expect("good").expect("some");

    assert_eq!(verifier.read(token, Timestamp(0)), Err(JwtError::Subject), "the signature is good");
    assert_eq!(verifier.read(&token.replace(".cC4h", ".dC4h"), Timestamp(0)), Err(JwtError::Signature));
}

#[test]
fn a_key_set_that_is_of_no_use_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let config = IdentityConfig { jwt_jwks_file: Some(path.clone()), ..IdentityConfig::default() };
    let told = || Verifier::open(&config).err().expect("refused").to_string();

    assert!(told().contains("cannot be read"));
    std::fs::write(&path, "{}").expect("written");
    assert!(told().contains("is no JSON Web Key Set"));
    std::fs::write(&path, r#"{"keys": [{"kty": "oct", "k": "AAAA"}]}"#).expect("written");
    assert!(told().contains("has no key for RS256"));
    assert!(Verifier::open(&IdentityConfig::default()).expect("good").is_none());
}
