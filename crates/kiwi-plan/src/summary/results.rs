//! Names of the files a build leaves in the target directory.

use crate::plan::BuildPlan;
use crate::plan::format::FormatPlan;
use crate::plan::image::ImagePlan;
use crate::plan::root::PackageManager;

/// Returns the names of all result files, the image first.
pub fn result_file_names(plan: &BuildPlan) -> Vec<String> {
    let mut names = match &plan.image {
        ImagePlan::Archive(archive) => vec![archive.file_name.clone()],
        ImagePlan::FileSystem(image) => vec![image.file_name.clone()],
        ImagePlan::Container(container) => vec![container.file_name.clone()],
        ImagePlan::Disk(disk) => {
            let format = disk.format.iter().flat_map(FormatPlan::file_names);
            std::iter::once(disk.file_name.clone())
                .chain(format)
                .collect()
        }
        ImagePlan::Later(image) => image.file_names.clone(),
    };
    let stem = &plan.identity.result_stem;
    let (lists, changes, verified) = match plan.root.package_manager {
        PackageManager::Apk => (false, false, false),
        PackageManager::Pacman => (true, false, false),
        _ => (true, plan.settings.package_changes, true),
    };
    for (suffix, wanted) in [
        ("packages", lists),
        ("changes", changes),
        ("verified", verified),
    ] {
        if wanted {
            names.push(format!("{stem}.{suffix}"));
        }
    }
    names.push("kiwi.result".to_owned());
    names.push("kiwi.result.json".to_owned());
    names
}
