//! Secrets in scripts, settings files, connection strings and command lines: what gives a secret to a name.

use super::name;

/// The longest name that is looked for before an equals sign.
const MAX_NAME: usize = 80;
/// The longest value that is read after one.
const MAX_VALUE: usize = 1024;

/// What secret some line gives to a name.
pub(super) fn assigned(text: &str) -> Option<&'static str> {
    text.lines()
        .find_map(|line| assignments(line).or_else(|| command(line)))
}

/// `export DB_PASSWORD=…`, `password: …`, `user=app;password=…`, `?token=…`, as many as there are in a line.
fn assignments(line: &str) -> Option<&'static str> {
    let bytes = line.as_bytes();
    let marks = line.match_indices(['=', ':']);
    let mut marks = marks.map(|(at, mark)| (at, mark == "="));
    marks.find_map(|(at, equals)| {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let before = at.checked_sub(1).map_or(b' ', |at| bytes[at]);
        // A comparison gives nothing.
        if equals && (next == b'=' || b"=!<>".contains(&before)) {
            return None;
        }
        // `name: value` and `"name":"value"`; other colons stand in addresses, URLs and ARNs.
        if !equals && !next.is_ascii_whitespace() && next != b'"' && next != b'\'' {
            return None;
        }
        let (name, variable) = name_before(&line[..at])?;
        let value = Value::read(&line[at + 1..])?;
        // `$password = Get-Secret` is code; only a text in quotes is a value there.
        if variable && !value.quoted {
            return None;
        }
        value.under(name)
    })
}

/// The name that a text ends with, and whether it is written as a variable.
fn name_before(text: &str) -> Option<(&str, bool)> {
    let text = text.trim_end_matches([' ', '\t', '"', '\'', ']', ':']);
    let letter = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut from = text.len();
    for (at, c) in text.char_indices().rev() {
        if !letter(c) || text.len() - at > MAX_NAME {
            break;
        }
        from = at;
    }
    let name = text[from..].trim_start_matches(['-', '.']);
    (!name.is_empty()).then(|| (name, text[..from].ends_with('$')))
}

/// A value as it stands in a line.
struct Value<'t> {
    text: &'t str,
    quoted: bool,
}

impl<'t> Value<'t> {
    /// The value that a text begins with.
    fn read(text: &'t str) -> Option<Self> {
        let text = text.trim_start();
        // `N'…'` and `b"…"` are quoted too, and so is what a shell gets in `\"…\"`.
        let plain = text.trim_start_matches('\\');
        let quote = plain.chars().next().filter(|c| "\"'".contains(*c));
        let (text, end): (&str, fn(char) -> bool) = match quote {
            Some('"') => (&plain[1..], |c| c == '"'),
            Some(_) => (&plain[1..], |c| c == '\''),
            None => (text, |c| c.is_whitespace() || ";&,|\"'".contains(c)),
        };
        let end = text.find(end).unwrap_or(text.len());
        let text = text[..end].trim_end_matches('\\');
        let value = Self {
            text,
            quoted: quote.is_some(),
        };
        (!text.is_empty() && text.len() <= MAX_VALUE).then_some(value)
    }

    /// What it is under a name.
    fn under(&self, own: &str) -> Option<&'static str> {
        self.is_literal().then(|| name::says(own, self.text))?
    }

    /// Whether it could be a value and not code: `get_secret()`, `config.password`, `$1`.
    fn is_literal(&self) -> bool {
        let code = |c: char| "$%<>`(){}[]".contains(c);
        self.quoted || !self.text.contains(code) && !name::is_secret(self.text)
    }

    fn is_password(&self) -> bool {
        self.is_literal() && name::is_password(self.text)
    }
}

/// `--password …`, `aws configure set aws_secret_access_key …`, `curl -u user:…`, `echo user:… | chpasswd`.
fn command(line: &str) -> Option<&'static str> {
    let mut rest = line;
    let mut last = "";
    while let Some(word) = rest.split_whitespace().next() {
        let after = rest.trim_start().get(word.len()..).unwrap_or_default();
        if let Some(what) = word_of_command(word, last, after, line) {
            return Some(what);
        }
        (rest, last) = (after, word);
    }
    None
}

fn word_of_command(word: &str, last: &str, after: &str, line: &str) -> Option<&'static str> {
    let next = || Value::read(after);
    if word.starts_with("--") && !word.contains('=') && name::is_secret(word) {
        return next()?.under(word);
    }
    if matches!(last, "set" | "setx" | "setenv" | "ENV" | "ARG") && name::is_secret(word) {
        return next()?.under(word);
    }
    let password = |value: &Value<'_>| value.is_password().then_some("a password");
    match word {
        "requirepass" | "ConvertTo-SecureString" => password(&next()?),
        "-String" if last == "ConvertTo-SecureString" => password(&next()?),
        "-p" if last.ends_with("sshpass") => password(&next()?),
        "-u" | "--user" if line.contains("curl ") => {
            let value = next()?;
            let (_, text) = value.text.split_once(':')?;
            password(&Value { text, ..value })
        }
        "chpasswd" if last.ends_with('|') => {
            let before = &line[..line.find('|')?];
            let (_, text) = before
                .trim_end()
                .trim_end_matches(['"', '\''])
                .rsplit_once(':')?;
            password(&Value {
                text,
                quoted: false,
            })
        }
        _ => None,
    }
}
