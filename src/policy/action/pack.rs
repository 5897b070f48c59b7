//! From `table.txt` to the bytes that [`super`] reads. Runs in the build script only.
//!
//! Names of actions are made of few words (`Describe`, `Instances`); a name is a row of numbers of words. Everything of a
//! service stands together, so that a question about one service reads nothing of the others.
//!
//! ```text
//! file     u32 offset of the words, u32 offset of the keys, u16 n, n × u32 offset of a service, by prefix
//! words    n × u32 end, texts          keys   n × u32 end, texts
//! service  prefix, name, types, sets of keys, groups, actions
//! type     name, ARN, set of keys      group  level, number of a set, n × (type × 2 + always needed)
//! action   words of its name, number of a group
//! ```
//! Numbers without a size are variable (seven bits to a byte), texts and lists begin with their length.

use std::collections::BTreeMap;

/// The letters of the access levels, in the order of `Level`.
const LEVELS: &str = "LRWPT";

#[derive(Default)]
struct Service<'t> {
    prefix: &'t str,
    name: &'t str,
    /// Name, ARN, keys.
    types: Vec<(&'t str, String, Vec<String>)>,
    sets: Vec<Vec<String>>,
    /// Level, number of the set, types.
    groups: Vec<(usize, usize, Vec<usize>)>,
    actions: Vec<(&'t str, usize)>,
}

/// The bytes of a table.
///
/// # Errors
/// The line that is not of the form that the head of the table says, and what is wrong with it.
pub fn pack(table: &str) -> Result<Vec<u8>, (usize, String)> {
    let mut services: Vec<Service> = Vec::new();
    for (at, line) in table.lines().enumerate() {
        let wrong = |message: &str| (at + 1, message.to_owned());
        if line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let (prefix, name) = rest
                .split_once("] ")
                .ok_or_else(|| wrong("`[prefix] name` is expected"))?;
            services.push(Service {
                prefix,
                name,
                ..Service::default()
            });
            continue;
        }
        let service = services
            .last_mut()
            .ok_or_else(|| wrong("no service before this line"))?;
        service.line(line).map_err(|message| (at + 1, message))?;
    }
    if !services.is_sorted_by(|a, b| a.prefix < b.prefix) {
        return Err((0, "the services are not sorted".into()));
    }
    Ok(bytes(services))
}

impl<'t> Service<'t> {
    fn line(&mut self, line: &'t str) -> Result<(), String> {
        let (sign, rest) = line.split_at(line.len().min(1));
        match sign {
            "=" => {
                let mut parts = rest.split_whitespace();
                let (Some(name), Some(arn)) = (parts.next(), parts.next()) else {
                    return Err("`= type arn keys` is expected".into());
                };
                let arn = match arn.strip_prefix(':') {
                    Some(rest) => format!("arn:*:{}:{rest}", self.prefix),
                    None => arn.to_owned(),
                };
                self.types.push((name, arn, self.keys(parts)));
            }
            "?" => self.sets.push(self.keys(rest.split_whitespace())),
            ">" => {
                let mut parts = rest.split_whitespace();
                let level = parts.next().and_then(|level| LEVELS.find(level));
                let (Some(level), false) = (level, self.sets.is_empty()) else {
                    return Err("`> level types` after `? keys` is expected".into());
                };
                let types = parts.map(|name| self.type_of(name));
                let types = types.collect::<Result<_, _>>()?;
                self.groups.push((level, self.sets.len() - 1, types));
            }
            _ if self.groups.is_empty() => return Err("no group before this action".into()),
            _ => self.actions.push((line, self.groups.len() - 1)),
        }
        Ok(())
    }

    fn keys(&self, short: impl Iterator<Item = &'t str>) -> Vec<String> {
        let long = short.flat_map(|key| match key {
            "@" => vec!["aws:ResourceTag/".to_owned()],
            "+" => vec!["aws:RequestTag/".to_owned(), "aws:TagKeys".to_owned()],
            _ if key.starts_with(':') => vec![format!("{}{key}", self.prefix)],
            _ => vec![key.to_owned()],
        });
        let mut keys: Vec<String> = long.collect();
        keys.sort();
        keys
    }

