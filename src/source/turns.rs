//! Work on many things by many threads, on no more things at once than there are threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

/// Does the work for each; the results are in the order of the things.
///
/// A thread of a pool that waits for others takes up whatever work there is. Were each thing such work, one that is half
/// done would lie in memory while the next is begun, and the next.
pub fn each_in_turn<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        things.get(at).map(|thing| (at, thing))
    };
    let workers = rayon::current_num_threads().min(things.len());
    let done: Vec<Vec<(usize, R)>> = (0..workers)
        .into_par_iter()
        .with_max_len(1)
        .map(|_| {
            let turns = std::iter::from_fn(take);
            turns.map(|(at, thing)| (at, work(thing))).collect()
        })
        .collect();
    let mut all: Vec<(usize, R)> = done.into_iter().flatten().collect();
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rayon::prelude::*;

    use super::each_in_turn;

    #[test]
    fn few_at_once_and_all_in_order() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
        let (under_way, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let things: Vec<u32> = (0..200).collect();
        let doubled = pool.unwrap().install(|| {
            each_in_turn(&things, |thing| {
                let now = under_way.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                // Work that others can take up while this one waits.
                let sum: u32 = (0..100_u32).into_par_iter().map(|_| *thing / 50).sum();
                under_way.fetch_sub(1, Ordering::SeqCst);
                assert!(sum <= 400);
                thing * 2
            })
        });
        assert_eq!(
            doubled,
            things.iter().map(|thing| thing * 2).collect::<Vec<_>>()
        );
        assert!(most.into_inner() <= 3);
    }
}
