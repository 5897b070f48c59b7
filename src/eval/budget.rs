//! The budget of one stack: how much memory and work its values may take.
//!
//! A few hundred bytes can ask for gigabytes: blocks in blocks, texts of doubled texts, instances times modules. Every
//! value is charged where it is made ([`Value::new`](super::Value::new)), whoever makes it, and so is every expression
//! and every call of a function; both evaluators ask `is_spent` before and after each expression. What would go
//! beyond is an unknown with [`Why::Limit`](super::Why::Limit), a diagnostic says where, and the rest of the run goes
//! on.
//!
//! Budgets count bytes and steps, never time, and grow with what was read for the stack: what a stack gives depends on
//! its input alone, whatever else the thread does and however many threads there are.
//!
//! A named value (an argument, a local value, an output) may take a share of the budget only, so that one that asks
//! for too much does not take all others with it.
//!
//! The rules have a budget of steps for each stack ([`rule_steps`]), in shares for its resources ([`within_rules`]).

use std::cell::Cell;

use ecow::EcoString;

use super::{Data, List, Map, Piece, Reference, Template, Unknown};

/// Bytes of values that every stack may make, however small its input. Tests ask for more than a twelfth of it.
const BYTES: i64 = if cfg!(test) { 4 << 20 } else { 48 << 20 };
/// Bytes of values for each byte of input.
const BYTES_PER_BYTE: i64 = 96;
/// Steps that every stack may take; one is about the work of looking at a member of a list.
const STEPS: i64 = if cfg!(test) { 5_000_000 } else { 60_000_000 };
/// Steps for each byte of input.
const STEPS_PER_BYTE: i64 = 1_000;

/// Steps of the rules about all resources of a stack; one is about a letter compared with a pattern.
const RULE_STEPS: i64 = 40_000_000;
/// Steps of the rules for each byte that declares a resource.
const RULE_STEPS_PER_BYTE: i64 = 10;
/// Steps of the rules about a resource, however many there are.
const LEAST_RULE_STEPS: i64 = 20_000;

/// What an expression takes, in steps.
pub(crate) const EXPRESSION: usize = 20;
/// What a resource takes beside its values, in bytes: its names and places here, in the graph and in the rules.
pub(crate) const RESOURCE: usize = 6_144;
/// What an instance of a module or a nested stack takes beside its values, in bytes.
pub(crate) const INSTANCE: usize = 4_096;

thread_local! {
    /// The budget of the stack that this thread is at work on.
    static METER: Cell<Meter> = const { Cell::new(Meter::endless()) };
}

#[cfg(test)]
thread_local! {
    /// All steps that this thread has taken, in whatever budget.
    static COUNTED: Cell<u64> = const { Cell::new(0) };
}

/// All steps that this thread has taken.
#[cfg(test)]
pub(crate) fn counted() -> u64 {
    COUNTED.get()
}

/// What is left.
#[derive(Debug, Clone, Copy)]
struct Meter {
    bytes: Amount,
    steps: Amount,
    /// Whether a function gave up on a result since it was last asked.
    refused: bool,
    /// The number of the stack on this thread.
    stack: u32,
}

/// What there was and what is left of bytes or steps.
#[derive(Debug, Clone, Copy)]
struct Amount {
    all: i64,
    left: i64,
    /// How far `left` may sink.
    floor: i64,
}

impl Amount {
    const fn of(all: i64) -> Self {
        Self {
            all,
            left: all,
            floor: 0,
        }
    }

    fn is_spent(self) -> bool {
        self.left < self.floor
    }

    fn take(&mut self, amount: usize) {
        self.left = self.left.saturating_sub_unsigned(amount as u64);
    }

    fn grant(&mut self, amount: i64) {
        self.all = self.all.saturating_add(amount);
        self.left = self.left.saturating_add(amount);
    }

    /// The lowest that `left` may sink to when only a share may be used.
    fn floor_of_share(self, share: i64) -> i64 {
        self.floor.max(self.left.saturating_sub(self.all / share))
    }
}

