//! Credentials that show by their form what they are, after what their issuers publish.

/// What follows a prefix.
#[derive(Clone, Copy)]
enum Letters {
    /// Upper-case letters and digits.
    Upper,
    /// Letters, digits, `-` and `_`.
    Word,
    /// Hexadecimal digits.
    Hex,
    /// Letters, digits, `-`, `_` and `.`.
    Dotted,
}

/// Prefix, letters that follow, how many at least, what it is.
///
/// Sources: IAM User Guide, "IAM identifiers" (AKIA, ASIA); GitHub, "Behind GitHub's new authentication token formats";
/// GitLab, "Token prefixes"; Slack, "Token types"; Stripe, "API keys"; Google Cloud, "API keys"; SendGrid, "API keys";
/// npm, "About access tokens"; PyPI, "API tokens"; DigitalOcean, "Token format"; HashiCorp Vault, "Tokens";
/// Shopify, "Access token format"; Databricks, "Personal access tokens".
const PREFIXES: &[(&str, Letters, usize, &str)] = &[
    ("AKIA", Letters::Upper, 16, "an AWS access key"),
    ("ASIA", Letters::Upper, 16, "a temporary AWS access key"),
    ("ghp_", Letters::Word, 36, "a GitHub token"),
    ("gho_", Letters::Word, 36, "a GitHub token"),
    ("ghu_", Letters::Word, 36, "a GitHub token"),
    ("ghs_", Letters::Word, 36, "a GitHub token"),
    ("ghr_", Letters::Word, 36, "a GitHub token"),
    ("github_pat_", Letters::Word, 60, "a GitHub token"),
    ("glpat-", Letters::Word, 20, "a GitLab token"),
    ("xoxb-", Letters::Word, 20, "a Slack token"),
    ("xoxp-", Letters::Word, 20, "a Slack token"),
    ("xoxa-", Letters::Word, 20, "a Slack token"),
    ("xoxs-", Letters::Word, 20, "a Slack token"),
    ("sk_live_", Letters::Word, 20, "a Stripe key"),
    ("rk_live_", Letters::Word, 20, "a Stripe key"),
    ("AIza", Letters::Word, 35, "a Google API key"),
    ("SG.", Letters::Dotted, 60, "a SendGrid key"),
    ("npm_", Letters::Word, 36, "an npm token"),
    ("pypi-AgEIcHlwaS5vcmc", Letters::Word, 50, "a PyPI token"),
    ("dop_v1_", Letters::Hex, 64, "a DigitalOcean token"),
    ("hvs.", Letters::Word, 24, "a Vault token"),
    ("shpat_", Letters::Hex, 32, "a Shopify token"),
    ("dapi", Letters::Hex, 32, "a Databricks token"),
];

/// What credential a text holds, if it holds one that shows by its form.
pub(super) fn known(text: &str) -> Option<&'static str> {
    // `LS0tLS1CRUdJTi` is the Base64 of `-----BEGIN`; keys alone are long, certificates are public.
    let private = |text: &str| text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----");
    if private(text) || encoded_key(text) {
        return Some("a private key");
    }
    let mut prefixes = PREFIXES.iter();
    let prefixed = prefixes.find(|(prefix, letters, least, _)| has(text, prefix, *letters, *least));
    prefixed
        .map(|(.., what)| *what)
        .or_else(|| account_key(text).then_some("an Azure storage key"))
        .or_else(|| user_info(text).then_some("a password in a URL"))
}

fn encoded_key(text: &str) -> bool {
    // "-----BEGIN RSA PRIVATE KEY", "… EC PRIVATE KEY", "… OPENSSH …", "… PRIVATE KEY", "… DSA …", "… ENCRYPTED …".
    const HEADS: [&str; 6] = [
        "LS0tLS1CRUdJTiBSU0Eg",
        "LS0tLS1CRUdJTiBFQyBQ",
        "LS0tLS1CRUdJTiBPUEVO",
        "LS0tLS1CRUdJTiBQUklW",
        "LS0tLS1CRUdJTiBEU0Eg",
        "LS0tLS1CRUdJTiBFTkNS",
    ];
    HEADS.iter().any(|head| text.contains(head))
}

fn has(text: &str, prefix: &str, letters: Letters, least: usize) -> bool {
    text.match_indices(prefix).any(|(at, _)| {
        // Not in the middle of a longer word.
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            return false;
        }
        let rest = &text[at + prefix.len()..];
        let fits = |c: char| match letters {
            Letters::Upper => c.is_ascii_uppercase() || c.is_ascii_digit(),
            Letters::Word => c.is_ascii_alphanumeric() || c == '-' || c == '_',
            Letters::Hex => c.is_ascii_hexdigit(),
            Letters::Dotted => c.is_ascii_alphanumeric() || "-_.".contains(c),
        };
        let len = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let exact = matches!(letters, Letters::Upper | Letters::Hex);
        let long_enough = if exact { len == least } else { len >= least };
        long_enough && !super::name::is_example(&rest[..len])
    })
}

/// `AccountKey=` and 64 bytes in Base64, in a connection string (Azure Storage, "Configure connection strings").
fn account_key(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("AccountKey=") else {
        return false;
    };
    let len = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !"+/=".contains(c))
        .unwrap_or(rest.len());
    len == 88
}

/// `scheme://user:password@host` (RFC 3986, 3.2.1).
fn user_info(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let end = rest
            .find(|c: char| c.is_whitespace() || "/?#\"'<>`".contains(c))
            .unwrap_or(rest.len());
        let Some((user, _)) = rest[..end].rsplit_once('@') else {
            return false;
        };
        user.split_once(':')
            .is_some_and(|(_, password)| super::name::is_password(password))
    })
}
