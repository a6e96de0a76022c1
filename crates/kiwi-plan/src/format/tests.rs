//! Names, options and bundle defaults of all formats.

use crate::plan::format::{DiskFormatPlan, FormatPlan, VagrantProviderPlan, Vagrantfile};
use crate::plan::image::ImagePlan;
use crate::test_support::{host, loaded};
use crate::{Input, Selection, resolve};

/// Resolves a type and returns its format and what is said about it, or the errors.
fn resolved(attributes: &str, children: &str) -> Result<(FormatPlan, Vec<String>), Vec<String>> {
    resolved_on(attributes, children, host())
}

fn resolved_on(
    attributes: &str,
    children: &str,
    host: crate::HostFacts,
) -> Result<(FormatPlan, Vec<String>), Vec<String>> {
    let loaded = loaded(&format!(
        r#"<preferences><version>1.0.0</version><packagemanager>apt</packagemanager>
        <type image="oem" filesystem="ext4" {attributes}>{children}<oemconfig><oem-resize>false</oem-resize></oemconfig></type>
        </preferences><repository><source path="host:/"/></repository>
        <packages type="bootstrap"><package name="b"/></packages><packages type="image"/>"#
    ));
    let input = Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection: &Selection::default(),
        host: &host,
    };
    let text = |it: &kiwi_description::diagnostic::Diagnostic| {
        it.to_string().lines().next().unwrap_or_default().to_owned()
    };
    match resolve(&input) {
        Ok(resolved) => match resolved.plan.image {
            ImagePlan::Disk(disk) => Ok((
                disk.format.expect("a format"),
                resolved.warnings.iter().map(text).collect(),
            )),
            other => panic!("{other:?}"),
        },
        Err(problems) => Err(problems
            .iter()
            .filter(|it| it.is_error())
            .map(text)
            .collect()),
    }
}

const LIBVIRT: &str = r#"<vagrantconfig provider="libvirt" virtualsize="7"/>"#;
const VIRTUALBOX: &str = r#"<vagrantconfig provider="virtualbox" virtualsize="0"/>"#;

#[test]
fn names_programs_and_bundles() {
    for (format, children, names, needs_qemu, compress) in [
        ("qcow2", "", "qcow2", true, false),
        ("vmdk", "", "vmdk vmx", false, false),
        ("vdi", "", "vdi", false, true),
        ("vhd", "", "vhd", false, true),
        ("vhdx", "", "vhdx", false, true),
        ("vhd-fixed", "", "vhdfixed", false, true),
        ("gce", "", "tar.gz", false, false),
        ("ova", "", "ova", false, false),
        ("vagrant", LIBVIRT, "vagrant.libvirt.box", true, false),
        (
            "vagrant",
            VIRTUALBOX,
            "vagrant.virtualbox.box",
            false,
            false,
        ),
        ("oci:raw", "", "oci.tar.xz", false, false),
        ("docker:qcow2", "", "docker.tar.xz", true, false),
        ("oci:vmdk", "", "oci.tar.xz", false, false),
    ] {
        let (plan, _) = resolved(&format!("format=\"{format}\""), children).unwrap();
        let expected: Vec<_> = names
            .split(' ')
            .map(|suffix| format!("test.x86_64-1.0.0.{suffix}"))
            .collect();
        assert_eq!(plan.file_names(), expected, "{format}");
        assert_eq!(plan.name, format);
        assert_eq!(plan.needs_qemu(), needs_qemu, "{format}");
        assert_eq!(plan.compress, compress, "{format}");
    }
}

#[test]
fn settings_of_the_host_count() {
    let mut host = host();
    host.settings.bundle_compress = Some(true);
    host.settings.container_compress = Some(false);
    for (format, name, compress) in [
        ("vmdk", "test.x86_64-1.0.0.vmdk", true),
        ("gce", "test.x86_64-1.0.0.tar.gz", false),
        ("oci:vdi", "test.x86_64-1.0.0.oci.tar", false),
    ] {
        let attributes = format!("format=\"{format}\"");
        let (plan, _) = resolved_on(&attributes, "", host.clone()).unwrap();
        assert_eq!((plan.file_name.as_str(), plan.compress), (name, compress));
    }
}

