//! Vocabulary files (`_kinds.yaml`) to the model. Compiled into the build script too.

mod endpoint;

use super::model::{
    Attribute, Default_, DocumentSpec, EdgeSpec, Encoding, Flow, Join, Kind, Literal, Member, Path,
    Ports, Relation, Source, Step, Usage,
};
use super::tree::{self, Data, Node, Wrong};

/// The kinds of one vocabulary file.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn kinds(text: &str) -> Result<Vec<(usize, Kind)>, Wrong> {
    let root = tree::parse(text, 1)?;
    let mut kinds = Vec::new();
    for (name, line, node) in root.map()? {
        kinds.push((*line, kind(name, node)?));
    }
    Ok(kinds)
}

fn kind(name: &str, node: &Node) -> Result<Kind, Wrong> {
    let mut kind = Kind {
        name: name.to_owned(),
        ..Kind::default()
    };
    for (key, line, value) in node.map()? {
        match key.as_str() {
            "cloudformation" => kind.cloudformation = value.texts()?,
            "terraform" => kind.terraform = value.texts()?,
            "identity" => kind.identity = Some(value.text()?.to_owned()),
            "secrets" => {
                for (name, _, what) in value.map()? {
                    kind.secrets.push((name.clone(), what.text()?.to_owned()));
                }
            }
            "addresses" => kind.addresses = Some(path(value.text()?, *line)?),
            "attributes" => {
                for (path, line, spec) in value.map()? {
                    kind.attributes.push(attribute(path, *line, spec)?);
                }
            }
            "flows" => {
                for (name, line, spec) in value.map()? {
                    kind.flows.push(flow(name, *line, spec)?);
                }
            }
            "edges" => kind.edges = value.items().iter().map(edge).collect::<Result<_, _>>()?,
            "documents" => {
                kind.documents = value
                    .items()
                    .iter()
                    .map(document)
                    .collect::<Result<_, _>>()?;
            }
            "routes" => kind.routes = Some(endpoint::routes(value)?),
            "endpoint" => kind.endpoint = Some(endpoint::endpoint(value)?),
            other => {
                return Err(unexpected(
                    *line,
                    other,
                    "cloudformation, terraform, identity, secrets, addresses, attributes, flows, edges, documents, routes, endpoint",
                ));
            }
        }
    }
    if !name.contains('.') && kind.terraform.is_empty() {
        kind.terraform.push(name.to_owned());
    }
    Ok(kind)
}

fn unexpected(line: usize, found: &str, expected: &str) -> Wrong {
    Wrong::at(
        line,
        format!("`{found}` is not expected here; expected: {expected}"),
    )
}

/// A path, its errors at a line.
///
/// # Errors
/// When the text is no path.
pub fn path(text: &str, line: usize) -> Result<Path, Wrong> {
    Path::parse(text).map_err(|message| Wrong::at(line, message))
}

fn attribute(name: &str, line: usize, node: &Node) -> Result<Attribute, Wrong> {
    let mut attribute = Attribute {
        path: path(name, line)?,
        terraform: Vec::new(),
        cloudformation: Vec::new(),
        defaults: Vec::new(),
    };
    let list = attribute.path.0.last().is_some_and(|step| step.each);
    if attribute.path.0.iter().rev().skip(1).any(|step| step.each) {
        return Err(Wrong::at(
            line,
            "only the last step may have `[]`; say `members:` for what is inside an item",
        ));
    }
    for (key, line, value) in node.map()? {
        match key.as_str() {
            "terraform" => attribute.terraform = sources(value, list)?,
            "cloudformation" => attribute.cloudformation = sources(value, list)?,
            "default" => attribute.defaults = defaults(value)?,
            other => {
                return Err(unexpected(
                    *line,
                    other,
                    "terraform, cloudformation, default",
                ));
            }
        }
    }
    Ok(attribute)
}

fn sources(node: &Node, list: bool) -> Result<Vec<Source>, Wrong> {
    node.items().iter().map(|item| source(item, list)).collect()
}