impl Meter {
    /// Outside of any stack nothing is counted.
    const fn endless() -> Self {
        const ENDLESS: Amount = Amount {
            floor: i64::MIN,
            ..Amount::of(i64::MAX)
        };
        Self {
            bytes: ENDLESS,
            steps: ENDLESS,
            refused: false,
            stack: 0,
        }
    }

    fn is_spent(self) -> bool {
        self.bytes.is_spent() || self.steps.is_spent()
    }
}

/// Puts the meter of what was under way back, also when the work panics.
struct Restore(Meter);

impl Drop for Restore {
    fn drop(&mut self) {
        let stack = METER.get().stack;
        METER.set(Meter { stack, ..self.0 });
    }
}

fn change<T>(work: impl FnOnce(&mut Meter) -> T) -> T {
    let mut meter = METER.get();
    let result = work(&mut meter);
    METER.set(meter);
    result
}

/// Does the work for one stack with a budget of its own, on this thread alone. `input` is how many bytes the stack is
/// made from; what is read later is granted then (`grant`).
pub fn within<T>(input: usize, work: impl FnOnce() -> T) -> T {
    let before = METER.get();
    METER.set(Meter {
        bytes: Amount::of(BYTES),
        steps: Amount::of(STEPS),
        refused: false,
        stack: before.stack.wrapping_add(1),
    });
    let _restore = Restore(before);
    grant(input);
    work()
}

/// The steps that rules may take about each of so many resources, which are declared in so many bytes.
pub fn rule_steps(resources: usize, bytes: usize) -> i64 {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let all = RULE_STEPS.saturating_add(bytes.saturating_mul(RULE_STEPS_PER_BYTE));
    (all / resources.max(1) as i64).max(LEAST_RULE_STEPS)
}

/// Does the work of all rules about one resource with a budget of steps of its own; with whether that was enough. What one
/// resource takes does not depend on which thread asks about the others.
pub fn within_rules<T>(steps: i64, work: impl FnOnce() -> T) -> (T, bool) {
    let before = METER.get();
    METER.set(Meter {
        steps: Amount::of(steps),
        stack: before.stack,
        ..Meter::endless()
    });
    let _restore = Restore(before);
    let result = work();
    (result, !is_spent())
}

/// Does work that several share and the first of them to ask does, with a budget of its own; with whether that was enough.
pub(crate) fn apart<T>(work: impl FnOnce() -> T) -> (T, bool) {
    within_rules(RULE_STEPS, work)
}

/// Takes all that is left: what is needed could not be made to the end.
pub(crate) fn exhaust() {
    change(|meter| meter.steps.left = meter.steps.floor.saturating_sub(1));
}

/// More input was read for the stack.
pub(crate) fn grant(input: usize) {
    let input = i64::try_from(input).unwrap_or(i64::MAX);
    change(|meter| {
        meter.bytes.grant(input.saturating_mul(BYTES_PER_BYTE));
        meter.steps.grant(input.saturating_mul(STEPS_PER_BYTE));
    });
}

/// Charges memory.
pub(crate) fn take(bytes: usize) {
    change(|meter| meter.bytes.take(bytes));
}

/// Charges work.
pub(crate) fn work(steps: usize) {
    #[cfg(test)]
    COUNTED.set(COUNTED.get() + steps as u64);
    change(|meter| meter.steps.take(steps));
}

/// Whether nothing more may be made.
pub(crate) fn is_spent() -> bool {
    METER.get().is_spent()
}

/// Charges memory; whether it was there. To be asked before something large is made.
pub(crate) fn has(bytes: usize) -> bool {
    change(|meter| {
        meter.bytes.take(bytes);
        !meter.is_spent()
    })
}

/// Whether there is room for something that is about to be made and will be charged then. To ask for more than is left
/// spends it: the expression around it is given up.
pub(crate) fn room(bytes: usize) -> bool {
    change(|meter| {
        let mut after = *meter;
        after.bytes.take(bytes);
        if after.is_spent() {
            *meter = after;
        }
        !after.is_spent()
    })
}

