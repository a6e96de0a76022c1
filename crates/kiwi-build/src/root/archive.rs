//! Archives that are unpacked over the tree (spec 03 §8.1).
//!
//! The compression is undone here, so that the tree needs no program for it. The tree's own tar unpacks, inside the
//! sandbox, where nothing outside of the tree can be reached; [`unpack`] stands in while there is none.

mod unpack;

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use fs_err as fs;
use kiwi_host::command::{Cmd, Streams};
use kiwi_plan::plan::packages::Archive;

use super::accounts::Accounts;
use super::programs;
use crate::context::BuildContext;
use crate::error::{Because, BuildError, For};

/// Unpacks the archives of a phase, in order.
pub(crate) fn all(context: &BuildContext<'_>, archives: &[Archive]) -> Result<(), BuildError> {
    for archive in archives {
        context.check_interrupt()?;
        over_tree(
            context,
            Path::new(&archive.path),
            Path::new(&archive.target_directory),
        )?;
    }
    Ok(())
}

/// Unpacks one archive into a directory of the tree, which is made when it is missing.
///
/// Owners come from the archive: by name where the tree knows the name, else by number. A directory of the archive
/// that is a link to a directory in the tree, such as `/lib`, stays a link.
pub(crate) fn over_tree(
    context: &BuildContext<'_>,
    archive: &Path,
    directory: &Path,
) -> Result<(), BuildError> {
    let tree = context.tree()?;
    let directory = Path::new("/").join(directory);
    tree.create_dir_all(&directory, 0o755)?;
    let content = open(archive).at("read", archive)?;
    if !programs::has(&tree, "tar") {
        let accounts = Accounts::read(&tree)?;
        return unpack::unpack(&tree, &accounts, archive, &directory, content);
    }
    let command = Cmd::new("tar")
        .args(["--extract", "--file=-", "--keep-directory-symlink"])
        .args(["--xattrs", "--xattrs-include=security.capability"])
        .arg(format!("--directory={}", directory.display()))
        .in_tree(&context.sandbox());
    let streams = Streams {
        stdin: Some(content),
        ..Streams::default()
    };
    context
        .runner
        .execute(&command, streams)
        .purpose(format!("unpacking `{}`", archive.display()))?;
    Ok(())
}

/// Opens an archive, whatever it is compressed with; its first bytes say what that is.
fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let mut file = BufReader::with_capacity(1 << 17, fs::File::open(path)?);
    let start = file.fill_buf()?;
    let starts = |magic: &[u8]| start.starts_with(magic);
    Ok(if starts(b"\x1f\x8b") {
        Box::new(flate2::bufread::MultiGzDecoder::new(file))
    } else if starts(b"\xfd7zXZ\0") {
        Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(file))
    } else if starts(b"\x28\xb5\x2f\xfd") {
        Box::new(zstd::stream::read::Decoder::with_buffer(file)?)
    } else if starts(b"BZh") {
        Box::new(bzip2::bufread::MultiBzDecoder::new(file))
    } else if starts(b"\x5d\0\0") {
        let stream = liblzma::stream::Stream::new_lzma_decoder(u64::MAX)?;
        Box::new(liblzma::bufread::XzDecoder::new_stream(file, stream))
    } else {
        Box::new(file)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::root::testing::Bench;

    fn compressed(name: &str, plain: &[u8]) -> Vec<u8> {
        match name {
            "gz" => {
                let mut encoder =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            "xz" => {
                let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            "lzma" => {
                let options = liblzma::stream::LzmaOptions::new_preset(1).unwrap();
                let stream = liblzma::stream::Stream::new_lzma_encoder(&options).unwrap();
                let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            "bz2" => {
                let mut encoder =
                    bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            "zst" => zstd::encode_all(plain, 1).unwrap(),
            _ => plain.to_vec(),
        }
    }

    #[test]
    fn compressions() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("archive");
        for name in ["tar", "gz", "xz", "lzma", "bz2", "zst"] {
            std::fs::write(&path, compressed(name, b"some content")).unwrap();
            let mut text = String::new();
            open(&path).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "some content", "{name}");
        }
        std::fs::write(&path, "").unwrap();
        assert_eq!(open(&path).unwrap().read(&mut [0; 4]).unwrap(), 0);
    }

    #[test]
    fn the_tree_unpacks_plain_content() {
        let bench = Bench::new();
        bench.program("usr/bin/tar");
        let path = bench.outside("a.tar.zst");
        std::fs::write(&path, compressed("zst", b"content")).unwrap();
        over_tree(&bench.context(), &path, Path::new("opt/app")).unwrap();
        assert_eq!(
            bench.lines(),
            [
                "chroot TREE tar --extract --file=- --keep-directory-symlink --xattrs \
              --xattrs-include=security.capability --directory=/opt/app"
            ]
        );
        assert_eq!(bench.runner.calls()[0].stdin, b"content");
        assert!(bench.root().join("opt/app").is_dir());
    }
}