fn source(node: &Node, list: bool) -> Result<Source, Wrong> {
    let mut source = Source::default();
    match &node.data {
        Data::Scalar(text, _) => (source.join, source.path) = place(text, node.line)?,
        Data::Map(entries) => {
            for (key, line, value) in entries {
                match key.as_str() {
                    "path" => (source.join, source.path) = place(value.text()?, *line)?,
                    "where" => {
                        for (name, line, value) in value.map()? {
                            source.filter.push((path(name, *line)?, value.literal()));
                        }
                    }
                    "when" => {
                        for (text, _, value) in value.map()? {
                            source.when.push((text.clone(), value.literal()));
                        }
                    }
                    "constant" => source.constant = Some(value.literal()),
                    "members" => source.members = members(value)?,
                    "text" => {
                        source.text = Some(match value.text()? {
                            "json" => Encoding::Json,
                            "yaml" => Encoding::Yaml,
                            "base64" => Encoding::Base64,
                            other => return Err(unexpected(*line, other, "json, base64")),
                        });
                    }
                    "inside" => source.inside = path(value.text()?, *line)?,
                    "pairs" => source.pairs = Some(pairs(value)?),
                    other => {
                        return Err(unexpected(
                            *line,
                            other,
                            "path, where, when, constant, members, text, inside, pairs",
                        ));
                    }
                }
            }
        }
        Data::List(_) => return Err(Wrong::at(node.line, "a path or a mapping is expected here")),
    }
    let each = source.path.0.last().is_some_and(|step| step.each);
    if source.pairs.is_some() && list {
        return Err(Wrong::at(
            node.line,
            "`pairs` make a map, but the attribute has `[]`",
        ));
    }
    if each && !list && source.pairs.is_none() {
        return Err(Wrong::at(
            node.line,
            "this path leads to many values, but the attribute has no `[]`",
        ));
    }
    if !source.inside.is_empty() && source.text.is_none() {
        return Err(Wrong::at(node.line, "`inside` belongs to `text`"));
    }
    // A list may have the resource itself as an item.
    let itself = list && !source.members.is_empty();
    if source.constant.is_none() && source.path.is_empty() && source.join.is_none() && !itself {
        return Err(Wrong::at(
            node.line,
            "neither `path` nor `constant` is given",
        ));
    }
    Ok(source)
}

/// `[name, value]`: where the items of a list of pairs have both.
fn pairs(node: &Node) -> Result<(Path, Path), Wrong> {
    match node.items() {
        [name, value] => Ok((
            path(name.text()?, name.line)?,
            path(value.text()?, value.line)?,
        )),
        _ => Err(Wrong::at(
            node.line,
            "two paths are expected here: of the name and of the value",
        )),
    }
}

fn members(node: &Node) -> Result<Vec<Member>, Wrong> {
    let mut members = Vec::new();
    for (name, line, value) in node.map()? {
        let mut steps = path(name, *line)?.0;
        let step: Step = match (steps.pop(), steps.is_empty()) {
            (Some(step), true) => step,
            _ => return Err(Wrong::at(*line, "a member is one name")),
        };
        let sources = sources(value, step.each)?;
        members.push(Member { step, sources });
    }
    Ok(members)
}

/// `type[argument].path`, `type[argument]` or `path`.
fn place(text: &str, line: usize) -> Result<(Option<Join>, Path), Wrong> {
    let joined = text
        .split_once('[')
        .filter(|(_, rest)| !rest.starts_with(']'));
    let Some((type_name, rest)) = joined else {
        return Ok((None, path(text, line)?));
    };
    let (argument, rest) = rest
        .split_once(']')
        .ok_or_else(|| Wrong::at(line, format!("`{text}`: `]` is missing")))?;
    let inner = match rest.strip_prefix('.') {
        Some(rest) => path(rest, line)?,
        None if rest.is_empty() => Path::default(),
        None => return Err(Wrong::at(line, format!("`{text}`: expected `.` after `]`"))),
    };
    path(argument, line)?;
    Ok((
        Some(Join {
            type_name: type_name.to_owned(),
            argument: argument.to_owned(),
        }),
        inner,
    ))
}

