# shellcheck shell=bash
# Firmware: keeping what the kernel modules of the image ask for.

# baseStripFirmware
#   Deletes the firmware that no installed module names. Licence texts (LICENSE*,
#   LICENCE*, *txt) stay, and so does what kept links point to. Without modules
#   or without modinfo nothing is done.
baseStripFirmware() {
    local root=${KIWI_FUNCTIONS_ROOT-} firmware file name references
    local -a patterns=() words=() versions=()
    local -A wanted=() kept=()
    if [ ! -d "$root/lib/firmware" ] || [ ! -d "$root/lib/modules" ]; then
        return 0
    fi
    if ! command -v modinfo > /dev/null; then
        _kiwi_note baseStripFirmware 'the image has no modinfo, nothing deleted'
        return 0
    fi
    if [ -z "$(_kiwi_modules "$root/lib/modules/")" ]; then
        _kiwi_note baseStripFirmware 'the image has no kernel modules, nothing deleted'
        return 0
    fi
    firmware=$(readlink -f "$root/lib/firmware")
    _kiwi_kernel_versions
    versions=(${words[@]+"${words[@]}"})
    references=$(_kiwi_modules "$root/lib/modules/" | tr '\n' '\0' \
        | xargs -0 -r modinfo -F firmware | sort -u)
    while IFS= read -r name; do
        case $name in
            '') ;;
            *[][*?]*) patterns+=("$name") ;;
            *)
                wanted[$name]=yes
                # The name may lead through linked directories.
                for file in "$firmware/$name"{,.xz,.zst,.gz}; do
                    if [ -e "$file" ] && file=$(readlink -f "$file"); then
                        kept[$file]=yes
                    fi
                done ;;
        esac
    done <<< "$references"
    _kiwi_strip_unwanted_firmware
    find "$firmware" -depth -mindepth 1 -type d -exec rmdir {} + 2> /dev/null || true
    find "$firmware" -mindepth 1 -type l ! -exec test -e {} \; -exec rm -f {} +
}

# Part of baseStripFirmware: deletes what is neither in `wanted` or `kept`, nor
# matches `patterns`. Links to directories stay for now.
_kiwi_strip_unwanted_firmware() {
    local file target
    local -a files=()
    while IFS= read -r file; do
        if [ -n "$file" ]; then
            files+=("$file")
        fi
    done <<< "$(find "$firmware" ! -type d | sort)"
    for file in ${files[@]+"${files[@]}"}; do
        if _kiwi_firmware_wanted "${file#"$firmware/"}"; then
            kept[$file]=yes
            if target=$(readlink -f "$file"); then
                kept[$target]=yes
            fi
        fi
    done
    for file in ${files[@]+"${files[@]}"}; do
        if [ -z "${kept[$file]-}" ] && { [ ! -L "$file" ] || [ ! -d "$file" ]; }; then
            Debug "rm $file"
            printf '%s\0' "$file"
        fi
    done | xargs -0 -r rm -f --
}

# Part of baseStripFirmware: true if a file, given by its path below the firmware
# directory, is a licence or is named by a module.
_kiwi_firmware_wanted() {
    local path=$1 version pattern
    case ${path##*/} in
        LICENSE*|LICENCE*|*txt) return 0 ;;
        *) ;;
    esac
    path=${path#updates/}
    for version in ${versions[@]+"${versions[@]}"}; do
        path=${path#"$version/"}
    done
    case $path in
        *.xz|*.zst|*.gz)
            if [ -n "${wanted[${path%.*}]-}" ]; then
                return 0
            fi ;;
        *) ;;
    esac
    if [ -n "${wanted[$path]-}" ]; then
        return 0
    fi
    for pattern in ${patterns[@]+"${patterns[@]}"}; do
        # shellcheck disable=SC2053 # the right side is a pattern on purpose
        if [[ $path == $pattern || ${path%.*} == $pattern ]]; then
            return 0
        fi
    done
    return 1
}