#[test]
fn options_mean_what_qemu_means() {
    let disk = |format: &str, options: &str| {
        let attributes = format!(r#"format="{format}" formatoptions="{options}""#);
        resolved(&attributes, "").unwrap().0.disk
    };
    match disk(
        "vmdk",
        "compat6,adapter_type=pvscsi,subformat=streamOptimized,toolsversion=3",
    ) {
        DiskFormatPlan::Vmdk(vmdk) => {
            assert_eq!(vmdk.hardware_version, "6");
            assert_eq!(vmdk.adapter, "lsilogic");
            assert_eq!(vmdk.subformat, "streamOptimized");
            assert_eq!(vmdk.tools_version, "3");
        }
        other => panic!("{other:?}"),
    }
    match disk("vdi", "static=on") {
        DiskFormatPlan::Vdi(vdi) => assert!(vdi.is_static),
        other => panic!("{other:?}"),
    }
    match disk("vhd", "subformat=fixed,force_size=off") {
        DiskFormatPlan::Vhd(vhd) => assert_eq!((vhd.fixed, vhd.exact_size), (true, false)),
        other => panic!("{other:?}"),
    }
    match disk("vhd-fixed", "force_size") {
        DiskFormatPlan::Vhd(vhd) => assert_eq!((vhd.fixed, vhd.exact_size), (true, true)),
        other => panic!("{other:?}"),
    }
    match disk("vhdx", "block_size=8M,log_size=2M,block_state_zero=off") {
        DiskFormatPlan::Vhdx(vhdx) => assert_eq!(
            (vhdx.block_bytes, vhdx.log_bytes, vhdx.zero_blocks),
            (8 << 20, 2 << 20, false)
        ),
        other => panic!("{other:?}"),
    }
    match disk("qcow2", "lazy_refcounts=on,compat=1.1") {
        DiskFormatPlan::Qcow2(qcow2) => {
            assert_eq!(qcow2.options, ["compat=1.1", "lazy_refcounts=on"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn wrong_options_are_refused() {
    for (format, options, expected) in [
        (
            "vdi",
            "statik=on",
            "error[K0365]: the format `vdi` has no option `statik`",
        ),
        (
            "vdi",
            "static=perhaps",
            "error[K0365]: the option `static` of the format `vdi` does not take `perhaps`",
        ),
        (
            "vhdx",
            "log_size=100k",
            "error[K0365]: the option `log_size` of the format `vhdx` does not take `100k`",
        ),
        (
            "vmdk",
            "subformat",
            "error[K0365]: the option `subformat` of the format `vmdk` needs one value",
        ),
        (
            "oci:vhd",
            "x=y",
            "error[K0365]: the format `oci:vhd` has no option `x`",
        ),
    ] {
        let attributes = format!(r#"format="{format}" formatoptions="{options}""#);
        assert_eq!(resolved(&attributes, "").unwrap_err(), [expected]);
    }
}

#[test]
fn settings_without_effect_are_told() {
    let cards = r#"<machine><vmnic interface="eth2"/><vmnic interface="2"/></machine>"#;
    let errors = resolved(r#"format="vmdk""#, cards).unwrap_err();
    assert_eq!(
        errors,
        ["error[K0366]: there are two network cards with the number 2"]
    );
    for (attributes, children, expected) in [
        (
            r#"format="vhdx" formatoptions="subformat=fixed""#,
            "",
            "`subformat=fixed` has no effect: `vhdx` is always `dynamic`",
        ),
        (
            r#"format="gce" formatoptions="a=b""#,
            "",
            "`formatoptions` has no effect on a raw disk inside an archive",
        ),
        (
            r#"format="vdi""#,
            "<machine memory=\"1\"/>",
            "`machine` has no effect without `format=\"vmdk\"` or `\"ova\"`",
        ),
        (
            r#"format="oci:vmdk""#,
            "<machine memory=\"1\"/>",
            "`machine` has no effect",
        ),
        (
            r#"format="vmdk""#,
            "<machine ovftype=\"vmware\"/>",
            "`ovftype` has no effect without `format=\"ova\"`",
        ),
        (
            r#"format="vmdk""#,
            "<machine><vmnic interface=\"eth2\"/></machine>",
            "`eth2` is no number of a network card",
        ),
        (
            r#"format="vagrant""#,
            &format!("{LIBVIRT}{VIRTUALBOX}"),
            "`vagrantconfig` has no effect behind the first one",
        ),
    ] {
        let (_, warnings) = resolved(attributes, children).unwrap();
        assert!(
            warnings.iter().any(|it| it.contains(expected)),
            "{expected} in {warnings:?}"
        );
    }
}

#[test]
fn boxes_of_libvirt() {
    let (plan, _) = resolved(r#"format="vagrant" formatoptions="compat=1.1""#, LIBVIRT).unwrap();
    let DiskFormatPlan::Vagrant(vagrant) = plan.disk else {
        panic!()
    };
    assert_eq!(vagrant.virtual_size_gib, 7);
    assert!(
        matches!(&vagrant.provider, VagrantProviderPlan::Libvirt { disk } if disk.options == ["compat=1.1"])
    );
    let Vagrantfile::Lines(lines) = vagrant.vagrantfile else {
        panic!()
    };
    assert_eq!(
        lines[1],
        "  config.vm.synced_folder \".\", \"/vagrant\", type: \"rsync\""
    );
    assert_eq!(lines[3], "    libvirt.driver = \"kvm\"");
}

#[test]
fn a_vagrantfile_of_the_description_is_found_before_and_after_prepare() {
    use crate::host_facts::EntryKind;
    let config =
        r#"<vagrantconfig provider="libvirt" virtualsize="7" embedded_vagrantfile="sub/V"/>"#;
    for (prepared, expected) in [(false, "/d/sub/V"), (true, "/d/V")] {
        let mut host = host();
        host.prepared = prepared;
        let file = EntryKind::File { executable: false };
        host.description.entries.insert("sub/V".into(), file);
        let (plan, _) = resolved_on(r#"format="vagrant""#, config, host).unwrap();
        assert_eq!(plan.vagrantfile(), Some(expected));
    }
}

#[test]
fn disks_in_containers_are_named_like_bundles() {
    let (plan, _) = resolved(r#"format="oci:qcow2" bundle_format="%N-%T:%v%I%x""#, "").unwrap();
    let container = plan.container.unwrap();
    assert_eq!(container.disk_name, "test-oem:1.0.0%x.qcow2");
    assert_eq!(container.container.config.command, None);
    let (plan, _) = resolved(r#"format="oci:raw""#, "").unwrap();
    assert_eq!(plan.container.unwrap().disk_name, "test.x86_64-1.0.0.raw");
}
