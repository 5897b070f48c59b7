//! The formatter against what is known of `terraform fmt`, and against itself.

use super::{hcl, tidy, tidy_yaml};

fn check(given: &str, expected: &str) {
    assert_eq!(hcl(given), expected);
    assert_eq!(hcl(expected), expected, "once is enough");
}

#[test]
fn equals_signs_of_neighbours_stand_below_each_other() {
    check(
        "resource \"a\" \"b\" {\nx=1\nlonger = 2 # why\ny = 3   # and why\n\nz=4\nobject = {\nq=1\n}\nlast=5\n}\n",
        "resource \"a\" \"b\" {\n  x      = 1\n  longer = 2 # why\n  y      = 3 # and why\n\n  z = 4\n  object = {\n    q = 1\n  }\n  last = 5\n}\n",
    );
}

#[test]
fn spaces_within_expressions() {
    check(
        "a = { for k,v in [ 1,-2 ] : k=>v... if !x&&y - 1 > - z }\n",
        "a = { for k, v in [1, -2] : k => v... if !x && y - 1 > -z }\n",
    );
    check("a = f( b [0] . c , {} )\n", "a = f(b[0].c, {})\n");
    check(
        "a = x ? [ \"${ a+b }\" ] : {a=1}\n",
        "a = x ? [\"${a + b}\"] : { a = 1 }\n",
    );
    check(
        "a = provider :: aws :: arn( x )\n",
        "a = provider::aws::arn(x)\n",
    );
}

#[test]
fn one_interpolation_alone_is_unwrapped() {
    check("a = \"${var.x}\"\n", "a = var.x\n");
    check("a = \"${var.x}-\"\n", "a = \"${var.x}-\"\n");
    check("a = { b = \"${var.x}\" }\n", "a = { b = \"${var.x}\" }\n");
}

#[test]
fn heredocs_are_left_alone() {
    let text = "a = <<-EOT\n   x  =  1 # ${ b }\n  EOT\nb = 1\n";
    assert!(
        hcl(text).contains("   x  =  1 # ${b}\n  EOT\n"),
        "{}",
        hcl(text)
    );
}

#[test]
fn brackets_that_open_together_move_lines_once() {
    check(
        "a = f([{\nb = 1\n}])\nc = [\n1,\n2,\n]\n",
        "a = f([{\n  b = 1\n}])\nc = [\n  1,\n  2,\n]\n",
    );
}

#[test]
fn empty_lines_that_say_nothing_go() {
    assert_eq!(
        tidy("\na {\n\n  b = 1\n\n\n  c = <<X\n\n\nX\n\n}\n\n"),
        "a {\n  b = 1\n\n  c = <<X\n\n\nX\n}\n"
    );
}

#[test]
fn empty_lines_in_yaml_stand_between_parts_and_in_texts() {
    assert_eq!(
        tidy_yaml("\n\nA: 1\n\n\nB:\n  C:\n\n    - x\n\n  D: |\n    one\n\n    two\n\n  E: 1\n"),
        "A: 1\n\nB:\n  C:\n    - x\n  D: |\n    one\n\n    two\n  E: 1\n"
    );
}
