//! The operating system's random source.

use std::io;

use rustix::rand::{GetRandomFlags, getrandom};

/// Returns 32 bytes that nobody can guess.
///
/// # Errors
/// The kernel has no random numbers to give.
pub fn seed() -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    let given = getrandom(&mut seed, GetRandomFlags::empty())?;
    if given < seed.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(seed)
}
