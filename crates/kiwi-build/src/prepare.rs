//! The first half of a build: from nothing to a finished root tree (spec 03 §1).

use kiwi_plan::plan::root::Hook;

use crate::context::BuildContext;
use crate::error::BuildError;
use crate::package_manager::{self, PackageManager};
use crate::progress::phase;
use crate::root::{
    archive, certificates, deferred_initrd, files, groups, image_id, import, language, leftovers,
    machine_id, overlay, permissions, profile, record::RootTree, scripts, selinux, skeleton,
    splash, times, users,
};

/// Makes the root tree of the plan.
///
/// Nothing is installed before every file and every package that the plan names is known to exist.
///
/// # Errors
/// The first step that fails. The tree stays as it is then, for looking into it; only a tree in which nothing was
/// installed yet is not left behind.
pub fn prepare(context: &BuildContext<'_>) -> Result<RootTree, BuildError> {
    let plan = &context.plan.root;
    skeleton::refuse_existing(context)?;
    import::check_files(context)?;
    let mut manager = package_manager::open(*context)?;

    let step = Steps { context };
    step.take("repositories", || manager.configure())?;
    step.take("download", || manager.download())?;
    step.take("root tree", || {
        skeleton::refuse_existing(context)?;
        let is_new = RootTree::begin(context)?;
        skeleton::create(context, is_new)
    })?;
    step.take("bootstrap", || bootstrap(context, manager.as_mut()))?;
    step.take("import description", || import::import(context))?;
    step.hook(Hook::PostBootstrap)?;
    if let Some(certificates) = &plan.certificates {
        step.take("certificates", || {
            certificates::trust(context, certificates)
        })?;
    }
    step.take("packages", || install(context, manager.as_mut()))?;
    step.take("files", || {
        profile::write(context)?;
        overlay::apply(context)
    })?;
    step.take("settings", || {
        image_id::write(context)?;
        groups::create(context)?;
        users::create(context)?;
        language::set(context)?;
        splash::set_theme(context)?;
        permissions::apply(context)?;
        files::place_all(context)?;
        manager.write_image_repositories()
    })?;
    step.hook(Hook::Config)?;
    if selinux::has_policy(context, &context.tree()?) {
        step.take("SELinux labels", || selinux::label(context))?;
    }
    if !(plan.packages.uninstall.is_empty() && plan.packages.delete.is_empty()) {
        step.take("remove packages", || remove(context, manager.as_mut()))?;
    }
    if plan.initrd_at_end_of_prepare {
        step.take("initrd", || deferred_initrd::make(context))?;
    }
    step.take("clean up", || clean_up(context, manager.as_mut()))?;
    RootTree::finish(context)
}

/// Runs steps as phases of the build, until a signal arrives.
struct Steps<'a> {
    context: &'a BuildContext<'a>,
}

impl Steps<'_> {
    fn take<T>(
        &self,
        name: &str,
        work: impl FnOnce() -> Result<T, BuildError>,
    ) -> Result<T, BuildError> {
        self.context.check_interrupt()?;
        phase(name, work)
    }

    /// Runs a script of the description, if there is one.
    fn hook(&self, hook: Hook) -> Result<(), BuildError> {
        if scripts::is_there(&self.context.tree()?, hook) {
            self.take(hook.file_name(), || {
                scripts::run_in_tree(self.context, hook)
            })?;
        }
        Ok(())
    }
}

fn bootstrap(
    context: &BuildContext<'_>,
    manager: &mut dyn PackageManager,
) -> Result<(), BuildError> {
    let Some(phase) = &context.plan.root.packages.bootstrap else {
        tracing::warn!("the description has no bootstrap packages, so the root tree starts empty");
        return Ok(());
    };
    manager.bootstrap()?;
    archive::all(context, &phase.archives)
}

/// The image phase, and what the command line adds to it and takes away again.
fn install(context: &BuildContext<'_>, manager: &mut dyn PackageManager) -> Result<(), BuildError> {
    let packages = &context.plan.root.packages;
    manager.install()?;
    archive::all(context, &packages.image.archives)?;
    if !packages.added.is_empty() {
        manager.install_more(&packages.added)?;
    }
    if !packages.removed.is_empty() {
        manager.uninstall(&packages.removed)?;
    }
    // Before the overlay and `config.sh`: what they write is wanted.
    machine_id::forget_made_by_packages(&context.tree()?)
}

fn remove(context: &BuildContext<'_>, manager: &mut dyn PackageManager) -> Result<(), BuildError> {
    let packages = &context.plan.root.packages;
    if !packages.uninstall.is_empty() {
        manager.uninstall(&packages.uninstall)?;
    }
    if !packages.delete.is_empty() {
        manager.delete(&packages.delete)?;
    }
    Ok(())
}

fn clean_up(
    context: &BuildContext<'_>,
    manager: &mut dyn PackageManager,
) -> Result<(), BuildError> {
    manager.clean_up()?;
    leftovers::remove(context)?;
    match context.plan.reproducibility.source_date_epoch {
        Some(epoch) => times::clamp(context.root(), epoch),
        None => Ok(()),
    }
}
