//! Secrets that must be found, and texts that must not be taken for one.

use super::find;
use crate::eval::{Collection, Data, Entry, Map, Value, Why};
use crate::source::Span;

fn entry(key: &str, text: &str) -> Entry {
    Entry {
        key: key.into(),
        span: Span::nowhere(),
        value: Value::text(text, Span::nowhere()),
    }
}

fn object(entries: Vec<Entry>) -> Value {
    let map = Map::new(entries, None, Collection::Structural);
    Value::new(Data::Map(std::sync::Arc::new(map)), Span::nowhere())
}

fn what(name: &str, text: &str) -> Option<&'static str> {
    let direct = find(&object(vec![entry(name, text)]));
    let pair = find(&object(vec![entry("Name", name), entry("Value", text)]));
    let said = |found: &super::Found| found.secrets.first().map(|secret| secret.what);
    assert_eq!(said(&direct), said(&pair), "{name}: {text}");
    said(&direct)
}

#[test]
fn forms() {
    // Put together here so that no scanner takes this file for a leak.
    let join = |parts: &[&str]| parts.concat();
    assert_eq!(
        what("x", &join(&["AKIA", "J5Q7ZK2WNCX3PLDM"])),
        Some("an AWS access key")
    );
    assert_eq!(what("x", &join(&["AKIA", "IOSFODNN7EXAMPLE"])), None);
    assert_eq!(
        what(
            "x",
            &join(&["ghp_", "a8Kd93jfLw0qPz71mXn5Tr2bVc6Ys4Gh1JkQ"])
        ),
        Some("a GitHub token")
    );
    assert_eq!(
        what("x", "-----BEGIN RSA PRIVATE KEY-----\nMII"),
        Some("a private key")
    );
    assert_eq!(what("x", "-----BEGIN CERTIFICATE-----\nMII"), None);
    assert_eq!(
        what("x", "postgres://app:s3cr3tpw@db:5432/app"),
        Some("a password in a URL")
    );
    assert_eq!(what("x", "postgres://app:${PASSWORD}@db:5432/app"), None);
    assert_eq!(what("x", "https://example.com/path@v2"), None);
}

#[test]
fn names() {
    for (name, text) in [
        ("DB_PASSWORD", "hunter22"),
        ("dbPassword", "Kq8#v"),
        ("API_KEY", "9f8a7c6b5d4e3f2a1b0c"),
        ("clientSecret", "vX8Qz41LkPm27TyR"),
    ] {
        assert!(what(name, text).is_some(), "{name}: {text}");
    }
    for (name, text) in [
        (
            "DB_PASSWORD_ARN",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db",
        ),
        (
            "DB_PASSWORD",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db",
        ),
        ("DB_PASSWORD", "/prod/db/password"),
        ("DB_PASSWORD", "{{resolve:secretsmanager:db}}"),
        ("DB_PASSWORD", "${DB_PASSWORD}"),
        ("DB_PASSWORD", "true"),
        ("DB_PASSWORD", ""),
        ("SECRET_NAME", "prod-db-4711-credentials"),
        ("TOKEN_TTL", "3600"),
        ("SECRET", "my-application-secret"),
        ("KEYBOARD_LAYOUT", "qwertz-9f8a7c6b5d4e"),
        ("COMPASS", "north-north-east"),
        ("KMS_KEY_ID", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ] {
        assert_eq!(what(name, text), None, "{name}: {text}");
    }
}

#[test]
fn what_is_kept_elsewhere_is_no_secret_here() {
    let pair = |kind: Option<&str>| {
        let mut entries = vec![entry("Name", "DB_PASSWORD"), entry("Value", "orders:pass")];
        entries.extend(kind.map(|kind| entry("Type", kind)));
        let map = Map::new(entries, None, Collection::Structural);
        let value = Value::new(Data::Map(std::sync::Arc::new(map)), Span::nowhere());
        find(&value).secrets.len()
    };
    assert_eq!(pair(None), 1);
    assert_eq!(pair(Some("PLAINTEXT")), 1);
    assert_eq!(pair(Some("SECRETS_MANAGER")), 0);
    let dynamic = Value::unknown(Why::Dynamic, Span::nowhere());
    assert!(find(&dynamic).unknown.is_none());
}

#[test]
fn scripts_and_base64() {
    let script = "#!/bin/bash\nexport DB_PASSWORD=\"hunter22\"\n/opt/start";
    let at = |text: &str| find(&Value::text(text, Span::nowhere())).secrets.len();
    assert_eq!(at(script), 1);
    assert_eq!(
        at("#!/bin/bash\nexport DB_PASSWORD=$(aws ssm get-parameter)\n"),
        0
    );
    assert_eq!(at("#!/bin/bash\npassword=$1\necho done\n"), 0);
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(script);
    assert_eq!(at(&encoded), 1);
}
