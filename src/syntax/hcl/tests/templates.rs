//! Quoted templates, heredocs and template files.

use super::*;

#[test]
fn quoted_templates() {
    assert_eq!(expr(r#""""#), r#""""#);
    assert_eq!(expr(r#""a ${b} c""#), r#"(template "a " b " c")"#);
    assert_eq!(expr(r#""${a}""#), "(template a)");
    assert_eq!(expr(r#""${"${a}b"}""#), r#"(template (template a "b"))"#);
    assert_eq!(expr(r#""a $ % $${b} %%{c} $$""#), r#""a $ % ${b} %{c} $$""#);
    assert_eq!(expr(r#""$$${a}""#), r#""$${a}""#);
    assert_eq!(expr(r#""\u00e9\U0001F600\"\\""#), r#""é😀\"\\""#);
    assert_eq!(expr("\"${\n  a # comment }\n}\""), "(template a)");
    for wrong in [
        r#""\q""#,
        r#""\ud83d""#,
        "\"a\nb\"",
        "\"a",
        r#""${a""#,
        r#""${}""#,
        r#""${a b}""#,
        r#""%{x}""#,
    ] {
        assert!(expr(wrong).starts_with("error"), "{wrong}");
    }
}

#[test]
fn strip_markers_take_white_space() {
    assert_eq!(expr(r#""a  ${~ b ~}  c""#), r#"(template "a" b "c")"#);
    assert_eq!(expr(r#""a \n\t${~ b ~} \n c""#), r#"(template "a" b "c")"#);
    // What is left of the text still makes a string of it.
    assert_eq!(expr(r#""  ${~ b }""#), r#"(template "" b)"#);
    // In text of several lines, one line at most.
    assert_eq!(
        template("x\n  \n  ${~ b ~} \n  y"),
        r#"(template "x\n  \n" b "  y")"#
    );
}

#[test]
fn directives_nest() {
    assert_eq!(
        expr(r#""%{ if a }b%{ else }c%{ endif }""#),
        r#"(template (if a ["b"] ["c"]))"#
    );
    assert_eq!(expr(r#""%{ if a }%{ endif }""#), "(template (if a [] []))");
    assert_eq!(
        expr(r#""%{ for k, v in m }%{ if v }${k},%{ endif }%{ endfor }.""#),
        r#"(template (for v m [(if v [k ","] [])]) ".")"#
    );
    for wrong in [
        "%{ if a }",
        "%{ endif }",
        "%{ if a }%{ endfor }",
        "%{ for x in y }%{ else }%{ endfor }",
        "%{ fi }",
    ] {
        assert!(template(wrong).starts_with("error"), "{wrong}");
    }
    assert!(template("%{ if a }%{ else }%{ else }%{ endif }").starts_with("error"));
}

#[test]
fn heredocs() {
    assert_eq!(value("a = <<EOT\n  x\\n\n EOT \n"), r#""  x\\n\n""#);
    assert_eq!(value("a = <<EOT\nEOT\n"), r#""""#);
    assert_eq!(value("a = <<EOT\r\nx\r\nEOT\r\n"), r#""x\r\n""#);
    assert_eq!(
        value("a = [<<A\nx\nA\n, <<B\ny\nB\n]\n"),
        r#"["x\n" "y\n"]"#
    );
    assert_eq!(
        value("a = <<EOT\n${b}EOT\nEOT\n"),
        r#"(template b "EOT\n")"#
    );
    assert_eq!(
        value("a = <<EOT\n$${b} %%{c} $\nEOT\n"),
        r#""${b} %{c} $\n""#
    );
    assert_eq!(
        value("a = <<EOT\n${<<IN\nx\nIN\n}\nEOT\n"),
        r#"(template "x\n" "\n")"#
    );
    for wrong in [
        "a = <<EOT\nx\nEOT",
        "a = <<EOT\nx\n",
        "a = <<EOT x\nEOT\n",
        "a = <<\nx\n\n",
        "a = <<E\nx\ry\nE\n",
    ] {
        assert!(!errors(wrong).is_empty(), "{wrong:?}");
    }
}

#[test]
fn flush_heredocs_lose_the_smallest_indentation() {
    assert_eq!(value("a = <<-E\n    x\n      y\n   E\n"), r#""x\n  y\n""#);
    // Blank lines do not count and stay as they are.
    assert_eq!(
        value("a = <<-E\n    x\n \n    y\n    E\n"),
        r#""x\n \ny\n""#
    );
    // A line that begins with an interpolation is not indented; in the middle of a line one changes nothing.
    assert_eq!(
        value("a = <<-E\n    x\n${b}\n    E\n"),
        r#"(template "    x\n" b "\n")"#
    );
    assert_eq!(
        value("a = <<-E\n    x ${b}\n  ${c} y\n    E\n"),
        r#"(template "  x " b "\n" "" c " y\n")"#
    );
    assert_eq!(value("a = <<-E\n\t\tx\n\t y\n  E\n"), r#""x\ny\n""#);
    // Behind a line end that `~` took, a line is no longer the first of anything.
    assert_eq!(
        value("a = <<-E\n    %{ if b ~}\n    x\n    %{ endif ~}\n  E\n"),
        r#"(template "" (if b ["    x\n" ""] []) "")"#
    );
}

#[test]
fn template_files() {
    assert_eq!(template(""), r#""""#);
    assert_eq!(template("${a}"), "(template a)");
    assert_eq!(
        template("a \"b\" \\n ${c}\n$"),
        r#"(template "a \"b\" \\n " c "\n$")"#
    );
    assert!(template("${a").starts_with("error"));
}
