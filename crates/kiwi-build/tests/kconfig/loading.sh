# shellcheck shell=bash
# Sourcing the file defines functions, exports the locale, and does nothing else.

state() {
    bash --norc -c "$1"'
        set -o; shopt; trap -p; umask; pwd
        declare -p | grep -v -E "^declare -[a-zA-Z-]+ (_|BASH_[A-Z_]*|FUNCNAME|PIPESTATUS|RANDOM|SECONDS|SRANDOM|EPOCH[A-Z]*|LINENO|BASHPID|PPID|LANG|LC_ALL)(=|$)"
    ' "$KCONFIG"
}
same 'sourcing changes no state' "$(state ':;')" "$(state '. "$0"; unset -f $(compgen -A function);')"
same 'output' '' "$(. "$KCONFIG" 2>&1 | grep -v '^+' || true)"
same 'locale' 'C C' "$(LANG=de_DE LC_ALL=de_DE bash -c '. "$KCONFIG"; bash -c "echo \$LANG \$LC_ALL"')"

names=$(bash --norc -c '. "$KCONFIG"; compgen -A function' | grep -v '^_kiwi_' | LC_ALL=C sort)
documented='Debug Echo Rm Rpm
baseCleanMount baseCleanup baseCreateCommonKernelFile baseCreateKernelTree
baseFixupKernelModuleDependencies baseGetPackagesForDeletion baseGetProfilesUsed
baseInsertService baseKernelDriverMatches baseMount baseQuoteFile baseRemoveService baseService
baseSetRunlevel baseSetupBuildDay baseSetupUserPermissions baseStripAndKeep baseStripDocs
baseStripFirmware baseStripInfos baseStripInitrd baseStripKernel baseStripKernelModules
baseStripLocales baseStripMans baseStripModules baseStripTools baseStripTranslations
baseStripUnusedLibs baseSyncKernelTree baseSysVServiceInstalled baseSystemdCall
baseSystemdServiceInstalled baseUpdateModuleDependencies baseUpdateSysConfig baseVagrantSetup
debianStripInitrd debianStripKernel mountCgroups mountProc rhelSplashToGrub rhelStripInitrd
rhelStripKernel setupContainerRuntime suseActivateDefaultServices suseCleanup suseConfig
suseImportBuildKey suseInsertService suseRemovePackagesMarkedForDeletion suseRemoveService
suseRemoveYaST suseService suseSetupProduct suseSetupProductInformation suseStripInitrd
suseStripKernel umountCgroups'
same 'public functions' "$(printf '%s\n' "$documented" | tr ' ' '\n' | LC_ALL=C sort)" "$names"
finish
