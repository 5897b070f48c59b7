//! Deep recursion without large stacks: a thread begins with a small one, and more is there when it is needed.

/// Stack with which the threads that evaluate begin. It is reserved, not used: small machines and tight limits must do,
/// and recursion that goes deeper takes more ([`deep`]).
pub const THREAD_STACK_BYTES: usize = 8 << 20;

/// What must be left of a stack for the work between two calls of [`deep`]: walks through values that are nested as
/// deep as values may be.
const LEFT: usize = 1 << 20;

/// By how much a stack grows.
const MORE: usize = 8 << 20;

/// Does one level of a deep recursion, on more stack if little is left.
pub fn deep<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(LEFT, MORE, work)
}

#[cfg(test)]
mod tests {
    use super::deep;

    #[test]
    fn a_small_stack_is_enough() {
        fn down(left: u32) -> u32 {
            let filled = std::hint::black_box([left; 4_096]);
            match left {
                0 => 0,
                _ => deep(|| down(left - 1)) + u32::from(filled[4_095] == left),
            }
        }
        let thread = std::thread::Builder::new().stack_size(1 << 20);
        let depth = thread.spawn(|| down(5_000)).unwrap().join().unwrap();
        assert_eq!(depth, 5_000);
    }
}
