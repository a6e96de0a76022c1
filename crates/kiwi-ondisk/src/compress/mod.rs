//! Compression that uses every core and whose output does not depend on how many there are.
//!
//! Specifications: RFC 1952 (gzip), the .xz File Format 1.2.1, RFC 8878 (Zstandard). Each format is cut into blocks whose
//! size depends on the level only; threads work on blocks, and the blocks are written in order.

mod gzip;

use std::io::{self, Write};
use std::num::NonZeroU32;

use liblzma::stream::{Check, MtStreamBuilder};
use liblzma::write::XzEncoder;

use crate::{Error, Result};
use gzip::ParallelGzip;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip, level 0 to 9.
    Gzip {
        /// 0 stores, 9 is slowest.
        level: u32,
    },
    /// xz, level 0 to 9.
    Xz {
        /// Preset of liblzma; memory per thread grows with it (6: about 100 MiB, 9: about 700 MiB).
        level: u32,
    },
    /// Zstandard, level 1 to 22.
    Zstd {
        /// 3 is the tool's own default, from 20 on memory grows a lot.
        level: i32,
    },
}

impl Compression {
    /// gzip as the tool does it when it is not told otherwise.
    pub const GZIP: Self = Self::Gzip { level: 6 };
    /// xz as the tool does it when it is not told otherwise.
    pub const XZ: Self = Self::Xz { level: 6 };
    /// Zstandard as the tool does it when it is not told otherwise.
    pub const ZSTD: Self = Self::Zstd { level: 3 };

    /// Gives the usual file name suffix without its dot; `None` when nothing is compressed.
    pub const fn suffix(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Gzip { .. } => Some("gz"),
            Self::Xz { .. } => Some("xz"),
            Self::Zstd { .. } => Some("zst"),
        }
    }

    /// Starts compressing into `inner` with so many threads.
    pub fn writer<W: Write>(self, inner: W, threads: NonZeroU32) -> Result<Compressor<W>> {
        let bad_level = |level: i64| {
            Error::value(
                "compression level",
                level.to_string(),
                "is not one of this format",
            )
        };
        let backend = match self {
            Self::None => Backend::Plain(inner),
            Self::Gzip { level } if level <= 9 => Backend::Gzip(
                ParallelGzip::new(inner, level, threads).map_err(Error::io("starting gzip"))?,
            ),
            Self::Xz { level } if level <= 9 => {
                let stream = MtStreamBuilder::new()
                    .threads(threads.get())
                    .preset(level)
                    .block_size(xz_block_size(level))
                    .check(Check::Crc64)
                    .encoder()
                    .map_err(|error| Error::io("starting xz")(error.into()))?;
                Backend::Xz(XzEncoder::new_stream(inner, stream))
            }
            Self::Zstd { level } if (1..=22).contains(&level) => {
                let started = zstd_encoder(inner, level, threads);
                Backend::Zstd(started.map_err(Error::io("starting zstd"))?)
            }
            Self::Gzip { level } | Self::Xz { level } => return Err(bad_level(level.into())),
            Self::Zstd { level } => return Err(bad_level(level.into())),
        };
        Ok(Compressor { backend })
    }
}

/// Block size of liblzma's own choice for a preset: three times the dictionary, at least 1 MiB.
///
/// Given explicitly because, left open, a later liblzma might choose differently.
fn xz_block_size(level: u32) -> u64 {
    const DICTIONARY_KIB: [u64; 10] =
        [256, 1024, 2048, 4096, 4096, 8192, 8192, 16384, 32768, 65536];
    (DICTIONARY_KIB[level as usize] * 3 * 1024).max(1 << 20)
}

fn zstd_encoder<W: Write>(
    inner: W,
    level: i32,
    threads: NonZeroU32,
) -> io::Result<zstd::Encoder<'static, W>> {
    let mut encoder = zstd::Encoder::new(inner, level)?;
    encoder.include_checksum(true)?;
    // Even one thread is asked for as a worker: without workers blocks are cut differently.
    encoder.multithread(threads.get())?;
    Ok(encoder)
}

/// A [`Write`] that compresses; [`Compressor::finish`] completes the stream.
///
/// Dropping it without `finish` leaves a truncated stream, which every decompressor notices. `flush` does nothing until then,
/// because forced block ends would make the output depend on who flushes when.
pub struct Compressor<W: Write> {
    backend: Backend<W>,
}

enum Backend<W: Write> {
    Plain(W),
    Gzip(ParallelGzip<W>),
    Xz(XzEncoder<W>),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Compressor<W> {
    /// Writes all that is still in the works and the end of the stream, and gives the inner writer back, flushed.
    pub fn finish(self) -> Result<W> {
        let finished = match self.backend {
            Backend::Plain(inner) => Ok(inner),
            Backend::Gzip(encoder) => encoder.finish(),
            Backend::Xz(encoder) => encoder.finish(),
            Backend::Zstd(encoder) => encoder.finish(),
        };
        let flushed = finished.and_then(|mut inner| inner.flush().map(|()| inner));
        flushed.map_err(Error::io("compressing"))
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.backend {
            Backend::Plain(inner) => inner.write(bytes),
            Backend::Gzip(encoder) => encoder.write(bytes),
            Backend::Xz(encoder) => encoder.write(bytes),
            Backend::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_beyond_the_format_are_refused() {
        let one = NonZeroU32::MIN;
        for compression in [
            Compression::Gzip { level: 10 },
            Compression::Xz { level: 10 },
            Compression::Zstd { level: 0 },
            Compression::Zstd { level: 23 },
        ] {
            let error = compression
                .writer(Vec::new(), one)
                .err()
                .unwrap()
                .to_string();
            assert!(error.contains("is not one of this format"), "{error}");
        }
    }

    #[test]
    fn trouble_of_the_inner_writer_comes_out() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(28))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let noise: Vec<u8> = (0..6_000_000_u64)
            .map(|number| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
            .collect();
        for compression in [
            Compression::GZIP,
            Compression::Xz { level: 0 },
            Compression::ZSTD,
        ] {
            let compress = || {
                let mut writer = compression.writer(Full, NonZeroU32::new(2).unwrap())?;
                writer.write_all(&noise).map_err(Error::io("writing"))?;
                writer.finish()
            };
            let error = compress().err().unwrap().to_string();
            assert!(error.contains("No space left"), "{compression:?}: {error}");
        }
    }
}
