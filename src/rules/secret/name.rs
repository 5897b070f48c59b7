//! Texts under a name that says they are secret.

/// The least entropy of a key or token, in bits per letter: random texts of 16 letters have 3.5 and more, words less.
const MIN_ENTROPY: f64 = 3.0;
/// The shortest key or token.
const MIN_KEY: usize = 12;
/// The shortest password that is told from a flag or a number.
const MIN_PASSWORD: usize = 4;

/// Words of names of passwords and of keys.
const PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "pwd", "pass"];
const KEYS: &[&str] = &["secret", "token", "apikey", "credential", "credentials"];
/// Two words that together name a key.
const KEY_PAIRS: &[(&str, &str)] = &[
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("auth", "key"),
    ("encryption", "key"),
    ("signing", "key"),
    ("secret", "key"),
    ("account", "key"),
];
/// Words that make it the name of something about a secret instead.
const ABOUT: &[&str] = &[
    "arn",
    "name",
    "names",
    "path",
    "file",
    "url",
    "uri",
    "endpoint",
    "id",
    "ids",
    "parameter",
    "param",
    "ref",
    "version",
    "policy",
    "length",
    "expiry",
    "expiration",
    "ttl",
    "days",
    "hours",
    "seconds",
    "minutes",
    "type",
    "region",
    "enabled",
    "required",
    "header",
    "prefix",
    "suffix",
    "rotation",
    "field",
    "alias",
    "algorithm",
    "issuer",
    "audience",
    "scope",
    "location",
    "store",
    "manager",
    "provider",
    "source",
    "format",
    "attribute",
    "count",
    "size",
    "validity",
    "units",
];

/// What a text under a name is, if the name says that it is secret and the text could be.
pub(super) fn says(name: &str, text: &str) -> Option<&'static str> {
    let words = words(name);
    let last = words.last()?;
    if ABOUT.contains(&last.as_str()) {
        return None;
    }
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has(PASSWORDS) {
        return is_password(text).then_some("a password");
    }
    let pair = words
        .windows(2)
        .any(|two| KEY_PAIRS.contains(&(two[0].as_str(), two[1].as_str())));
    (pair || has(KEYS)).then(|| is_key(text).then_some("a key or token"))?
}

/// The words of a name in lower case: `dbPassword`, `DB_PASSWORD` and `db-password` are `db`, `password`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            words.push(String::new());
            lower = false;
            continue;
        }
        if c.is_ascii_uppercase() && lower {
            words.push(String::new());
        }
        lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a text under the name of a password could be one: no reference to where it really is, no placeholder.
pub(super) fn is_password(text: &str) -> bool {
    text.len() >= MIN_PASSWORD && is_literal(text) && !is_switch(text) && !is_example(text)
}

/// Whether a text under the name of a key or token could be one.
fn is_key(text: &str) -> bool {
    let mixed =
        text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic());
    text.len() >= MIN_KEY
        && mixed
        && is_literal(text)
        && !is_example(text)
        && !text.contains(['/', '.']) | (text.len() >= 32)
        && entropy(text) >= MIN_ENTROPY
}

/// Whether it is no reference, path, URL, ARN or piece of code.
fn is_literal(text: &str) -> bool {
    const REFERENCES: [&str; 9] = [
        "arn:",
        "/",
        "./",
        "http://",
        "https://",
        "ssm:",
        "vault:",
        "secretsmanager:",
        "projects/",
    ];
    !text.contains("{{")
        && !text.contains(['$', '%', '<', '>', '`', '(', ')', '{', '}'])
        && !text.contains(char::is_whitespace)
        && !REFERENCES.iter().any(|start| text.starts_with(start))
}

fn is_switch(text: &str) -> bool {
    const SWITCHES: [&str; 10] = [
        "true", "false", "none", "null", "enabled", "disabled", "required", "optional", "default",
        "auto",
    ];
    SWITCHES.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether it is one letter over and over, or says itself that it is no real one.
pub(super) fn is_example(text: &str) -> bool {
    let mut letters = text.chars();
    let same = letters
        .next()
        .is_some_and(|first| letters.all(|c| c == first));
    let lower = text.to_ascii_lowercase();
    same || [
        "example",
        "placeholder",
        "redacted",
        "dummy",
        "xxxx",
        "your-",
        "your_",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Shannon's entropy of the letters, in bits per letter.
fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = text.len() as f64;
    let bits = counts.iter().filter(|count| **count > 0).map(|count| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    });
    bits.sum()
}
