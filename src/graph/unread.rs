//! Texts that are to hold a value and do not: what they were meant to say was lost.

use super::Resource;
use super::said::filtered;
use super::walk;
use crate::catalog::{Catalog, Encoding, Kind, Source};
use crate::eval::{Data, Language, Mode, Value, parse_json};
use crate::source::{Code, Diagnostic, SourceMap};
use crate::syntax::yaml;

/// What cannot be read of the texts of a resource in which the vocabulary looks for values.
pub fn unread_texts(resource: &Resource, catalog: &Catalog) -> Vec<Diagnostic> {
    if resource.partial || resource.address.mode != Mode::Managed {
        return Vec::new();
    }
    let type_name = &resource.address.type_name;
    let own = catalog.kind_by_type(type_name).into_iter();
    let own = own.flat_map(|kind| encoded(kind, resource.language, None));
    let owners = catalog
        .owners(type_name)
        .flat_map(|(kind, _)| encoded(kind, resource.language, Some(type_name)));
    let mut said = Vec::new();
    for (source, encoding) in own.chain(owners) {
        if !filtered(&resource.body, source, resource.language).is_true() {
            continue;
        }
        let value = walk::value(&resource.body, &source.path.0, resource.language);
        said.extend(value.and_then(|value| wrong(&value, encoding)));
    }
    said
}

/// The spellings of a kind's attributes that are texts holding values, in the resource itself or in a satellite.
fn encoded<'c>(
    kind: &'c Kind,
    language: Language,
    satellite: Option<&'c str>,
) -> impl Iterator<Item = (&'c Source, Encoding)> {
    let sources = kind.attributes.iter().flat_map(move |own| match language {
        Language::Terraform => own.terraform.iter(),
        Language::CloudFormation => own.cloudformation.iter(),
    });
    sources.filter_map(move |source| {
        let join = source.join.as_ref().map(|join| join.type_name.as_str());
        let encoding = source.text.filter(|own| *own != Encoding::Base64)?;
        (join == satellite).then_some((source, encoding))
    })
}

/// What is wrong with a text that is known whole.
fn wrong(value: &Value, encoding: Encoding) -> Option<Diagnostic> {
    let own = value.resolved();
    let decoded = matches!(&own.data, Data::Template(own) if own.decoded.is_some());
    let blank = own.as_text().is_some_and(|text| text.trim().is_empty());
    if decoded || blank || !matches!(own.data, Data::Text(_) | Data::Template(_)) {
        return None;
    }
    match encoding {
        Encoding::Json => not_json(own),
        Encoding::Yaml => not_yaml(own),
        Encoding::Base64 => None,
    }
}

fn not_json(own: &Value) -> Option<Diagnostic> {
    let (at, wrong) = parse_json(own).err()?;
    if own.first_why().is_some() {
        return None;
    }
    let message = format!("this text is to be JSON, and is not: {wrong}");
    Some(Diagnostic::new(Code::Syntax, at, message))
}

fn not_yaml(own: &Value) -> Option<Diagnostic> {
    let text = own.as_text()?;
    if text.trim_start().starts_with('{') {
        return not_json(own);
    }
    let sources = SourceMap::new();
    let (file, _) = sources.add("text", text.as_bytes().to_vec());
    let error = yaml::parse(&file).errors.into_iter().next()?;
    let message = format!("this text is to be YAML, and is not: {}", error.message);
    Some(Diagnostic::new(Code::Syntax, own.origin.span, message))
}
