//! `Fn::Cidr`.

use std::net::IpAddr;

use super::evaluator::Evaluator;
use super::foreach::Scope;
use super::intrinsic::Call;
use super::text::known;
use crate::eval::{Value, Why};

/// The most blocks that the function gives ("Fn::Cidr": 1 to 256).
const MAX_BLOCKS: u32 = 256;

impl Evaluator<'_, '_> {
    pub(super) fn cidr(&mut self, call: &Call, scope: &Scope) -> Value {
        let nodes = self.document.items(call.argument).to_vec();
        if !(2..=3).contains(&nodes.len()) {
            return self.invalid(
                call.span,
                "Fn::Cidr needs a list of a block, a count and a number of bits",
            );
        }
        let values: Vec<Value> = nodes.iter().map(|&node| self.value(node, scope)).collect();
        let texts: Option<Vec<_>> = values.iter().map(known).collect();
        let Some(texts) = texts else {
            let why = values.iter().find_map(Value::first_why);
            return match why {
                Some(why) => Value::unknown(why, call.span),
                None => self.invalid(
                    call.span,
                    "Fn::Cidr needs a block, a count and a number of bits",
                ),
            };
        };
        // Without a number of bits, IPv4 blocks get eight.
        let bits = texts.get(2).map_or(Some(8), |bits| bits.parse().ok());
        let blocks = match (texts[1].parse(), bits) {
            (Ok(count), Some(bits)) => blocks(&texts[0], count, bits),
            _ => Err("the count and the number of bits must be whole numbers".to_owned()),
        };
        match blocks {
            Ok(blocks) => {
                let items = blocks
                    .into_iter()
                    .map(|block| Value::text(block, call.span))
                    .collect();
                Value::tuple(items, call.span)
            }
            Err(reason) => {
                self.invalid(call.span, format!("Fn::Cidr: {reason}"));
                Value::unknown(Why::Invalid, call.span)
            }
        }
    }
}

/// The first `count` blocks of 2^`bits` addresses in `block`.
fn blocks(block: &str, count: u32, bits: u32) -> Result<Vec<String>, String> {
    let bad = || format!("`{block}` is no block of addresses");
    let (address, prefix) = block.split_once('/').ok_or_else(bad)?;
    let address: IpAddr = address.parse().map_err(|_| bad())?;
    let prefix: u32 = prefix.parse().map_err(|_| bad())?;
    let (width, base) = match address {
        IpAddr::V4(four) => (32, u128::from(u32::from(four))),
        IpAddr::V6(six) => (128, u128::from(six)),
    };
    if prefix > width {
        return Err(bad());
    }
    if !(1..=MAX_BLOCKS).contains(&count) {
        return Err(format!("the count must be from 1 to {MAX_BLOCKS}"));
    }
    let room = width - prefix;
    if bits > room || (room - bits < 32 && u64::from(count) > 1u64 << (room - bits)) {
        return Err(format!(
            "{count} blocks of {bits} bits do not fit into {block}"
        ));
    }
    let base = if room == 128 { 0 } else { base >> room << room };
    let block = |index: u32| {
        let start = base
            + if bits == 128 {
                0
            } else {
                u128::from(index) << bits
            };
        let address = match address {
            IpAddr::V4(_) => IpAddr::V4((start as u32).into()),
            IpAddr::V6(_) => IpAddr::V6(start.into()),
        };
        format!("{address}/{}", width - bits)
    };
    Ok((0..count).map(block).collect())
}
