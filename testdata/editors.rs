//! Real editors, without a window: a module is opened, its finding stands at the right place, the quick fix mends it, the
//! finding goes, and comes back when the fix is undone. The set-ups are those that `editors/` hands out.

use std::path::Path;
use std::process::Command;

use crate::require;

/// What is opened: a name, a text, the language that the editor gives it, the rule, its line, and words of the fix.
const OPENED: [(&str, &str, &str, &str, &str, &str); 3] = [
    (
        "main.tf",
        "# größer 😀\nresource \"aws_kms_key\" \"k\" {\n  description = \"k\"\n}\n",
        "terraform",
        "aws-kms-rotation",
        "2",
        "enable_key_rotation",
    ),
    (
        "template.yaml",
        "# größer 😀\r\nResources:\r\n  K:\r\n    Type: AWS::KMS::Key\r\n    Properties:\r\n      Description: k\r\n",
        "yaml",
        "aws-kms-rotation",
        "3",
        "EnableKeyRotation",
    ),
    (
        "template.json",
        "{\n  \"Resources\": {\n    \"K\": {\n      \"Type\": \"AWS::KMS::Key\",\n      \"Properties\": {\n        \"Description\": \"😀\"\n      }\n    }\n  }\n}\n",
        "json",
        "aws-kms-rotation",
        "3",
        "EnableKeyRotation",
    ),
];

#[test]
fn neovim_finds_fixes_and_undoes() {
    let editor = std::env::var("DISTRUST_NVIM").unwrap_or_else(|_| "nvim".into());
    let Ok(version) = Command::new(&editor).arg("--version").output() else {
        return require::missing("nvim", "it cannot be started");
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let minor = version
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse().ok());
    if minor.is_none_or(|minor: u32| minor < 11) && version.starts_with("NVIM v0") {
        return require::missing("nvim", "it is older than 0.11");
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, text, language, rule, line, fix) in OPENED {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let output = Command::new(&editor)
            .args(["--headless", "-u", "NONE", "-i", "NONE", "-l"])
            .arg(here.join("testdata/editors/neovim.lua"))
            .arg(env!("CARGO_BIN_EXE_distrust"))
            .arg(here.join("editors/neovim/distrust.lua"))
            .arg(&file)
            .args([rule, line, fix, language])
            .env("XDG_STATE_HOME", folder.path().join("state"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.contains("OK"),
            "{name}: {said}"
        );
    }
}

#[test]
fn every_message_is_one_of_the_protocol() {
    let python = std::env::var("DISTRUST_LSPROTOCOL").unwrap_or_else(|_| "python3".into());
    let there = Command::new(&python)
        .args(["-c", "import lsprotocol"])
        .output();
    match there {
        Ok(output) if output.status.success() => {}
        _ => return require::missing("lsprotocol", "Python has no such module"),
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(&python)
        .arg(here.join("testdata/editors/strict.py"))
        .arg(env!("CARGO_BIN_EXE_distrust"))
        .arg(here.join("testdata/sample"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
