# shellcheck shell=bash
# Kernel modules: keeping what the drivers of the description need.
#
# The reduced module tree is built from hard links beside /lib/modules, and takes
# its place only when it is complete.

# _kiwi_kernel_tree
#   Prints the directory in which the reduced module tree is built.
_kiwi_kernel_tree() {
    printf '%s\n' "${KIWI_FUNCTIONS_ROOT-}/lib/.kiwi-modules"
}

# _kiwi_modules DIRECTORY..
#   Prints the paths of all kernel modules below directories, compressed or not.
_kiwi_modules() {
    find "$@" \( -name '*.ko' -o -name '*.ko.gz' -o -name '*.ko.xz' -o -name '*.ko.zst' \) \
        ! -type d | sort
}

# _kiwi_kernel_versions
#   Puts the kernel versions that have modules into `words` of the caller.
_kiwi_kernel_versions() {
    _kiwi_split "$(find "${KIWI_FUNCTIONS_ROOT-}/lib/modules/" -mindepth 1 -maxdepth 1 -type d \
        2> /dev/null | sed 's|.*/||' | sort)"
}

# _kiwi_module_name PATH
#   Puts the name of a module, as the kernel spells it, into `name` of the caller.
_kiwi_module_name() {
    name=${1##*/}
    name=${name%%.ko*}
    name=${name//-/_}
}

# baseKernelDriverMatches MODULE
#   True if the path of a module matches one of the file patterns in
#   kiwi_drivers. Patterns and paths are relative to /lib/modules/VERSION or to
#   its directory `kernel`; a pattern that names a directory means all below it.
baseKernelDriverMatches() {
    local module=${1-} pattern
    local -a words=()
    if [[ $module == */modules/*/* ]]; then
        module=${module##*/modules/}
        module=${module#*/}
    elif [[ $module == */.kiwi-modules/*/* ]]; then
        module=${module##*/.kiwi-modules/}
        module=${module#*/}
    fi
    module=${module#kernel/}
    case $module in
        *.ko.gz|*.ko.xz|*.ko.zst) module=${module%.*} ;;
        *) ;;
    esac
    _kiwi_split "${kiwi_drivers-}"
    for pattern in ${words[@]+"${words[@]}"}; do
        pattern=${pattern#/}
        pattern=${pattern#kernel/}
        # shellcheck disable=SC2053 # the right side is a pattern on purpose
        if [[ $module == $pattern || $module == ${pattern%/}/* ]]; then
            return 0
        fi
    done
    return 1
}

# baseCreateKernelTree
#   Begins the reduced module tree: everything of /lib/modules but the modules.
baseCreateKernelTree() {
    local modules=${KIWI_FUNCTIONS_ROOT-}/lib/modules tree
    tree=$(_kiwi_kernel_tree)
    if [ ! -d "$modules" ]; then
        _kiwi_note baseCreateKernelTree 'the image has no kernel modules'
        return 0
    fi
    rm -rf "$tree"
    cp -a -l "$modules" "$tree"
    _kiwi_modules "$tree" | tr '\n' '\0' | xargs -0 -r rm -f --
}

# _kiwi_keep_module PATH
#   Takes a module of /lib/modules over into the reduced tree.
_kiwi_keep_module() {
    local tree target
    tree=$(_kiwi_kernel_tree)
    target=$tree/${1#"${KIWI_FUNCTIONS_ROOT-}/lib/modules/"}
    if [ ! -e "$target" ] && [ ! -L "$target" ]; then
        mkdir -p "${target%/*}"
        cp -a -l "$1" "$target"
    fi
}

# baseStripKernelModules
#   Takes the modules that match kiwi_drivers over into the reduced tree; all of
#   them if kiwi_drivers is empty.
baseStripKernelModules() {
    local file
    if [ ! -d "$(_kiwi_kernel_tree)" ]; then
        return 0
    fi
    while IFS= read -r file; do
        if [ -n "$file" ] && { [ -z "${kiwi_drivers-}" ] || baseKernelDriverMatches "$file"; }; then
            _kiwi_keep_module "$file"
        fi
    done <<< "$(_kiwi_modules "${KIWI_FUNCTIONS_ROOT-}/lib/modules/")"
}

# baseFixupKernelModuleDependencies
#   Adds to the reduced tree what its modules need: modinfo's `depends` and
#   `softdep`, until nothing is missing.
baseFixupKernelModuleDependencies() {
    local version
    local -a words=()
    if [ ! -d "$(_kiwi_kernel_tree)" ]; then
        return 0
    fi
    _kiwi_kernel_versions
    for version in ${words[@]+"${words[@]}"}; do
        _kiwi_keep_needed_modules "$version"
    done
}

# _kiwi_keep_needed_modules VERSION
#   Does the work of baseFixupKernelModuleDependencies for one kernel version.
_kiwi_keep_needed_modules() {
    local tree file name field lists added=yes
    local -a words=()
    local -A where=() wanted=()
    tree=$(_kiwi_kernel_tree)/$1
    while IFS= read -r file; do
        _kiwi_module_name "$file"
        if [ -n "$name" ]; then
            # Several copies of one module may exist; all of them are kept.
            where[$name]+=$file$'\n'
        fi
    done <<< "$(_kiwi_modules "${KIWI_FUNCTIONS_ROOT-}/lib/modules/$1/")"
    while [ -n "$added" ]; do
        added=''
        lists=''
        for field in depends softdep; do
            lists+=" $(_kiwi_modules "$tree/" | tr '\n' '\0' | xargs -0 -r modinfo -F "$field")"
        done
        _kiwi_split "$lists"
        for name in ${words[@]+"${words[@]}"}; do
            name=${name//-/_}
            if [ -n "${wanted[$name]-}" ] || [ -z "${where[$name]-}" ]; then
                continue
            fi
            wanted[$name]=yes
            added=yes
            while IFS= read -r file; do
                if [ -n "$file" ]; then
                    _kiwi_keep_module "$file"
                fi
            done <<< "${where[$name]}"
        done
    done
}

# baseSyncKernelTree
#   Puts the reduced tree into the place of /lib/modules.
baseSyncKernelTree() {
    local modules=${KIWI_FUNCTIONS_ROOT-}/lib/modules tree
    tree=$(_kiwi_kernel_tree)
    if [ ! -d "$tree" ]; then
        return 0
    fi
    find "$tree" -depth -mindepth 2 -type d -exec rmdir {} + 2> /dev/null || true
    rm -rf "$modules"
    mv "$tree" "$modules"
}

# baseUpdateModuleDependencies
#   Runs depmod for each kernel version of the image.
baseUpdateModuleDependencies() {
    local root=${KIWI_FUNCTIONS_ROOT-} version
    local -a words=()
    _kiwi_kernel_versions
    for version in ${words[@]+"${words[@]}"}; do
        depmod ${root:+-b "$root"} "$version"
    done
}

# baseStripModules
#   Deletes the copies of modules that have a newer one in the directory
#   `updates` of their kernel.
baseStripModules() {
    local version file name
    local -a words=()
    local -A updated=()
    _kiwi_kernel_versions
    for version in ${words[@]+"${words[@]}"}; do
        version=${KIWI_FUNCTIONS_ROOT-}/lib/modules/$version/
        if [ ! -d "${version}updates" ]; then
            continue
        fi
        updated=()
        while IFS= read -r file; do
            _kiwi_module_name "$file"
            if [ -n "$name" ]; then
                updated[$name]=yes
            fi
        done <<< "$(_kiwi_modules "${version}updates/")"
        while IFS= read -r file; do
            _kiwi_module_name "$file"
            if [ -n "$name" ] && [ -n "${updated[$name]-}" ] \
                && [[ $file != "${version}updates/"* ]]; then
                Rm -f -- "$file"
            fi
        done <<< "$(_kiwi_modules "$version")"
    done
}

# _kiwi_strip_deletes
#   Deletes the files and directories that kiwi_strip_delete lists.
_kiwi_strip_deletes() {
    local pattern file
    local -a words=() files=()
    _kiwi_split "${kiwi_strip_delete-}"
    for pattern in ${words[@]+"${words[@]}"}; do
        case /$pattern/ in
            */../*|*/./*) _kiwi_note baseStripKernel "\`$pattern\` is not deleted"; continue ;;
            *) ;;
        esac
        if [[ $pattern != *[!/]* ]]; then
            continue
        fi
        _kiwi_expand "/${pattern#/}"
        for file in ${files[@]+"${files[@]}"}; do
            Rm -rf -- "$file"
        done
    done
}

# baseStripKernel
#   Reduces the tree of an initrd of its own: deletes kiwi_strip_delete, keeps
#   the modules that match kiwi_drivers and what they need, drops old copies of
#   modules and unneeded firmware, runs depmod. Does nothing if dracut makes the
#   initrd.
baseStripKernel() {
    if ! _kiwi_has_own_initrd baseStripKernel; then
        return 0
    fi
    _kiwi_strip_deletes
    baseCreateKernelTree
    baseStripKernelModules
    baseFixupKernelModuleDependencies
    baseSyncKernelTree
    baseStripModules
    baseStripFirmware
    baseUpdateModuleDependencies
}

# suseStripKernel
#   Other name of baseStripKernel.
suseStripKernel() { baseStripKernel; }
