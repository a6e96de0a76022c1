//! Makes waiting for the disk a matter of no time.
//!
//! Package managers write every file through to the disk, so that a power cut leaves a system that starts. A tree that is being
//! built is thrown away after a power cut, and the kernel writes it out in its own time. A filter (seccomp(2), program in the
//! format of Linux' classic BPF) answers the calls with success and does nothing.

use std::io;
use std::mem::offset_of;

use libc::{sock_filter, sock_fprog};

/// The calls that wait for the disk.
const CALLS: [libc::c_long; 6] = [
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_sync,
    libc::SYS_syncfs,
    libc::SYS_msync,
    libc::SYS_sync_file_range,
];

/// How the kernel names the architecture whose call numbers [`CALLS`] holds (`linux/audit.h`); other call tables, such as
/// that of 32-bit programs, are left alone.
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: Option<u32> = Some(0xc000_003e);
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: Option<u32> = Some(0xc000_00b7);
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const ARCHITECTURE: Option<u32> = None;

/// Installs the filter for this process and all it will start. Where the kernel has no filters, nothing changes but the time.
///
/// # Errors
/// As the kernel says; the caller may go on.
pub(super) fn install() -> io::Result<()> {
    let Some(architecture) = ARCHITECTURE else {
        return Ok(());
    };
    let mut filter = program(architecture);
    let program = sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: the pointers are valid for the time of the call, which copies what they point to.
    let result = unsafe {
        libc::prctl(
            libc::PR_SET_SECCOMP,
            libc::SECCOMP_MODE_FILTER,
            &raw const program,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn program(architecture: u32) -> Vec<sock_filter> {
    let load = |offset: usize| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset as u32);
    let answer = |value: u32| statement(libc::BPF_RET | libc::BPF_K, value);
    let count = CALLS.len() as u8;
    let mut filter = vec![
        load(offset_of!(libc::seccomp_data, arch)),
        // Another architecture: to the answer behind the comparisons.
        jump(architecture, 0, count + 1),
        load(offset_of!(libc::seccomp_data, nr)),
    ];
    for (index, call) in CALLS.iter().enumerate() {
        // A hit skips the remaining comparisons and the first answer.
        let to_success = count - index as u8;
        filter.push(jump(*call as u32, to_success, 0));
    }
    filter.push(answer(libc::SECCOMP_RET_ALLOW));
    filter.push(answer(libc::SECCOMP_RET_ERRNO));
    filter
}

fn statement(code: u32, value: u32) -> sock_filter {
    sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k: value,
    }
}

/// Compares with `value` and skips `equal` or `different` instructions.
fn jump(value: u32, equal: u8, different: u8) -> sock_filter {
    sock_filter {
        jt: equal,
        jf: different,
        ..statement(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the program for one call, as the kernel would.
    fn verdict(filter: &[sock_filter], architecture: u32, call: u32) -> u32 {
        let (mut position, mut accumulator) = (0, 0);
        loop {
            let instruction = filter[position];
            position += 1;
            match u32::from(instruction.code) & 0x07 {
                libc::BPF_LD if instruction.k == 4 => accumulator = architecture,
                libc::BPF_LD => accumulator = call,
                libc::BPF_JMP if accumulator == instruction.k => {
                    position += usize::from(instruction.jt);
                }
                libc::BPF_JMP => position += usize::from(instruction.jf),
                _ => return instruction.k,
            }
        }
    }

    #[test]
    fn only_waiting_is_answered() {
        let filter = program(1);
        for call in CALLS {
            assert_eq!(verdict(&filter, 1, call as u32), libc::SECCOMP_RET_ERRNO);
            assert_eq!(verdict(&filter, 2, call as u32), libc::SECCOMP_RET_ALLOW);
        }
        for call in [libc::SYS_write, libc::SYS_openat, libc::SYS_rename] {
            assert_eq!(verdict(&filter, 1, call as u32), libc::SECCOMP_RET_ALLOW);
        }
    }
}
