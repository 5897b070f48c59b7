//! Texts under a name that says they are secret.
//!
//! A name is a noun phrase, and what it names is its *head*: the last word, or the last before `for` and the like.
//! `PASSWORD_RESET_TOPIC` is a topic and `TOKEN_TABLE` a table, whatever stands before; `DB_PASSWORD_PROD` is a password,
//! since `PROD` only says which one.

/// The least entropy of a key or token, in bits per letter: random texts of 16 letters have 3.5 and more, words less.
const MIN_ENTROPY: f64 = 3.0;
/// The shortest key or token.
const MIN_KEY: usize = 12;
/// The shortest password that is told from a flag or a number.
const MIN_PASSWORD: usize = 4;

/// Words for passwords and for keys.
const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pass",
    "requirepass",
];
const KEYS: &[&str] = &[
    "secret",
    "secrets",
    "token",
    "apikey",
    "credential",
    "credentials",
];
/// Words that are written together with what comes before: `pgpassword`, `clientsecret`, `secretkey`.
const PASSWORD_ENDS: &[&str] = &["password", "passwd", "passphrase"];
const KEY_ENDS: &[&str] = &[
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
];
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
    ("shared", "key"),
    ("master", "key"),
    ("license", "key"),
    ("key", "base"),
];
/// Words after which it is said of what a secret is, not what it is.
const PREPOSITIONS: &[&str] = &["for", "of", "in", "to", "from", "on", "by", "with"];
/// Words at the end that say which one of several it is, or how it is written.
const QUALIFIERS: &[&str] = &[
    "value",
    "plain",
    "plaintext",
    "cleartext",
    "text",
    "string",
    "raw",
    "base64",
    "b64",
    "encoded",
    "wo",
    "default",
    "initial",
    "old",
    "new",
    "current",
    "previous",
    "primary",
    "secondary",
    "prod",
    "production",
    "dev",
    "development",
    "stage",
    "staging",
    "test",
    "testing",
    "qa",
    "uat",
    "live",
    "local",
];
/// How names of settings begin that are put into pages and apps: what is there is public by intent.
const PUBLISHED: &[&str] = &[
    "NEXT_PUBLIC_",
    "REACT_APP_",
    "VITE_",
    "EXPO_PUBLIC_",
    "GATSBY_",
    "NUXT_PUBLIC_",
    "VUE_APP_",
];

/// What a name says that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Password,
    Key,
}

/// What a text under a name is, if the name says that it is secret and the text could be.
pub(super) fn says(name: &str, text: &str) -> Option<&'static str> {
    if is_published(name) {
        return None;
    }
    match sort(name)? {
        Sort::Password => is_password(text).then_some("a password"),
        Sort::Key => is_key(text).then_some("a key or token"),
    }
}

/// Whether a name says that it names a secret.
pub(super) fn is_secret(name: &str) -> bool {
    sort(name).is_some()
}

/// Whether what is under a name is put into pages and apps.
pub(super) fn is_published(name: &str) -> bool {
    PUBLISHED.iter().any(|start| name.starts_with(start))
}

/// Whether a name says that keys of it are made for browsers and apps, which everyone can read.
pub(super) fn is_for_browsers(name: &str) -> bool {
    const BROWSERS: [&str; 6] = [
        "public",
        "publishable",
        "browser",
        "firebase",
        "maps",
        "web",
    ];
    is_published(name) || words(name).iter().any(|word| BROWSERS.contains(&&**word))
}

fn sort(name: &str) -> Option<Sort> {
    let mut words = words(name);
    let preposition = words
        .iter()
        .skip(1)
        .position(|word| PREPOSITIONS.contains(&word.as_str()));
    if let Some(at) = preposition {
        words.truncate(at + 1);
    }
    while words.len() > 1 && words.last().is_some_and(|word| is_qualifier(word)) {
        words.pop();
    }
    let head = words.last()?.as_str();
    let ends = |list: &[&str]| list.iter().any(|end| head.ends_with(end));
    if PASSWORDS.contains(&head) || ends(PASSWORD_ENDS) {
        return Some(Sort::Password);
    }
    let pair = words.len() > 1 && KEY_PAIRS.contains(&(words[words.len() - 2].as_str(), head));
    (pair || KEYS.contains(&head) || ends(KEY_ENDS)).then_some(Sort::Key)
}

