//! Inputs of any size for measurements: the same arguments give the same bytes.
//!
//! The samples beside this file are themselves valid Terraform and CloudFormation; `0000` in them is the number of the
//! copy. [`realistic`] repeats them as real repositories do, [`growth`] makes valid inputs that are as large as can be
//! in one direction, where a step that is not linear shows at once.

mod crowded;
pub(crate) mod growth;

use std::path::Path;
use std::{fs, io};

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Terraform,
    CloudFormation,
}

/// A file: its path below the top folder, with `/`, and its text.
pub(crate) type File = (String, String);

const BUCKET: &str = include_str!("terraform/bucket/main.tf");
const STORAGE: &str = include_str!("terraform/storage/main.tf");
const SERVICE: &str = include_str!("terraform/service/main.tf");
const ROOT: &str = include_str!("terraform/root/main.tf");
const APPLICATION: &str = include_str!("terraform/root/app_0000.tf");
const VARIABLES: &str = include_str!("terraform/root/terraform.tfvars");

/// Managed resources of a Terraform root before its first application, and of each application in it.
pub(crate) const GROUND: usize = 13;
pub(crate) const PER_APPLICATION: usize = 36;
const APPLICATIONS: usize = 6;

/// Resources of one CloudFormation stack with its nested stacks (4, 14 and 10), and of the serverless template beside
/// it, transform done (14).
pub(crate) const PER_STACK: usize = 42;

/// Repositories as teams keep them: at least `resources` resources, hardly more.
pub(crate) fn realistic(language: Language, resources: usize) -> Vec<File> {
    match language {
        Language::Terraform => terraform(resources, APPLICATIONS),
        Language::CloudFormation => cloudformation(resources),
    }
}

/// Terraform roots with so many applications each, above modules three deep.
pub(crate) fn terraform(resources: usize, applications: usize) -> Vec<File> {
    let mut files: Vec<File> = [
        ("bucket", BUCKET),
        ("storage", STORAGE),
        ("service", SERVICE),
    ]
    .map(|(name, text)| (format!("modules/{name}/main.tf"), text.to_owned()))
    .into();
    let (mut made, mut root, mut application) = (0, 0, 0);
    while made < resources {
        let folder = format!("live/root-{root:04}");
        files.push((format!("{folder}/main.tf"), ROOT.to_owned()));
        files.push((format!("{folder}/terraform.tfvars"), VARIABLES.to_owned()));
        made += GROUND;
        for _ in 0..applications {
            let number = format!("{application:04}");
            files.push((
                format!("{folder}/app_{number}.tf"),
                APPLICATION.replace("0000", &number),
            ));
            application += 1;
            made += PER_APPLICATION;
            if made >= resources {
                break;
            }
        }
        root += 1;
    }
    files
}

fn cloudformation(resources: usize) -> Vec<File> {
    let samples = [
        ("root.yaml", include_str!("cloudformation/root.yaml")),
        ("network.yaml", include_str!("cloudformation/network.yaml")),
        (
            "application.json",
            include_str!("cloudformation/application.json"),
        ),
        (
            "serverless.yaml",
            include_str!("cloudformation/serverless.yaml"),
        ),
    ];
    let copies = resources.div_ceil(PER_STACK);
    let copy = |number: usize| {
        let number = format!("{number:04}");
        samples.map(|(name, text)| {
            (
                format!("stacks/stack-{number}/{name}"),
                text.replace("0000", &number),
            )
        })
    };
    (0..copies).flat_map(copy).collect()
}

/// Writes the files below the folder, which must not exist yet; gives the bytes written.
pub(crate) fn write(folder: &Path, files: &[File]) -> io::Result<usize> {
    if folder.exists() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "exists already",
        ));
    }
    let mut bytes = 0;
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
        bytes += text.len();
    }
    Ok(bytes)
}
