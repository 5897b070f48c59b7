//! How a dialect writes an attribute: the inverse of reading it. Compiled into the build script too, which knows the
//! published schemas and keeps the writings that name something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::case::is_snake_of;
use super::model::{Join, Kind, Literal, Path, Source, Step};

/// One way to write a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Writing {
    /// The satellite it is written in; `None`: the resource itself.
    pub join: Option<Join>,
    /// The names from the body of the resource inwards, as the dialect writes them.
    pub names: Vec<Step>,
    /// How many of the names stand for themselves in the schema; those behind them are keys of a map.
    pub declared: usize,
    /// The value in the dialect's words; `None`: it is removed.
    pub value: Option<Literal>,
}

impl Writing {
    /// The names joined by dots, without the marks of lists.
    pub fn path(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(|step| step.name.as_str()).collect();
        names.join(".")
    }
}

/// The ways to write a value, shared by all who want it written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Writing>", into = "Vec<Writing>")]
pub struct Writings(Arc<[Writing]>);

impl From<Vec<Writing>> for Writings {
    fn from(all: Vec<Writing>) -> Self {
        Self(all.into())
    }
}

impl From<Writings> for Vec<Writing> {
    fn from(all: Writings) -> Self {
        all.0.to_vec()
    }
}

impl std::ops::Deref for Writings {
    type Target = [Writing];

    fn deref(&self) -> &[Writing] {
        &self.0
    }
}

/// The ways to write a value (`None`: to remove it) at a path of the vocabulary, the one that is read first before the
/// others. What is read through a filter, from inside a text or from pairs is not written.
pub fn writings(
    kind: Option<&Kind>,
    path: &Path,
    value: Option<&Literal>,
    terraform: bool,
) -> Vec<Writing> {
    let attribute = kind.and_then(|kind| {
        let own = kind.attributes.iter().filter(|own| begins(path, &own.path));
        own.max_by_key(|own| own.path.0.len())
    });
    let sources = attribute.map_or(&[][..], |attribute| match terraform {
        true => &attribute.terraform,
        false => &attribute.cloudformation,
    });
    if sources.is_empty() {
        return vec![Writing {
            join: None,
            declared: path.0.len(),
            names: path.0.clone(),
            value: value.cloned(),
        }];
    }
    let known = attribute.map_or(0, |attribute| attribute.path.0.len());
    let rest = &path.0[known..];
    sources
        .iter()
        .filter_map(|source| by(source, rest, value))
        .collect()
}

fn begins(path: &Path, own: &Path) -> bool {
    own.0.len() <= path.0.len() && own.0.iter().zip(&path.0).all(|(a, b)| a.name == b.name)
}

fn by(source: &Source, rest: &[Step], value: Option<&Literal>) -> Option<Writing> {
    let plain = source.filter.is_empty()
        && source.constant.is_none()
        && source.text.is_none()
        && source.pairs.is_none();
    if !plain {
        return None;
    }
    let mut names = source.path.0.clone();
    match rest.split_first() {
        None => {}
        Some((first, deeper)) => match source
            .members
            .iter()
            .find(|own| own.step.name == first.name)
        {
            None => names.extend_from_slice(rest),
            Some(member) => {
                let inner = member.sources.first()?;
                if inner.join.is_some() || !inner.filter.is_empty() || inner.constant.is_some() {
                    return None;
                }
                names.extend_from_slice(&inner.path.0);
                names.extend_from_slice(deeper);
            }
        },
    }
    let value = match (value, source.when.is_empty(), rest.is_empty()) {
        (None, ..) => None,
        (Some(value), true, _) => Some(value.clone()),
        (Some(value), false, true) => {
            let (word, _) = source.when.iter().find(|(_, meant)| meant == value)?;
            Some(match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                word => Literal::Text(word.to_owned()),
            })
        }
        (Some(_), false, false) => return None,
    };
    Some(Writing {
        join: source.join.clone(),
        declared: names.len(),
        names,
        value,
    })
}

/// The published paths of each type, dots between the names.
pub struct Schemas {
    rows: BTreeMap<String, BTreeSet<String>>,
}

