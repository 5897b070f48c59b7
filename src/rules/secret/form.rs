//! Credentials that show by their form what they are, after what their issuers publish.

use std::sync::LazyLock;

use regex::Regex;

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
/// Shopify, "Access token format"; Databricks, "Personal access tokens"; Anthropic, "API keys"; OpenAI, "API keys"; Hugging
/// Face, "User access tokens"; Grafana, "Service account tokens"; Google Identity, "OAuth client secrets"; Microsoft Entra,
/// secret scanning pattern of client secrets (`Q~` in the fourth and fifth place); Atlassian, "API tokens"; New Relic,
/// "User keys"; Linear, "API keys"; Doppler, "Token formats"; age, "Secret keys"; Docker, "Personal access tokens"; Stripe,
/// "Webhook signing secrets"; Twilio, "API keys"; Mailgun, "API keys"; Square, "Access tokens".
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
    (GOOGLE, Letters::Word, 35, "a Google API key"),
    ("SG.", Letters::Dotted, 60, "a SendGrid key"),
    ("npm_", Letters::Word, 36, "an npm token"),
    ("pypi-AgEIcHlwaS5vcmc", Letters::Word, 50, "a PyPI token"),
    ("dop_v1_", Letters::Hex, 64, "a DigitalOcean token"),
    ("hvs.", Letters::Word, 24, "a Vault token"),
    ("shpat_", Letters::Hex, 32, "a Shopify token"),
    ("dapi", Letters::Hex, 32, "a Databricks token"),
    ("xoxe-", Letters::Word, 20, "a Slack token"),
    ("xapp-", Letters::Word, 20, "a Slack token"),
    ("sk-ant-", Letters::Word, 40, "an Anthropic key"),
    ("sk-proj-", Letters::Word, 40, "an OpenAI key"),
    ("sk-svcacct-", Letters::Word, 40, "an OpenAI key"),
    ("hf_", Letters::Word, 30, "a Hugging Face token"),
    ("glsa_", Letters::Word, 32, "a Grafana token"),
    ("GOCSPX-", Letters::Word, 28, "a Google client secret"),
    ("ATATT3", Letters::Word, 100, "an Atlassian token"),
    ("NRAK-", Letters::Upper, 27, "a New Relic key"),
    ("lin_api_", Letters::Word, 40, "a Linear key"),
    ("dp.pt.", Letters::Word, 40, "a Doppler token"),
    ("AGE-SECRET-KEY-1", Letters::Upper, 58, "a private key"),
    ("dckr_pat_", Letters::Word, 24, "a Docker token"),
    ("whsec_", Letters::Word, 32, "a Stripe key"),
    ("sq0atp-", Letters::Word, 22, "a Square token"),
    ("EAAAE", Letters::Word, 59, "a Square token"),
];

/// What Google's API keys begin with; those for browsers are public by intent.
const GOOGLE: &str = "AIza";

/// Whether a text is an API key of Google.
pub(super) fn is_of_google(text: &str) -> bool {
    text.starts_with(GOOGLE)
}

/// What credential a text holds, if it holds one that shows by its form. `public`: where it stands is made for browsers.
pub(super) fn known(text: &str, public: bool) -> Option<&'static str> {
    if !TELLING.is_match(text) {
        return None;
    }
    // `LS0tLS1CRUdJTi` is the Base64 of `-----BEGIN`; keys alone are long, certificates are public.
    let private = |text: &str| text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----");
    if private(text) || encoded_key(text) {
        return Some("a private key");
    }
    let mut prefixes = PREFIXES
        .iter()
        .filter(|(prefix, ..)| !(public && *prefix == GOOGLE));
    let prefixed = prefixes.find(|(prefix, letters, least, _)| has(text, prefix, *letters, *least));
    prefixed
        .map(|(.., what)| *what)
        .or_else(|| account_key(text).then_some("an Azure storage key"))
        .or_else(|| webhook(text).then_some("the address of a webhook, which is its key"))
        .or_else(|| authorization(text))
        .or_else(|| user_info(text).then_some("a password in a URL"))
}

/// What every credential that is known by its form has in it. One pass over a text tells that it has none of them: nearly
/// all have none, and every text that is shown is asked.
static TELLING: LazyLock<Regex> = LazyLock::new(|| {
    let prefixes = PREFIXES.iter().map(|(prefix, ..)| *prefix);
    let all = prefixes.chain(HEADS).chain(PLACES.map(|(place, _)| place));
    let all = all.chain([
        "PRIVATE KEY-----",
        "AccountKey=",
        "Basic ",
        "Bearer ",
        "://",
    ]);
    let all: Vec<String> = all.map(regex::escape).collect();
    Regex::new(&all.join("|")).expect("literals")
});

/// In Base64: "-----BEGIN RSA PRIVATE KEY", "… EC PRIVATE KEY", "… OPENSSH …", "… PRIVATE KEY", "… DSA …", "… ENCRYPTED …".
const HEADS: [&str; 6] = [
    "LS0tLS1CRUdJTiBSU0Eg",
    "LS0tLS1CRUdJTiBFQyBQ",
    "LS0tLS1CRUdJTiBPUEVO",
    "LS0tLS1CRUdJTiBQUklW",
    "LS0tLS1CRUdJTiBEU0Eg",
    "LS0tLS1CRUdJTiBFTkNS",
];

fn encoded_key(text: &str) -> bool {
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

/// What such addresses have in them, and how much must follow.
const PLACES: [(&str, usize); 4] = [
    ("hooks.slack.com/services/T", 30),
    ("discord.com/api/webhooks/", 60),
    ("discordapp.com/api/webhooks/", 60),
    ("webhook.office.com/webhookb2/", 80),
];

/// Addresses whose last parts are the only proof that one may post there (Slack, "Sending messages using incoming
/// webhooks"; Discord, "Webhook resource"; Microsoft Teams, "Create incoming webhooks").
fn webhook(text: &str) -> bool {
    PLACES.iter().any(|(place, least)| {
        text.split_once(place).is_some_and(|(_, rest)| {
            let inside = |c: char| c.is_ascii_alphanumeric() || "/-_@".contains(c);
            let len = rest.find(|c| !inside(c)).unwrap_or(rest.len());
            len >= *least && !super::name::is_example(&rest[..len])
        })
    })
}

/// The value of an `Authorization` header (RFC 7617, RFC 6750).
fn authorization(text: &str) -> Option<&'static str> {
    use base64::Engine as _;
    let word = |rest: &str| -> String {
        let end = rest.find(|c: char| c.is_whitespace() || "\"'`,;".contains(c));
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    if let Some((_, rest)) = text.split_once("Basic ") {
        let bytes = base64::engine::general_purpose::STANDARD.decode(word(rest));
        let pair = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let password = pair.as_deref().and_then(|pair| pair.split_once(':'));
        if password.is_some_and(|(_, password)| super::name::is_password(password)) {
            return Some("a user name and a password");
        }
    }
    let (_, rest) = text.split_once("Bearer ")?;
    super::name::is_key(&word(rest)).then_some("a key or token")
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
