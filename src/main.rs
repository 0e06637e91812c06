//! The `belle-house` binary: the allocator, and what is in the library.

/// Measured: a fifth to a third less CPU for a GraphQL answer than with the system allocator (STACK.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(
    unsafe_code,
    reason = "no crate offers these without; none takes a pointer, and each may be called from any thread at any time"
)]
mod allocators {
    use std::ffi::c_int;

    unsafe extern "C" {
        /// mimalloc: makes the calling thread known; without it, collecting on a thread that never allocated does nothing.
        pub safe fn mi_thread_init();
        /// mimalloc: frees the pages that this thread keeps for later, and purges what is free in the whole process.
        pub safe fn mi_collect(force: bool);
        /// The C library, which SQLite and the WebP encoder allocate from: the same, for all of its arenas.
        #[cfg(target_env = "gnu")]
        pub safe fn malloc_trim(keep: usize) -> c_int;
        /// The C library: sets an option.
        #[cfg(target_env = "gnu")]
        pub safe fn mallopt(option: c_int, value: c_int) -> c_int;
    }

    /// How many arenas the C library has; from `malloc.h`.
    #[cfg(target_env = "gnu")]
    pub const M_ARENA_MAX: c_int = -8;
}

fn give_back() {
    allocators::mi_thread_init();
    allocators::mi_collect(true);
    #[cfg(target_env = "gnu")]
    // Whether there was anything to give back is no matter.
    let _ = allocators::malloc_trim(0);
}

fn main() -> std::process::ExitCode {
    #[cfg(target_env = "gnu")]
    // The top of every other arena, one a thread, is never given back. What Rust allocates doesn't come from here, so
    // that few wait for the one. It can't fail: the option and its value are known.
    let _ = allocators::mallopt(allocators::M_ARENA_MAX, 1);
    belle_house::cli::run(give_back)
}