fn defaults(node: &Node) -> Result<Vec<Default_>, Wrong> {
    let Data::List(items) = &node.data else {
        return Ok(vec![Default_ {
            provider: None,
            value: node.literal(),
        }]);
    };
    let mut cases = Vec::new();
    for item in items {
        let value = item
            .get("value")
            .ok_or_else(|| Wrong::at(item.line, "`value` is missing"))?
            .literal();
        let provider = match item.get("provider") {
            None => None,
            Some(node) => Some(majors(node.text()?, node.line)?),
        };
        cases.push(Default_ { provider, value });
    }
    Ok(cases)
}

/// `<= 3`, `>= 4`, `3`: a range of major versions.
fn majors(text: &str, line: usize) -> Result<(u32, u32), Wrong> {
    let number = |rest: &str| {
        rest.trim()
            .parse::<u32>()
            .map_err(|_| Wrong::at(line, format!("`{text}` is not `<= N`, `>= N` or `N`")))
    };
    if let Some(rest) = text.strip_prefix("<=") {
        return Ok((0, number(rest)?));
    }
    if let Some(rest) = text.strip_prefix(">=") {
        return Ok((number(rest)?, u32::MAX));
    }
    let only = number(text)?;
    Ok((only, only))
}

/// `{ path: …, use: identity }`.
fn document(node: &Node) -> Result<DocumentSpec, Wrong> {
    let need = |key: &str| {
        node.get(key)
            .ok_or_else(|| Wrong::at(node.line, format!("`{key}` is missing")))
    };
    Ok(DocumentSpec {
        path: path(need("path")?.text()?, node.line)?,
        usage: usage(need("use")?)?,
    })
}

/// What policy documents are for, by word.
///
/// # Errors
/// When it is another word.
pub fn usage(node: &Node) -> Result<Usage, Wrong> {
    let word = node.text()?;
    let found = Usage::ALL.into_iter().find(|usage| usage.word() == word);
    found.ok_or_else(|| unexpected(node.line, word, &Usage::ALL.map(Usage::word).join(", ")))
}

fn edge(node: &Node) -> Result<EdgeSpec, Wrong> {
    let mut from = Path::default();
    let mut to = None;
    let mut kinds = Vec::new();
    let mut relation = None;
    for (key, line, value) in node.map()? {
        match key.as_str() {
            "from" => from = path(value.text()?, *line)?,
            "to" => to = Some(path(value.text()?, *line)?),
            "kind" => kinds = value.texts()?,
            "relation" => {
                let word = value.text()?;
                relation = Relation::ALL
                    .into_iter()
                    .find(|relation| relation.word() == word);
                if relation.is_none() {
                    let words: Vec<_> = Relation::ALL
                        .iter()
                        .map(|relation| relation.word())
                        .collect();
                    return Err(unexpected(*line, word, &words.join(", ")));
                }
            }
            other => return Err(unexpected(*line, other, "from, to, kind, relation")),
        }
    }
    let to = to.ok_or_else(|| Wrong::at(node.line, "`to` is missing"))?;
    let relation = relation.ok_or_else(|| Wrong::at(node.line, "`relation` is missing"))?;
    Ok(EdgeSpec {
        from,
        to,
        relation,
        kinds,
    })
}

/// A path of a flow; a leading `/` starts from the resource instead of the item.
fn rooted(node: &Node) -> Result<(bool, Path), Wrong> {
    rooted_path(node.text()?, node.line)
}

fn rooted_all(node: &Node) -> Result<Vec<(bool, Path)>, Wrong> {
    node.items().iter().map(rooted).collect()
}

