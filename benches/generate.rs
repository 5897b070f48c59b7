//! Writes an input for measurements: `generate FOLDER --resources N [--language terraform|cloudformation | --shape NAME]`.

mod inputs;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use inputs::{Language, growth};

struct Wanted {
    folder: PathBuf,
    resources: usize,
    language: Language,
    shape: Option<growth::Shape>,
}

fn main() -> ExitCode {
    let wanted = match wanted(env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(message) => {
            let names: Vec<&str> = growth::SHAPES.iter().map(|(name, ..)| *name).collect();
            eprintln!(
                "{message}\nusage: generate FOLDER --resources N [--language terraform|cloudformation | --shape NAME]"
            );
            eprintln!("shapes: {}", names.join(" "));
            return ExitCode::from(2);
        }
    };
    let files = match wanted.shape {
        Some(shape) => shape(wanted.resources),
        None => inputs::realistic(wanted.language, wanted.resources),
    };
    match inputs::write(&wanted.folder, &files) {
        Ok(bytes) => {
            println!("{} files, {bytes} bytes", files.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", wanted.folder.display());
            ExitCode::FAILURE
        }
    }
}

fn wanted(mut arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let (mut folder, mut resources, mut language, mut shape) =
        (None, None, Language::Terraform, None);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--resources" => {
                resources = Some(
                    value()?
                        .parse()
                        .map_err(|error| format!("--resources: {error}"))?,
                )
            }
            "--language" => {
                language = match value()?.as_str() {
                    "terraform" => Language::Terraform,
                    "cloudformation" => Language::CloudFormation,
                    other => return Err(format!("no language {other:?}")),
                }
            }
            "--shape" => {
                let name = value()?;
                let known = growth::SHAPES.iter().find(|(known, ..)| *known == name);
                let (_, of, make) = known.ok_or_else(|| format!("no shape {name:?}"))?;
                (language, shape) = (*of, Some(*make));
            }
            other if other.starts_with("--") => return Err(format!("no option {other}")),
            _ => folder = Some(PathBuf::from(&argument)),
        }
    }
    let folder = folder.ok_or("no folder is named")?;
    Ok(Wanted {
        folder,
        resources: resources.ok_or("--resources is missing")?,
        language,
        shape,
    })
}
