#!/bin/sh
# Takes the root=overlay: word of the command line and waits for what it names.

. /lib/kiwi-rs-overlay-lib.sh

overlay_parse() {
    overlay_found=$(overlay_lower)
    case $? in
        0) ;;
        1) return 0 ;;
        *) die "root=overlay: takes UUID=, PARTUUID=, LABEL=, PARTLABEL=, MAPPER= or UNIXNODE=, not '$(getarg root=)'" ;;
    esac
    overlay_write=$(overlay_upper) ||
        die "rd.root.overlay.write= takes a device below /dev, not '$(getarg rd.root.overlay.write=)'"
    wait_for_dev "$overlay_found"
    [ -z "$overlay_write" ] || wait_for_dev "$overlay_write"
    # What dracut reads when the hooks are through.
    # shellcheck disable=SC2034
    root="block:$overlay_found" rootok=1
}

overlay_parse
