//! The table of host tools against the real tools.

use kiwi_host::tools::{TOOLS, find, probe};
use kiwi_host::{Interrupt, SystemRunner};

#[test]
fn tools_tell_their_version_the_way_the_table_asks() {
    let runner = SystemRunner::new(Interrupt::detached().unwrap());
    let mut asked = 0;
    for tool in TOOLS.iter().filter(|tool| tool.version_arguments.is_some()) {
        if find(tool.name).is_none() {
            // Which tools a host has is its own business: this one is then not asked.
            crate::scene::say_skipped(&format!("`{}` is not installed", tool.name));
            continue;
        }
        let version = probe(&runner, tool).unwrap();
        assert!(version.is_some(), "`{}` told no version", tool.name);
        asked += 1;
    }
    assert!(asked > 0, "not a single tool was there to be asked");
}