impl Schemas {
    /// Reads rows of a type and its paths.
    pub fn read(text: &str) -> Self {
        let rows = text.lines().filter_map(|line| {
            let (name, paths) = line.split_once(' ')?;
            Some((
                name.to_owned(),
                paths.split(' ').map(str::to_owned).collect(),
            ))
        });
        Self {
            rows: rows.collect(),
        }
    }

    /// The types that something is known of.
    pub fn types(&self) -> impl Iterator<Item = &String> {
        self.rows.keys()
    }

    /// Whether anything is known of a type.
    pub fn knows(&self, type_name: &str) -> bool {
        self.rows.contains_key(type_name)
    }

    /// Whether a type has this path, or one that leads to it.
    pub fn has(&self, type_name: &str, path: &str) -> bool {
        self.rows.get(type_name).is_some_and(|row| {
            let mut whole = row.iter();
            whole.any(|own| {
                path == own
                    || path
                        .strip_prefix(own.as_str())
                        .is_some_and(|rest| rest.starts_with('.'))
            })
        })
    }

    /// A writing with the names as the schema has them, if it names something: every name, or a map and its keys.
    pub fn resolve(&self, type_name: &str, mut writing: Writing) -> Option<Writing> {
        let holder = writing
            .join
            .as_ref()
            .map_or(type_name, |join| join.type_name.as_str());
        let row = self.rows.get(holder)?;
        let mut prefix = String::new();
        let mut declared = 0;
        for step in &mut writing.names {
            let below = |own: &&String| {
                own.strip_prefix(prefix.as_str()).is_some_and(|name| {
                    !name.contains('.') && (name == step.name || is_snake_of(name, &step.name))
                })
            };
            let Some(found) = row.iter().find(below) else {
                break;
            };
            step.name = found[prefix.len()..].to_owned();
            prefix = format!("{found}.");
            declared += 1;
        }
        let keys = writing.names.len() - declared;
        // A map has keys of its own, one level of them; what has members of its own is no map.
        let is_map = keys == 1 && declared > 0 && !row.iter().any(|own| own.starts_with(&prefix));
        if keys > 0 && !is_map || writing.names.is_empty() {
            return None;
        }
        writing.declared = declared;
        Some(writing)
    }
}

#[cfg(test)]
mod tests {
    use super::{Schemas, writings};
    use crate::catalog::{Catalog, Literal, Path};

    fn written(kind: &str, path: &str, value: Literal, terraform: bool) -> Vec<String> {
        let kind = Catalog::builtin().kind(kind);
        let path = Path::parse(path).unwrap();
        let all = writings(kind, &path, Some(&value), terraform).into_iter();
        let holder = |join: Option<crate::catalog::Join>| {
            join.map_or(String::new(), |join| join.type_name + ".")
        };
        all.map(|own| {
            format!(
                "{}{} = {}",
                holder(own.join.clone()),
                own.path(),
                own.value.unwrap()
            )
        })
        .collect()
    }

    #[test]
    fn what_is_read_is_written_the_same_way() {
        let enabled = || Literal::Text("Enabled".into());
        assert_eq!(
            written(
                "aws.s3.bucket",
                "versioning_configuration.status",
                enabled(),
                true
            ),
            [
                "aws_s3_bucket_versioning.versioning_configuration.status = Enabled",
                "versioning.enabled = true"
            ]
        );
        assert_eq!(
            written(
                "aws.rds.db_instance",
                "enable_iam_database_authentication",
                Literal::Bool(true),
                true
            ),
            ["iam_database_authentication_enabled = true"]
        );
    }

    #[test]
    fn names_are_those_of_the_schema_and_only_those() {
        let schemas = Schemas::read("T A.Bc A KmsKeyIDs Map\n");
        let natural = |path: &str| {
            let path = Path::parse(path).unwrap();
            let writing = writings(None, &path, Some(&Literal::Bool(true)), false).remove(0);
            schemas
                .resolve("T", writing)
                .map(|own| (own.path(), own.declared))
        };
        assert_eq!(natural("a.bc"), Some(("A.Bc".into(), 2)));
        assert_eq!(natural("kms_key_ids"), Some(("KmsKeyIDs".into(), 1)));
        assert_eq!(natural("map.free-key"), Some(("Map.free-key".into(), 1)));
        assert_eq!(natural("a.d"), None);
        assert_eq!(natural("nothing"), None);
    }
}
