# shellcheck shell=bash
# Services: which units are there, switching them on and off, default target.

# baseSystemdServiceInstalled NAME
#   Prints the path of the unit file of a service or mount, nothing if there is
#   none. NAME may carry its suffix and may be an instance (getty@ttyS0). The
#   status is always 0, so that $(..) is safe under set -e.
baseSystemdServiceInstalled() {
    local name=${1-} root=${KIWI_FUNCTIONS_ROOT-} directory unit template
    local -a units
    if [ -z "$name" ]; then
        return 0
    fi
    case $name in
        *.service|*.mount|*.socket|*.timer|*.path|*.target|*.automount|*.swap)
            units=("$name") ;;
        *)
            units=("$name.service" "$name.mount") ;;
    esac
    for directory in {/usr/lib,/etc,/run,/lib}/systemd/system; do
        for unit in "${units[@]}"; do
            # A link counts even if its target cannot be seen from here.
            if [ -e "$root$directory/$unit" ] || [ -L "$root$directory/$unit" ]; then
                printf '%s\n' "$directory/$unit"
                return 0
            fi
            template=${unit%%@*}@.${unit##*.}
            if [[ $unit == *@?*.* ]] && [ -e "$root$directory/$template" ]; then
                printf '%s\n' "$directory/$template"
                return 0
            fi
        done
    done
}

# baseSysVServiceInstalled NAME
#   Prints NAME if /etc/init.d has an executable script of that name.
baseSysVServiceInstalled() {
    local name=${1-} script=${KIWI_FUNCTIONS_ROOT-}/etc/init.d/${1-}
    if [ -n "$name" ] && [ -f "$script" ] && [ -x "$script" ]; then
        printf '%s\n' "$name"
    fi
    return 0
}

# _kiwi_unit_name NAME UNIT_FILE
#   Prints the name to hand to systemctl. That is NAME, but for a name which is
#   only a link to a unit of another name: systemctl refuses to enable such an
#   alias, so the name of the real unit is printed.
_kiwi_unit_name() {
    local name=$1 file=$2 root=${KIWI_FUNCTIONS_ROOT-} target hops
    for hops in 1 2 3 4 5; do
        if [ ! -L "$root$file" ]; then
            break
        fi
        target=$(readlink "$root$file") || break
        case $target in
            /dev/null) break ;;
            /*) file=$target ;;
            *) file=${file%/*}/$target ;;
        esac
        Debug "$name: alias step $hops to $file"
    done
    if [ "${file##*/}" = "${2##*/}" ] || [ ! -e "$root$file" ]; then
        printf '%s\n' "$name"
    else
        printf '%s\n' "${file##*/}"
    fi
}

# baseSystemdCall NAME ARGUMENTS..
#   Runs `systemctl ARGUMENTS NAME` if there is such a unit or init script, and
#   does nothing otherwise. The status is that of systemctl.
baseSystemdCall() {
    local name=${1-} file
    if [ $# -lt 2 ] || [ -z "$name" ]; then
        _kiwi_note baseSystemdCall 'needs a service and arguments for systemctl'
        return 0
    fi
    shift
    file=$(baseSystemdServiceInstalled "$name")
    if [ -n "$file" ]; then
        name=$(_kiwi_unit_name "$name" "$file")
    elif [ -z "$(baseSysVServiceInstalled "$name")" ]; then
        Debug "no service $name"
        return 0
    fi
    systemctl "$@" "$name"
}

# baseInsertService NAME
#   Enables a service; does nothing if the image has no such service.
baseInsertService() {
    if [ -z "${1-}" ]; then
        _kiwi_note baseInsertService 'needs the name of a service'
        return 0
    fi
    baseSystemdCall "$1" enable
}

# baseRemoveService NAME
#   Disables a service; does nothing if the image has no such service.
baseRemoveService() {
    if [ -z "${1-}" ]; then
        _kiwi_note baseRemoveService 'needs the name of a service'
        return 0
    fi
    baseSystemdCall "$1" disable
}

# baseService NAME on|off
#   Enables or disables a service.
baseService() {
    if [ -z "${1-}" ] || [ -z "${2-}" ]; then
        _kiwi_note baseService 'needs the name of a service, and on or off'
        return 0
    fi
    case $2 in
        on) baseInsertService "$1" ;;
        off) baseRemoveService "$1" ;;
        *) _kiwi_note baseService "$1: \`$2\` is neither on nor off, nothing done" ;;
    esac
}

# suseInsertService, suseRemoveService, suseService
#   Other names of the functions above.
suseInsertService() { baseInsertService "$@"; }
suseRemoveService() { baseRemoveService "$@"; }
suseService() { baseService "$@"; }

# baseSetRunlevel 1|2|3|5|TARGET
#   Sets the default target: multi-user for 1 to 3, graphical for 5, or a target
#   of the image given by its name, with or without `.target`.
baseSetRunlevel() {
    local root=${KIWI_FUNCTIONS_ROOT-} target directory found=''
    case ${1-} in
        '')
            _kiwi_note baseSetRunlevel 'needs a runlevel or the name of a target'
            return 0 ;;
        1|2|3) target=multi-user.target ;;
        5) target=graphical.target ;;
        *.target) target=$1 ;;
        *) target=$1.target ;;
    esac
    for directory in {/usr/lib,/etc,/lib}/systemd/system; do
        if [ -z "$found" ] && [ -e "$root$directory/$target" ]; then
            found=$directory/$target
        fi
    done
    if [ -z "$found" ]; then
        case $1 in
            1|2|3|5) found=/usr/lib/systemd/system/$target ;;
            *)
                _kiwi_note baseSetRunlevel "the image has no \`$target\`, nothing done"
                return 0 ;;
        esac
    fi
    mkdir -p "$root/etc/systemd/system"
    ln -sfn "$found" "$root/etc/systemd/system/default.target"
}