/// Does the work with at most one in `share` of the whole budget, so that others keep theirs; with whether that was
/// enough.
pub(crate) fn share<T>(share: i64, work: impl FnOnce() -> T) -> (T, bool) {
    let floors = change(|meter| {
        let before = (meter.bytes.floor, meter.steps.floor);
        meter.bytes.floor = meter.bytes.floor_of_share(share);
        meter.steps.floor = meter.steps.floor_of_share(share);
        before
    });
    let result = work();
    let enough = change(|meter| {
        let enough = !meter.is_spent();
        (meter.bytes.floor, meter.steps.floor) = floors;
        enough
    });
    (result, enough)
}

/// A function gave up on a result that is larger than it makes.
pub(crate) fn refuse() {
    change(|meter| meter.refused = true);
}

/// Whether a function gave up since this was last asked.
pub(crate) fn was_refused() -> bool {
    change(|meter| std::mem::take(&mut meter.refused))
}

/// A number that no other stack on this thread has, for what is kept from one expression to the next.
pub(crate) fn stack() -> u32 {
    METER.get().stack
}

impl Data {
    /// About how many bytes it takes beside those of the value itself; members that are values of their own were
    /// weighed when they were made.
    pub(crate) fn weight(&self) -> usize {
        const SHARED: usize = 16;
        match self {
            Data::Null | Data::Bool(_) | Data::Number(_) => 0,
            Data::Text(text) => weight_of(text),
            Data::Template(template) => {
                let pieces = template.pieces.iter().map(|piece| match piece {
                    Piece::Text(text, _) => weight_of(text),
                    Piece::Value(_) => 0,
                });
                let text = template.text.as_ref().map_or(0, weight_of);
                size_of::<Template>()
                    + size_of_val(&*template.pieces)
                    + text
                    + pieces.sum::<usize>()
            }
            Data::List(list) => SHARED + size_of::<List>() + size_of_val(&*list.items),
            Data::Map(map) => SHARED + size_of::<Map>() + size_of_val(&*map.entries),
            Data::Reference(reference) => {
                SHARED + size_of::<Reference>() + size_of_val(&*reference.path)
            }
            Data::Unknown(unknown) => SHARED + size_of::<Unknown>() + size_of_val(&*unknown.among),
        }
    }
}

/// What a text takes beside its handle. Short ones are kept in the handle itself.
fn weight_of(text: &EcoString) -> usize {
    match text.len() <= EcoString::INLINE_LIMIT {
        true => 0,
        false => text.len() + 16,
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES, STEPS, grant, is_spent, share, take, within, work};

    #[test]
    fn outside_of_a_stack_nothing_is_counted() {
        take(usize::MAX);
        assert!(!is_spent());
    }

    #[test]
    fn each_stack_has_its_own() {
        let spent = within(0, || {
            take(BYTES as usize + 1);
            assert!(within(0, || !is_spent()), "one inside another");
            is_spent()
        });
        assert!(spent && !is_spent());
        within(0, || {
            work(STEPS as usize + 1);
            assert!(is_spent());
            grant(1);
            assert!(!is_spent(), "more input, more budget");
        });
    }

    #[test]
    fn a_share_leaves_something_for_the_others() {
        within(0, || {
            let ((), enough) = share(4, || {
                take(BYTES as usize / 4 + 1);
                assert!(is_spent());
            });
            assert!(!enough && !is_spent());
            let (inner, enough) = share(2, || share(4, || take(BYTES as usize / 4 - 100)).1);
            assert!(inner && enough);
            let (inner, enough) = share(4, || share(2, || take(BYTES as usize / 3)).1);
            assert!(
                !inner && !enough,
                "what lies in another gets no more than that"
            );
        });
    }

    #[test]
    fn a_panic_leaves_the_meter_of_the_others_alone() {
        let failed = std::panic::catch_unwind(|| within(0, || panic!("expected")));
        assert!(failed.is_err());
        take(usize::MAX);
        assert!(!is_spent());
    }
}
