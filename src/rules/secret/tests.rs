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
    let said = |found: &super::Found| {
        found.secrets.first().map(|secret| match &secret.what {
            std::borrow::Cow::Borrowed(what) => *what,
            std::borrow::Cow::Owned(_) => "something",
        })
    };
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
fn the_head_of_a_name_says_what_it_names() {
    for (name, text) in [
        ("ADMIN_PASSWORD_PROD", "hunter22"),
        ("PASSWORD_FOR_REPORTS", "hunter22"),
        ("PGPASSWORD", "hunter22"),
        ("SECRET_KEY_BASE", "9f8a7c6b5d4e3f2a1b0c"),
        ("db.password.value", "hunter22"),
        ("ROOT_PASSWORD", "correct horse 7 staple"),
        ("ROOT_PASSWORD", "x(9)$w<2>%q"),
    ] {
        assert!(what(name, text).is_some(), "{name}: {text}");
    }
    for (name, text) in [
        ("PASSWORD_ROTATION_QUEUE", "rotation-queue-7"),
        ("SECRET_SYNC_BUCKET", "sync-9f8a7c6b5d4e"),
        ("TOKEN_ISSUER_HOST", "issuer-01.internal.example-corp"),
        ("API_KEY_TABLE", "keys-prod-v3"),
        ("CLIENT_SECRET", "payments-client-secret-v2"),
        ("DB_PASSWORD", "prod/orders/password"),
        ("DB_PASSWORD", "rds!db-2b3c4d5e-0000-1111-2222-333344445555"),
        ("DB_PASSWORD", "$DB_PASSWORD"),
        ("DB_PASSWORD", "%DB_PASSWORD%"),
        ("DB_PASSWORD", "Password of the reporting user"),
        ("NEXT_PUBLIC_MAPS_API_KEY", "9f8a7c6b5d4e3f2a1b0c"),
    ] {
        assert_eq!(what(name, text), None, "{name}: {text}");
    }
}

#[test]
fn texts_that_hold_a_secret_among_others() {
    for text in [
        "jdbc:postgresql://db/app?user=app&password=q7Wn2Lz9aaB",
        "Server=db;User Id=app;Password=q7Wn2Lz9aaB;Encrypt=true",
        "host=db user=app password=q7Wn2Lz9aaB sslmode=require",
        "amqps://app:q7W%40n2Lz9@broker.internal:5671",
        "redis-cli --pass=x --password q7Wn2Lz9aaB ping",
        "#!/bin/sh\ndocker run -d -e A=b -e DB_PASSWORD=q7Wn2Lz9aaB app",
        "aws configure set profile.ci.aws_secret_access_key q7Wn2Lz9/aaBq7Wn2Lz9+aaBq7Wn2Lz9aaBxx12",
        "echo 'admin:q7Wn2Lz9' | chpasswd",
        "curl -u ci:q7Wn2Lz9aaB https://repo.internal/",
        "$p = ConvertTo-SecureString 'q7Wn2Lz9' -AsPlainText -Force",
        "{\"user\": \"app\", \"password\": \"q7Wn2Lz9aaB\"}",
        "Authorization: Basic YXBwOnE3V24yTHo5",
    ] {
        assert!(what("SETTINGS", text).is_some(), "{text}");
    }
    for text in [
        "export DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id db --query SecretString)",
        "export DB_PASSWORD=\"${DB_PASSWORD}\"",
        "mysql --password \"$MYSQL_PWD\" -e 'select 1'",
        "if [ \"$password\" == \"unset\" ]; then exit 1; fi",
        "$password = Get-SECSecretValue -SecretId db",
        "password = config.db_password",
        "password = os.environ[\"DB_PASSWORD\"]",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-db-Ab12Cd",
        "Server=db;User Id=app;Password=${password};Encrypt=true",
        "https://docs.example.org/reset?token_type=bearer",
    ] {
        assert_eq!(what("SETTINGS", text), None, "{text}");
    }
}

#[test]
fn keys_for_browsers_are_public() {
    let key = ["AIza", "SyA8Kd93jfLw0qPz71mXn5Tr2bVc6Ys4Gh1"].concat();
    assert!(what("GEOCODER_KEY", &key).is_some());
    assert_eq!(what("FIREBASE_API_KEY", &key), None);
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
