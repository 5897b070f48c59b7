//! The threads of a run: as many as are asked for, fewer where the machine lacks the room.

use std::num::NonZero;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::source::THREAD_STACK_BYTES;

/// Addresses that a thread takes beside its stack: allocators reserve a region for each.
const REGION_BYTES: usize = 128 << 20;

/// A pool of threads.
///
/// # Errors
/// When not even the thread that asks can work in a pool.
pub(super) fn pool(asked: Option<u16>) -> Result<ThreadPool, ThreadPoolBuildError> {
    let usual = || std::thread::available_parallelism().map_or(1, NonZero::get);
    let asked = asked.map(usize::from).filter(|count| *count > 0);
    let mut count = asked.unwrap_or_else(usual).min(most(address_space()));
    loop {
        let builder = || ThreadPoolBuilder::new().num_threads(count);
        match builder().stack_size(THREAD_STACK_BYTES).build() {
            Ok(pool) => return Ok(pool),
            // One thread is there already.
            Err(_) if count == 1 => return builder().use_current_thread().build(),
            Err(_) => count /= 2,
        }
    }
}

/// The most threads for so many bytes of addresses: half of them are for what the threads work on.
fn most(space: Option<u64>) -> usize {
    let each = (THREAD_STACK_BYTES + REGION_BYTES) as u64;
    let count = space.map_or(u64::MAX, |space| space / 2 / each);
    usize::try_from(count).unwrap_or(usize::MAX).max(1)
}

/// How many bytes of addresses this process may use, where there is a limit.
#[cfg(unix)]
fn address_space() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::As).current
}

/// How many bytes of addresses this process may use, where there is a limit.
#[cfg(not(unix))]
fn address_space() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::{most, pool};

    #[test]
    fn little_room_few_threads() {
        assert_eq!(most(None), usize::MAX);
        assert_eq!(most(Some(1)), 1);
        assert_eq!(most(Some(512 << 20)), 1);
        assert!((2..16).contains(&most(Some(2 << 30))));
    }

    #[test]
    fn all_counts_give_a_pool() {
        for asked in [None, Some(0), Some(1), Some(3)] {
            let pool = pool(asked).unwrap();
            assert_eq!(pool.install(|| 1 + 1), 2);
            let wanted = asked.filter(|count| *count > 1).map(usize::from);
            assert!(wanted.is_none_or(|wanted| pool.current_num_threads() == wanted));
        }
    }
}