fn is_qualifier(word: &str) -> bool {
    let number = word.strip_prefix('v').unwrap_or(word);
    let number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    number || QUALIFIERS.contains(&word)
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

/// Whether a text under the name of a password could be one: no reference to where it really is, no placeholder, no
/// sentence about it. Any sign and even spaces may be in a password.
pub(super) fn is_password(text: &str) -> bool {
    text.len() >= MIN_PASSWORD
        && !is_reference(text)
        && !is_switch(text)
        && !is_example(text)
        && !is_description(text)
}

/// Whether a text under the name of a key or token could be one.
pub(super) fn is_key(text: &str) -> bool {
    let mixed =
        text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic());
    let code = |c: char| c.is_whitespace() || "$%<>`(){}".contains(c);
    text.len() >= MIN_KEY
        && mixed
        && !text.contains(code)
        && !is_reference(text)
        && !is_example(text)
        && !is_slug(text)
        && !text.contains(['/', '.']) | (text.len() >= 32)
        && entropy(text) >= MIN_ENTROPY
}

/// Whether it says where a secret is or what will stand in its place: a path, a URL, an ARN, a piece of code.
pub(super) fn is_reference(text: &str) -> bool {
    const STARTS: [&str; 16] = [
        "arn:",
        "/",
        "./",
        "http://",
        "https://",
        "ssm:",
        "vault:",
        "secretsmanager:",
        "projects/",
        "rds!",
        "op://",
        "sm://",
        "file:",
        "env:",
        "ref+",
        "@Microsoft.",
    ];
    const CODE: [&str; 5] = ["{{", "${", "$(", "%(", "#{"];
    const PAIRS: [(&str, &str); 6] = [
        ("<", ">"),
        ("{", "}"),
        ("[", "]"),
        ("`", "`"),
        ("%", "%"),
        ("__", "__"),
    ];
    let word = |c: char| c.is_ascii_alphanumeric() || "_:@?*".contains(c);
    let variable = text
        .strip_prefix('$')
        .is_some_and(|rest| rest.chars().all(word));
    let enclosed = |(open, close): &(&str, &str)| {
        text.len() > open.len() && text.starts_with(open) && text.ends_with(close)
    };
    // `prod/db/password` is the name of a secret in a store.
    let path = text
        .rsplit_once('/')
        .is_some_and(|(_, last)| sort(last).is_some());
    variable
        || path
        || CODE.iter().any(|mark| text.contains(mark))
        || STARTS.iter().any(|start| text.starts_with(start))
        || PAIRS.iter().any(enclosed)
}

/// Whether it is made of words and short numbers: the name of a thing (`orders-prod-tokens-v2`), not a random text.
fn is_slug(text: &str) -> bool {
    let short = |part: &str| {
        let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = part.len() - letters.len();
        let case = letters.bytes().all(|b| b.is_ascii_lowercase())
            || letters.bytes().all(|b| b.is_ascii_uppercase())
            || letters.bytes().skip(1).all(|b| b.is_ascii_lowercase());
        let most = if letters.is_empty() { 4 } else { 2 };
        letters.bytes().all(|b| b.is_ascii_alphabetic()) && case && digits <= most
    };
    let mut parts = text.split(['-', '_', '.', '/', ':']);
    text.contains(['-', '_', '.', '/', ':']) && parts.all(short)
}

fn is_switch(text: &str) -> bool {
    const SWITCHES: [&str; 10] = [
        "true", "false", "none", "null", "enabled", "disabled", "required", "optional", "default",
        "auto",
    ];
    SWITCHES.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether it is a sentence about a password.
fn is_description(text: &str) -> bool {
    const ABOUT: [&str; 10] = [
        "the", "your", "for", "from", "see", "must", "please", "enter", "password", "secret",
    ];
    let mut words = text.split_whitespace();
    text.trim().contains(char::is_whitespace)
        && words.any(|word| {
            let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            ABOUT.iter().any(|about| word.eq_ignore_ascii_case(about))
        })
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
        "replace-",
        "replace_",
        "replaceme",
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
