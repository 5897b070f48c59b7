//! Packing the documents of the policies that AWS manages: sorted by name, deflated in groups.
//!
//! The form: the number of policies, for each its name and path, group and place in it; the number of groups, for each
//! where it begins; the groups. Numbers are of four bytes, the lowest first; texts have their length before them.

use std::io::Write;

/// How much text a group has at least.
const GROUP: usize = 24_000;

/// Packs the table; else the line that is wrong, and why.
pub fn pack(table: &str) -> Result<Vec<u8>, (usize, String)> {
    let mut policies: Vec<(&str, String)> = Vec::new();
    for (at, line) in table.lines().enumerate() {
        let wrong = |message: &str| (at + 1, message.to_owned());
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let (name, rest) = rest
                .split_once("] ")
                .ok_or_else(|| wrong("`[name] path version`"))?;
            if policies.last().is_some_and(|(last, _)| *last >= name) {
                return Err(wrong("names are sorted"));
            }
            policies.push((name, format!("{rest}\n")));
            continue;
        }
        let (_, text) = policies
            .last_mut()
            .ok_or_else(|| wrong("a policy has a name"))?;
        if !line.starts_with(['+', '-']) || line.matches(" | ").count() < 1 {
            return Err(wrong("`+ actions | resources | conditions`"));
        }
        text.push_str(line);
        text.push('\n');
    }
    let (mut index, mut groups, mut group) = (Vec::new(), Vec::new(), String::new());
    number(&mut index, policies.len());
    for (name, text) in &policies {
        if group.len() >= GROUP {
            groups.push(deflated(&std::mem::take(&mut group)));
        }
        number(&mut index, name.len());
        index.extend(name.as_bytes());
        number(&mut index, groups.len());
        number(&mut index, group.len());
        number(&mut index, text.len());
        group.push_str(text);
    }
    groups.push(deflated(&group));
    number(&mut index, groups.len());
    let mut at = index.len() + 4 * (groups.len() + 1);
    for group in &groups {
        number(&mut index, at);
        at += group.len();
    }
    number(&mut index, at);
    groups.iter().for_each(|group| index.extend(group));
    Ok(index)
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn number(out: &mut Vec<u8>, value: usize) {
    out.extend(u32::try_from(value).expect("a small table").to_le_bytes());
}
