//! Copies of the descriptions of these tests, with changes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A description in a directory that every user can read.
#[derive(Debug, Clone)]
pub struct Description {
    directory: PathBuf,
}

impl Description {
    /// Copies the description `name` of this package to `directory`, which must not exist.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn copy(name: &str, directory: &Path) -> Result<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("descriptions")
            .join(name);
        Self::copy_of(&source, directory)
    }

    /// Copies any description.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn copy_of(source: &Path, directory: &Path) -> Result<Self> {
        if let Some(parent) = directory.parent() {
            fs_err::create_dir_all(parent)?;
        }
        run(Command::new("cp")
            .arg("-r")
            .arg("--")
            .arg(source)
            .arg(directory))?;
        run(Command::new("chmod")
            .arg("-R")
            .arg("u+w,a+rX")
            .arg("--")
            .arg(directory))?;
        let data = directory.join("data");
        if data.is_dir() {
            let archive = directory.join("data.tar.gz");
            run(Command::new("tar")
                .args([
                    "--owner=0",
                    "--group=0",
                    "--mtime=@1700000000",
                    "--sort=name",
                    "-czf",
                ])
                .arg(archive)
                .arg("-C")
                .arg(data)
                .arg("."))?;
        }
        Ok(Self {
            directory: directory.to_owned(),
        })
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Its main file.
    pub fn file(&self) -> PathBuf {
        self.directory.join("config.xml")
    }

    /// Replaces the first `old` in the main file.
    ///
    /// # Errors
    /// It is not there.
    pub fn replace(self, old: &str, new: &str) -> Result<Self> {
        let text = fs_err::read_to_string(self.file())?;
        ensure!(text.contains(old), "`{old}` is not in the description");
        fs_err::write(self.file(), text.replacen(old, new, 1))?;
        Ok(self)
    }

    /// Adds a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(self, name: &str, text: &str) -> Result<Self> {
        let path = self.directory.join(name);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::write(path, text)?;
        Ok(self)
    }

    /// Where `text` begins in the main file: line and column, from 1, in characters.
    ///
    /// # Errors
    /// It is not there.
    pub fn place(&self, text: &str) -> Result<(u64, u64)> {
        place(&fs_err::read_to_string(self.file())?, text)
    }
}

/// Where `part` begins in `text`: line and column, from 1, in characters.
///
/// # Errors
/// It is not there.
pub fn place(text: &str, part: &str) -> Result<(u64, u64)> {
    let offset = text
        .find(part)
        .with_context(|| format!("`{part}` is not in the text"))?;
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|letter| *letter != '\n')
        .count()
        + 1;
    Ok((u64::try_from(line)?, u64::try_from(column)?))
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
