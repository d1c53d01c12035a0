//! The program: reads the command line and hands over.

use std::process::ExitCode;

/// Answers are thousands of small pieces, and reading a directory millions; the C library's allocator took a fifth of
/// the time of both.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    signpost::cli::main()
}
