//! Signatures of embedded metadata, by `openssl`.

use std::ffi::OsString;
use std::path::Path;

use kiwi_host::Cmd;
use kiwi_host::command::Runner;

use crate::error::{BuildError, For};

/// RSA-PSS with SHA-256 for the digest and its mask, and a salt as long as the digest.
const SCHEME: [&str; 6] = [
    "-sigopt",
    "rsa_padding_mode:pss",
    "-sigopt",
    "rsa_pss_saltlen:digest",
    "-sigopt",
    "rsa_mgf1_md:sha256",
];

/// Signs `bytes` with the RSA key in the file `key`.
///
/// The scheme takes a random salt, so the same bytes get another signature every time.
pub fn sign(runner: &dyn Runner, bytes: &[u8], key: &Path) -> Result<Vec<u8>, BuildError> {
    let command = Cmd::new("openssl")
        .args(["dgst", "-sha256"])
        .args(SCHEME)
        .args([OsString::from("-sign"), key.into()])
        .stdin_bytes(bytes);
    let output = runner
        .run(&command)
        .purpose("signing the embedded metadata")?;
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use kiwi_host::{Interrupt, SystemRunner};
    use kiwi_testkit::judges::require_judge;
    use tempfile::TempDir;

    use super::*;

    fn openssl(runner: &SystemRunner, arguments: &[&str], input: &[u8]) -> bool {
        let command = Cmd::new("openssl").args(arguments).stdin_bytes(input);
        runner.run(&command).is_ok()
    }

    #[test]
    fn openssl_verifies_signatures() {
        if require_judge("openssl").is_none() {
            return;
        }
        let runner = SystemRunner::new(Interrupt::detached().unwrap());
        let directory = TempDir::new().unwrap();
        let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        let (key, public, signed) = (path("key.pem"), path("public.pem"), path("signature"));
        let bits = "rsa_keygen_bits:2048";
        let arguments = ["genpkey", "-algorithm", "RSA", "-pkeyopt", bits];
        assert!(openssl(
            &runner,
            &[&arguments[..], &["-out", &key]].concat(),
            b""
        ));
        let arguments = ["pkey", "-in", &key, "-pubout", "-out", &public];
        assert!(openssl(&runner, &arguments, b""));

        let signature = sign(&runner, b"metadata", Path::new(&key)).unwrap();
        assert_eq!(signature.len(), 256);
        std::fs::write(&signed, signature).unwrap();
        // Spelled out: a salt of 32 bytes, and not whatever the signature happens to have.
        let scheme = [
            ["-sigopt", "rsa_padding_mode:pss"],
            ["-sigopt", "rsa_pss_saltlen:32"],
            ["-sigopt", "rsa_mgf1_md:sha256"],
        ];
        let mut arguments = vec!["dgst", "-sha256", "-verify", &public, "-signature", &signed];
        arguments.extend(scheme.iter().flatten());
        assert!(openssl(&runner, &arguments, b"metadata"));
        assert!(!openssl(&runner, &arguments, b"metadatb"));
    }

    #[test]
    fn a_missing_key_is_named() {
        if require_judge("openssl").is_none() {
            return;
        }
        let runner = SystemRunner::new(Interrupt::detached().unwrap());
        let error = sign(&runner, b"metadata", Path::new("/nowhere/key.pem")).unwrap_err();
        let lines = error.last_lines().join("\n");
        assert!(lines.contains("/nowhere/key.pem"), "{error}\n{lines}");
    }
}
