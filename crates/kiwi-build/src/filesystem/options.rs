//! Options of the description for programs that make file systems.

/// Options as written, which win over ours.
#[derive(Clone, Copy)]
pub(super) struct Written<'a>(pub(super) &'a [String]);

impl Written<'_> {
    /// Whether one of the options is given, as a word of its own or with its value attached (`-b4096`).
    pub(super) fn has(self, options: &[&str]) -> bool {
        self.0.iter().any(|word| {
            options.iter().any(|option| {
                let attached = option.len() == 2 && word.starts_with(option);
                word == option || attached || word.starts_with(&format!("{option}="))
            })
        })
    }

    /// Takes an option with a value out, wherever it stands; gives the other words and the values.
    pub(super) fn without(self, option: &str) -> (Vec<String>, Vec<String>) {
        let (mut others, mut values) = (Vec::new(), Vec::new());
        let mut words = self.0.iter();
        while let Some(word) = words.next() {
            match word.strip_prefix(option) {
                Some("") => values.extend(words.next().cloned()),
                Some(value) => values.push(value.to_owned()),
                None => others.push(word.clone()),
            }
        }
        (others, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn given_options_are_found() {
        for (text, options, expected) in [
            ("-b 1024", &["-b"][..], true),
            ("-b1024", &["-b"], true),
            ("-O ^bb", &["-b"], false),
            ("-comp xz", &["-comp"], true),
            ("-compression", &["-comp"], false),
            ("--exclude-path=x", &["--exclude-path"], true),
        ] {
            assert_eq!(Written(&words(text)).has(options), expected, "{text}");
        }
    }

    #[test]
    fn extended_options_are_taken_out() {
        let (others, values) = Written(&words("-E a=1 -m 0 -Eb -E")).without("-E");
        assert_eq!((others, values), (words("-m 0"), words("a=1 b")));
    }
}