fn rooted_path(text: &str, line: usize) -> Result<(bool, Path), Wrong> {
    let (root, rest) = text
        .strip_prefix('/')
        .map_or((false, text), |rest| (true, rest));
    Ok((root, path(rest, line)?))
}

/// Paths, each with whether it is negated, and the values they have.
type ValuesAt = Vec<((bool, Path), Vec<Literal>)>;

/// `path: [value, …]` for some paths.
fn values_at(node: &Node) -> Result<ValuesAt, Wrong> {
    let entries = node.map()?.iter();
    let entry = |(name, line, value): &(String, usize, Node)| {
        let literals = value.items().iter().map(Node::literal).collect();
        Ok((rooted_path(name, *line)?, literals))
    };
    entries.map(entry).collect()
}

fn flow(name: &str, line: usize, node: &Node) -> Result<Flow, Wrong> {
    let mut flow = Flow {
        name: name.to_owned(),
        each: Path::default(),
        addresses: Vec::new(),
        between: None,
        named: Vec::new(),
        anyone_without: None,
        unless: Vec::new(),
        not_internet: Vec::new(),
        inner: Path::default(),
        ports: Ports::Ranges(Vec::new()),
        protocol: (false, Path::default()),
        only: Vec::new(),
        denies: None,
        first: None,
        groups: Vec::new(),
        narrows: Vec::new(),
        beside: None,
    };
    for (key, line, value) in node.map()? {
        match key.as_str() {
            "each" => flow.each = path(value.text()?, *line)?,
            "addresses" => {
                flow.addresses = value.items().iter().map(rooted).collect::<Result<_, _>>()?
            }
            "between" => match value.items() {
                [from, to] => flow.between = Some((rooted(from)?, rooted(to)?)),
                _ => return Err(Wrong::at(*line, "two paths are expected here")),
            },
            "named" => flow.named = value.items().iter().map(rooted).collect::<Result<_, _>>()?,
            "anyone-without" => {
                let paths = value.items().iter().map(rooted);
                flow.anyone_without = Some(paths.collect::<Result<_, _>>()?);
            }
            "unless" => flow.unless = values_at(value)?,
            "not-internet" => flow.not_internet = values_at(value)?,
            "inner" => flow.inner = path(value.text()?, *line)?,
            "ports" => {
                flow.ports =
                    Ports::Ranges(value.items().iter().map(rooted).collect::<Result<_, _>>()?)
            }
            "from-port-to-port" => match value.items() {
                [from, to] => flow.ports = Ports::Pair(rooted(from)?, rooted(to)?),
                _ => return Err(Wrong::at(*line, "two paths are expected here")),
            },
            "protocol" => flow.protocol = rooted(value)?,
            "only" => {
                for (name, line, value) in value.map()? {
                    flow.only.push((rooted_path(name, *line)?, value.literal()));
                }
            }
            "beside" => flow.beside = Some(value.text()?.to_owned()),
            "denies" => match value.map()? {
                [(name, line, value)] => {
                    flow.denies = Some((rooted_path(name, *line)?, value.literal()));
                }
                _ => return Err(Wrong::at(*line, "one value is expected here")),
            },
            "first" => flow.first = Some(rooted(value)?),
            "groups" => flow.groups = rooted_all(value)?,
            "narrows" => {
                flow.narrows = value.items().iter().map(rooted).collect::<Result<_, _>>()?
            }
            other => {
                return Err(unexpected(
                    *line,
                    other,
                    "each, inner, addresses, between, named, anyone-without, unless, not-internet, ports, from-port-to-port, protocol, only, denies, first, groups, narrows, beside",
                ));
            }
        }
    }
    if flow.addresses.is_empty() && flow.between.is_none() {
        return Err(Wrong::at(
            line,
            "one of `addresses` and `between` is needed",
        ));
    }
    if flow.first.is_some() != (flow.denies.is_some() || flow.beside.is_some()) {
        return Err(Wrong::at(
            line,
            "`first` belongs to `denies` or `beside`, and they to it",
        ));
    }
    Ok(flow)
}