    /// Twice the number of a type, plus one where it is always needed.
    fn type_of(&self, short: &str) -> Result<usize, String> {
        let name = short.trim_end_matches('!');
        let exact = self.types.iter().position(|(own, ..)| *own == name);
        let mut fronts = (0..self.types.len()).filter(|at| self.types[*at].0.starts_with(name));
        let at = match (exact, fronts.next(), fronts.next()) {
            (Some(at), ..) | (None, Some(at), None) => at,
            _ => return Err(format!("`{name}` is no one type of resource")),
        };
        Ok(at * 2 + usize::from(name.len() < short.len()))
    }
}

fn bytes(mut services: Vec<Service>) -> Vec<u8> {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    for service in &mut services {
        service
            .actions
            .sort_by_cached_key(|(name, _)| name.to_ascii_lowercase());
        for word in service.actions.iter().flat_map(|(name, _)| split(name)) {
            *words.entry(word).or_default() += 1;
        }
        let sets = service.types.iter().map(|(.., keys)| keys);
        for key in sets.chain(&service.sets).flatten() {
            *keys.entry(key.clone()).or_default() += 1;
        }
    }
    // What is frequent gets the short numbers.
    let (words, word_texts) = numbered(words);
    let (keys, key_texts) = numbered(keys);
    let head = 4 + 4 + 2 + 4 * services.len();
    let mut body = Vec::new();
    let mut offsets = Vec::new();
    for service in &services {
        offsets.push(head + body.len());
        write_service(service, &words, &keys, &mut body);
    }
    let mut out = Vec::new();
    fixed(&mut out, head + body.len());
    fixed(&mut out, head + body.len() + word_texts.len());
    out.extend((services.len() as u16).to_le_bytes());
    offsets
        .into_iter()
        .for_each(|offset| fixed(&mut out, offset));
    out.extend(body);
    out.extend(word_texts);
    out.extend(key_texts);
    out
}

fn write_service(
    service: &Service,
    words: &BTreeMap<&str, usize>,
    keys: &BTreeMap<String, usize>,
    out: &mut Vec<u8>,
) {
    let set = |set: &[String], out: &mut Vec<u8>| {
        number(out, set.len());
        set.iter().for_each(|key| number(out, keys[key]));
    };
    text(out, service.prefix);
    text(out, service.name);
    number(out, service.types.len());
    for (name, arn, keys) in &service.types {
        text(out, name);
        text(out, arn);
        set(keys, out);
    }
    number(out, service.sets.len());
    service.sets.iter().for_each(|keys| set(keys, out));
    number(out, service.groups.len());
    for (level, keys, types) in &service.groups {
        number(out, *level);
        number(out, *keys);
        number(out, types.len());
        types.iter().for_each(|at| number(out, *at));
    }
    number(out, service.actions.len());
    for (name, group) in &service.actions {
        number(out, split(name).len());
        split(name).iter().for_each(|word| number(out, words[word]));
        number(out, *group);
    }
}

/// The words of a name: each begins where a capital follows something else.
fn split(name: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut from = 0;
    let bytes = name.as_bytes();
    for at in 1..bytes.len() {
        if bytes[at].is_ascii_uppercase() && !bytes[at - 1].is_ascii_uppercase() {
            words.push(&name[from..at]);
            from = at;
        }
    }
    words.push(&name[from..]);
    words
}

/// Numbers by falling frequency, and the table of the texts in that order.
fn numbered<K: Ord + Clone + AsRef<str>>(
    counts: BTreeMap<K, usize>,
) -> (BTreeMap<K, usize>, Vec<u8>) {
    let mut order: Vec<(K, usize)> = counts.into_iter().collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut out = Vec::new();
    let mut end = 0;
    for (key, _) in &order {
        end += key.as_ref().len();
        fixed(&mut out, end);
    }
    let mut table = Vec::new();
    fixed(&mut table, order.len());
    table.extend(out);
    for (key, _) in &order {
        table.extend(key.as_ref().as_bytes());
    }
    let numbers = order.into_iter().enumerate();
    (numbers.map(|(at, (key, _))| (key, at)).collect(), table)
}

fn fixed(out: &mut Vec<u8>, value: usize) {
    out.extend(u32::try_from(value).expect("a small table").to_le_bytes());
}

fn number(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn text(out: &mut Vec<u8>, value: &str) {
    number(out, value.len());
    out.extend(value.as_bytes());
}
