//! Where we differ from the recorded results on purpose, with the reason.

use serde_json::Value;

use super::record::Record;

/// A difference that is meant.
#[derive(Debug)]
pub(crate) struct Known {
    /// Part of the name of the records that have it; empty for all.
    record: &'static str,
    /// Part of the path of the description; empty for all.
    file: &'static str,
    /// The field; a star at its end stands for anything.
    field: &'static str,
    /// Our value.
    ours: Is,
    /// The reference's.
    theirs: Is,
    /// Why.
    #[expect(
        dead_code,
        reason = "it is for readers, and shown when the row is stale"
    )]
    reason: &'static str,
}

/// What a value is.
#[derive(Debug)]
enum Is {
    /// There is none.
    Absent,
    /// This text.
    Text(&'static str),
    /// It depends on the description.
    Anything,
    /// It is the other's, with this text in place of that one.
    OthersWith(&'static str, &'static str),
}

impl Known {
    /// Tells whether the row is about a record.
    pub(crate) fn is_of(&self, record: &Record) -> bool {
        record.name.contains(self.record)
    }

    /// Tells whether the row says why two values differ.
    pub(crate) fn explains(
        &self,
        record: &Record,
        file: &str,
        field: &str,
        ours: &Value,
        theirs: &Value,
    ) -> bool {
        self.is_of(record)
            && file.contains(self.file)
            && match self.field.strip_suffix('*') {
                Some(start) => field.starts_with(start),
                None => field == self.field,
            }
            && self.ours.is(ours, theirs)
            && self.theirs.is(theirs, ours)
    }
}

impl Is {
    fn is(&self, value: &Value, other: &Value) -> bool {
        match self {
            Is::Absent => value.is_null(),
            Is::Text(text) => value == text,
            Is::Anything => true,
            Is::OthersWith(to, from) => {
                let expected = other.to_string().replace(from, to);
                expected.parse::<Value>().is_ok_and(|it| it == *value)
            }
        }
    }
}

/// All of them.
pub(crate) const TABLE: &[Known] = &[
    Known {
        record: "",
        file: "",
        field: "env.kiwi_align",
        ours: Is::Text("1048576"),
        theirs: Is::Absent,
        reason: "written into the profile file, but not in the recorded environment of scripts",
    },
    Known {
        record: "",
        file: "",
        field: "env.kiwi_sectorsize",
        ours: Is::Text("512"),
        theirs: Is::Absent,
        reason: "as kiwi_align",
    },
    Known {
        record: "",
        file: "",
        field: "env.kiwi_revision",
        ours: Is::Anything,
        theirs: Is::Absent,
        reason: "as kiwi_align, and it names the program",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_keytable",
        ours: Is::Absent,
        theirs: Is::Text(""),
        reason: "exported without a value before 10.0.22, not at all since",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_timezone",
        ours: Is::Absent,
        theirs: Is::Text(""),
        reason: "exported without a value before 10.0.22, not at all since",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_language",
        ours: Is::Absent,
        theirs: Is::Text(""),
        reason: "exported without a value before 10.0.22, not at all since",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_splash_theme",
        ours: Is::Absent,
        theirs: Is::Text(""),
        reason: "exported without a value before 10.0.22, not at all since",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_loader_theme",
        ours: Is::Absent,
        theirs: Is::Text(""),
        reason: "exported without a value before 10.0.22, not at all since",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_btrfs_root_is_snapper_snapshot",
        ours: Is::Anything,
        theirs: Is::Absent,
        reason: "the name since 10.2.7; the old one is compared",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_oemramdisksize",
        ours: Is::Text(""),
        theirs: Is::Absent,
        reason: "exported by newer releases only",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_shasum_suffix",
        ours: Is::Text(".sha256"),
        theirs: Is::Absent,
        reason: "exported since 10.3.6",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_target_blocksize",
        ours: Is::Text("512"),
        theirs: Is::Text(""),
        reason: "newer releases show the default",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_vga",
        ours: Is::Text("auto"),
        theirs: Is::Text(""),
        reason: "newer releases show the default of the video mode",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "env.kiwi_Volume_*",
        ours: Is::Anything,
        theirs: Is::OthersWith("freespace:30", "freespace:120"),
        reason: "a volume of btrfs has at least 120 MiB since 10.1.2",
    },
    Known {
        record: "9.25.22",
        file: "",
        field: "volumes",
        ours: Is::Anything,
        theirs: Is::OthersWith("freespace:30", "freespace:120"),
        reason: "as kiwi_Volume_N",
    },
    Known {
        record: "build-tests-9.21.19",
        file: "x86/centos/test-image-live-disk-v8/",
        field: "load_error",
        ours: Is::Absent,
        theirs: Is::Text("KiwiDescriptionInvalid"),
        reason: "9.25.22 refuses `gfxterm` as the second word of `console`, which was right in its time",
    },
    Known {
        record: "build-tests-9.21.19",
        file: "x86/fedora/test-image-live-disk/",
        field: "load_error",
        ours: Is::Absent,
        theirs: Is::Text("KiwiDescriptionInvalid"),
        reason: "9.25.22 refuses `gfxterm` as the second word of `console`, which was right in its time",
    },
    Known {
        record: "build-tests-9.21.19",
        file: "x86/ubuntu/test-image-live-disk/",
        field: "load_error",
        ours: Is::Absent,
        theirs: Is::Text("KiwiDescriptionInvalid"),
        reason: "9.25.22 refuses `gfxterm` as the second word of `console`, which was right in its time",
    },
];
