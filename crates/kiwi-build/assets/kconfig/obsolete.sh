# shellcheck shell=bash
# Helpers of older releases. They do what they did, as far as it makes sense
# today, and print one line on stderr that names what to use instead.

# baseMount
#   Mounts /proc, /sys and /dev/pts where the builder has not done so already.
baseMount() {
    local root=${KIWI_FUNCTIONS_ROOT-} entry type directory probe
    _kiwi_obsolete baseMount 'the builder mounts the kernel file systems itself'
    for entry in proc:/proc:self sysfs:/sys:kernel devpts:/dev/pts:ptmx; do
        type=${entry%%:*}
        directory=${entry#*:}
        probe=$root${directory%:*}/${directory##*:}
        directory=$root${directory%:*}
        if [ -e "$probe" ]; then
            continue
        fi
        mkdir -p "$directory"
        if mount -t "$type" "$type" "$directory"; then
            # Newest first, the order in which they are unmounted.
            _KIWI_MOUNTED=("$directory" ${_KIWI_MOUNTED[@]+"${_KIWI_MOUNTED[@]}"})
        else
            _kiwi_note baseMount "\`$directory\` cannot be mounted"
        fi
    done
}

# baseCleanMount
#   Unmounts what baseMount has mounted; mounts of the builder stay.
baseCleanMount() {
    local directory
    _kiwi_obsolete baseCleanMount 'the builder unmounts what it has mounted'
    for directory in ${_KIWI_MOUNTED[@]+"${_KIWI_MOUNTED[@]}"}; do
        umount "$directory" || _kiwi_note baseCleanMount "\`$directory\` stays mounted"
    done
    _KIWI_MOUNTED=()
}

# suseConfig
#   Does nothing; locale, keyboard and time zone come from the description.
suseConfig() {
    _kiwi_obsolete suseConfig 'it does nothing, delete the call'
}

# suseActivateDefaultServices
#   Enables the services network and cron.
suseActivateDefaultServices() {
    _kiwi_obsolete suseActivateDefaultServices 'call baseInsertService for each service'
    baseInsertService network
    baseInsertService cron
}

# baseSetupUserPermissions
#   Gives the home directories of ordinary users (uid 1000 and above) to them.
baseSetupUserPermissions() {
    local root=${KIWI_FUNCTIONS_ROOT-} line user id group home
    _kiwi_obsolete baseSetupUserPermissions 'the builder sets the owner of homes itself'
    if [ ! -f "$root/etc/passwd" ]; then
        return 0
    fi
    while IFS= read -r line || [ -n "$line" ]; do
        IFS=: read -r user _ id group _ home _ <<< "$line" || true
        if [[ ! $id =~ ^[0-9]+$ ]] || ((id < 1000 || id >= 65534)); then
            continue
        fi
        # A home at the top level is no home: `/` or `/dev` must stay root's.
        if [[ $home == /*/* && -d $root$home ]]; then
            Debug "chown $user $home"
            chown -R "$id:$group" "$root$home"
        fi
    done < "$root/etc/passwd"
}

# baseGetPackagesForDeletion
#   Prints the packages that the description marks for deletion.
baseGetPackagesForDeletion() {
    _kiwi_obsolete baseGetPackagesForDeletion 'use the variable kiwi_delete'
    printf '%s\n' "${kiwi_delete-}"
}

# baseGetProfilesUsed
#   Prints the profiles that the image is built with.
baseGetProfilesUsed() {
    _kiwi_obsolete baseGetProfilesUsed 'use the variable kiwi_profiles'
    printf '%s\n' "${kiwi_profiles-}"
}

# _kiwi_strip_documents DIRECTORY NAME..
#   Deletes the files below DIRECTORY whose base name no NAME matches.
_kiwi_strip_documents() {
    local directory=${KIWI_FUNCTIONS_ROOT-}$1
    shift
    if [ -d "$directory" ]; then
        find "$directory/" ! -type d | baseStripAndKeep "$@"
    fi
}

# baseStripMans NAME..
#   Deletes the manual pages but those that a NAME matches.
baseStripMans() {
    _kiwi_obsolete baseStripMans 'exclude documentation in the description (rpm-excludedocs)'
    _kiwi_strip_documents /usr/share/man "$@"
}

# baseStripDocs NAME..
#   Deletes the documentation but licences and what a NAME matches.
baseStripDocs() {
    _kiwi_obsolete baseStripDocs 'exclude documentation in the description (rpm-excludedocs)'
    _kiwi_strip_documents /usr/share/doc \
        '[Cc][Oo][Pp][Yy]' '[Ll][Ii][Cc][Ee][Nn][CcSs]' "$@"
}

# baseStripInfos NAME..
#   Deletes the info pages but those that a NAME matches.
baseStripInfos() {
    _kiwi_obsolete baseStripInfos 'exclude documentation in the description (rpm-excludedocs)'
    _kiwi_strip_documents /usr/share/info "$@"
}

# Rpm ARGUMENTS..
#   Runs rpm with ARGUMENTS after a debug message.
Rpm() {
    _kiwi_obsolete Rpm 'call rpm'
    Debug rpm "$@"
    rpm "$@"
}

# rhelStripInitrd, debianStripInitrd, rhelStripKernel, debianStripKernel
#   Other names of baseStripInitrd and baseStripKernel.
rhelStripInitrd() {
    _kiwi_obsolete rhelStripInitrd 'call baseStripInitrd'
    baseStripInitrd "$@"
}
debianStripInitrd() {
    _kiwi_obsolete debianStripInitrd 'call baseStripInitrd'
    baseStripInitrd "$@"
}
rhelStripKernel() {
    _kiwi_obsolete rhelStripKernel 'call baseStripKernel'
    baseStripKernel
}
debianStripKernel() {
    _kiwi_obsolete debianStripKernel 'call baseStripKernel'
    baseStripKernel
}

# rhelSplashToGrub
#   Does nothing: it prepared a picture for GRUB 0.97, which no image has today.
rhelSplashToGrub() {
    _kiwi_obsolete rhelSplashToGrub 'it does nothing, delete the call'
}

# suseSetupProductInformation
#   Installs the products that the repositories of the image offer.
suseSetupProductInformation() {
    local line name
    local -a names=()
    _kiwi_obsolete suseSetupProductInformation 'use <product> in <packages>'
    if ! command -v zypper > /dev/null; then
        _kiwi_note suseSetupProductInformation 'the image has no zypper, nothing done'
        return 0
    fi
    # A row of the table is `status | name | summary | product`.
    while IFS='|' read -r _ name _ line; do
        line=${line//[[:space:]]/}
        if [ "${line##*|}" = product ]; then
            names+=("${name//[[:space:]]/}")
        fi
    done <<< "$(zypper --non-interactive search --type product || true)"
    if [ ${#names[@]} -eq 0 ]; then
        _kiwi_note suseSetupProductInformation 'no repository offers a product, nothing done'
        return 0
    fi
    zypper --non-interactive install --type product "${names[@]}"
}

# _kiwi_cleanup
#   Deletes what must not be the same in all machines made from one image.
_kiwi_cleanup() {
    rm -f "${KIWI_FUNCTIONS_ROOT-}/var/lib/systemd/random-seed"
}

# baseCleanup, suseCleanup
#   Delete the stored random seed of systemd.
baseCleanup() {
    _kiwi_obsolete baseCleanup 'delete /var/lib/systemd/random-seed'
    _kiwi_cleanup
}
suseCleanup() {
    _kiwi_obsolete suseCleanup 'delete /var/lib/systemd/random-seed'
    _kiwi_cleanup
}

# suseRemoveYaST
#   Removes all packages of YaST, unless YaST still has to run at first boot.
suseRemoveYaST() {
    local root=${KIWI_FUNCTIONS_ROOT-} name
    local -a words=() names=()
    _kiwi_obsolete suseRemoveYaST 'use <packages type="uninstall">'
    if [ -e "$root/etc/YaST2/firstboot.xml" ] \
        || [ -e "$root/var/lib/autoinstall/autoconf/autoconf.xml" ]; then
        return 0
    fi
    _kiwi_split "$(rpm -qa --qf '%{NAME}\n')"
    for name in ${words[@]+"${words[@]}"}; do
        if [[ $name == *[yY][aA][sS][tT]* ]]; then
            names+=("$name")
        fi
    done
    if [ ${#names[@]} -gt 0 ]; then
        rpm -e --nodeps "${names[@]}"
    fi
}

# suseRemovePackagesMarkedForDeletion
#   Removes the packages that the description marks for deletion.
suseRemovePackagesMarkedForDeletion() {
    local name
    local -a words=() names=()
    _kiwi_obsolete suseRemovePackagesMarkedForDeletion 'the builder removes them itself'
    _kiwi_split "${kiwi_delete-}"
    for name in ${words[@]+"${words[@]}"}; do
        if rpm -q "$name" > /dev/null 2>&1; then
            names+=("$name")
        fi
    done
    if [ ${#names[@]} -gt 0 ]; then
        rpm -e --nodeps --noscripts "${names[@]}"
    fi
}

# baseCreateCommonKernelFile
#   Does nothing: the builder finds the kernel whatever its name is.
baseCreateCommonKernelFile() {
    _kiwi_obsolete baseCreateCommonKernelFile 'it does nothing, delete the call'
}
