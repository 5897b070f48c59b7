//! What is hidden, what is not, and that nothing of it comes back.

use proptest::prelude::*;

use super::{MASK, Masks, lexical};
use crate::report::sample;
use crate::source::{Code, Diagnostic, SourceMap, Span};

const WORD: &str = "Wk3!pLz#9qT";

/// The text with what is found by its looks masked.
fn looks(text: &str) -> String {
    let sources = SourceMap::new();
    let (file, _) = sources.add("x", text.into());
    let mut out = String::new();
    let mut from = 0;
    for hidden in Masks::default().within(&file, 0..file.text.len()) {
        out.push_str(&file.text[from..hidden.start]);
        out.push_str(MASK);
        from = hidden.end;
    }
    out + &file.text[from..]
}

#[test]
fn what_stands_under_the_name_of_a_secret_is_hidden_in_every_language() {
    for text in [
        "  password = \"@\"\n",
        "  password=\"@",
        "master_password=\"@\", username = \"a\"",
        "{\"password\":\"@\",\"user\":\"a\"}",
        "{\\\"password\\\":\\\"@\\\",\\\"user\\\":\\\"a\\\"}",
        "MasterUserPassword: @\nMasterUsername: a",
        "MasterUserPassword: '@' # why",
        "{MasterUserPassword: @, MasterUsername: a}",
        "export DB_PASSWORD=@\nmysql",
        "  DB_PASSWORD: @",
        "variable \"db_password\" {\n  type = string\n  default = \"@\"\n}",
        "{ name = \"DB_PASSWORD\", value = \"@\" }",
        "{ value = \"@\", name = \"DB_PASSWORD\" }",
        "- Name: DB_PASSWORD\n  Value: @\n",
        "- Value: @\n  Name: DB_PASSWORD\n",
        "{\"Name\": \"API_TOKEN\", \"Value\": \"@\"}",
        "DbPassword:\n  Type: String\n  Default: @\n",
        "DbPassword: {Type: String, Default: @, MinLength: 1}",
        "\"DbPassword\": {\"Type\": \"String\", \"Default\": \"@\"}",
        "[{\"ParameterKey\":\"DbPassword\",\"ParameterValue\":\"@\"}]",
        "db_password = <<-EOT\n  @\n  EOT\n",
        "ClientSecret: |\n  @\n  @\nNext: a",
        "\"password\" => \"@\"",
        "x = \"postgres://app:@@db.example.com/x\"",
    ] {
        let text = text.replace('@', WORD).replace(&format!("{WORD}db"), "@db");
        let shown = looks(&text);
        assert!(
            !shown.contains(WORD) && shown.contains(MASK),
            "{text}\n{shown}"
        );
    }
}

#[test]
fn the_rest_is_shown() {
    for text in [
        "password = var.password",
        "password = \"${var.password}\"",
        "password = data.x.y.password",
        "password = random_password.x.result",
        "password_length = \"16\"",
        "secret_arn = \"arn:aws:secretsmanager:eu-west-1:111122223333:secret:x\"",
        "MasterUserPassword: !Ref DbPassword",
        "MasterUserPassword: '{{resolve:secretsmanager:x}}'",
        "DbPassword:\n  Type: String\n  NoEcho: true\nSize:\n  Type: String\n  Default: t3.micro\n",
        "variable \"password\" {\n  type = string\n}\nvariable \"size\" {\n  default = \"large\"\n}",
        "- Name: DB_PASSWORD\n  ValueFrom: x\n- Name: SIZE\n  Value: large\n",
        "require_token = \"true\"",
        "Type: AWS::SecretsManager::Secret",
        "http_tokens = \"optional\"",
        "url = \"https://example.com/a?b=c\"",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    ] {
        assert_eq!(looks(text), text);
    }
}

#[test]
fn a_key_is_hidden_with_all_its_lines_and_a_token_wherever_it_stands() {
    let key = "a\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\nxyz\n-----END EC PRIVATE KEY-----\nb";
    assert_eq!(looks(key), format!("a\n{MASK}\nb"));
    let token = format!("ghp_{}", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6");
    for text in [
        format!("# {token} was"),
        format!("source = \"git::https://x:{token}@h/r\""),
    ] {
        assert!(!looks(&text).contains(&token), "{text}");
        assert!(!Masks::default().text(&text).contains(&token), "{text}");
    }
}

#[test]
fn messages_do_not_repeat_what_a_finding_hides() {
    let sources = SourceMap::new();
    let text = format!("a = \"{WORD}\"\n");
    let (file, _) = sources.add("x.tf", text.into_bytes());
    let (_, findings) = sample::findings();
    let mut finding = findings[0].clone();
    finding.secret = true;
    finding.primary.span = Span::new(file.id, 4, 6 + WORD.len() as u32);
    finding.message = format!("it is {WORD}, not {WORD}x").into();
    let masks = Masks::new(&sources, [&finding].into_iter(), std::iter::empty());
    masks.findings(std::slice::from_mut(&mut finding));
    assert_eq!(finding.message, format!("it is {MASK}, not {WORD}x"));
    let hidden = masks.within(&file, 0..file.text.len());
    assert_eq!(hidden, std::slice::from_ref(&(5..5 + WORD.len())));
    let given = Masks::default().with(["s3cr3t-pw"].into_iter());
    assert_eq!(
        given.text("no number: \"s3cr3t-pw\""),
        format!("no number: \"{MASK}\"")
    );
}

/// A name is no secret, also where somebody wrote it in place of a reference to what it names.
#[test]
fn what_only_repeats_a_name_is_shown_in_messages() {
    let texts = [
        "Parameters:\n  DatabaseMasterPassword1:\n    Type: String\nMasterUserPassword: DatabaseMasterPassword1\n",
        "variable \"DatabaseMasterPassword1\" {}\npassword = \"DatabaseMasterPassword1\"\n",
        "{\"DatabaseMasterPassword1\": {\"Type\": \"String\"}, \"Password\": \"DatabaseMasterPassword1\"}\n",
    ];
    for text in texts {
        let sources = SourceMap::new();
        let (file, _) = sources.add("x", text.into());
        let message = "nothing sets DatabaseMasterPassword1";
        let said = Diagnostic::new(Code::Syntax, file.span(), message);
        let masks = Masks::new(&sources, std::iter::empty(), [&said].into_iter());
        assert_eq!(masks.text(message), message, "{text}");
    }
    let (_, findings) = sample::findings();
    let sources = SourceMap::new();
    let text = "x:\n  password: DatabaseMasterPassword1\n";
    let (file, _) = sources.add("x", text.into());
    let mut finding = findings[0].clone();
    let start = text.find("Database").expect("it is there") as u32;
    finding.secret = true;
    finding.primary.span = Span::new(file.id, start, text.len() as u32 - 1);
    let masks = Masks::new(&sources, [&finding].into_iter(), std::iter::empty());
    assert_eq!(
        masks.text("it is DatabaseMasterPassword1"),
        format!("it is {MASK}")
    );
}

proptest! {
    /// Places are in order, inside the text and at the bounds of letters, whatever the text is.
    #[test]
    fn places_are_places(text in "(password|token|name|value|default|=|:|\"|'|\\\\|<<X|\\||\\{|\\}|-|-----BEGIN A PRIVATE KEY|é|\n| |x){0,40}") {
        for range in lexical::find(&text) {
            prop_assert!(range.start < range.end && text.get(range).is_some());
        }
        looks(&text);
        Masks::default().text(&text);
    }
}
