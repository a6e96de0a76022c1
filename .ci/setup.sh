# shellcheck shell=sh disable=SC2034
# Sourced by ./demo and ./test: installs what Debian and Ubuntu lack, looks for Rust.

say() {
    printf '==> %s\n' "$*"
}

stop() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Runs a command as root, for installing packages and nothing else.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        stop "this needs root: $*"
    fi
}

# Prints those of the named packages that are not installed.
missing_packages() {
    for package; do
        state=$(dpkg-query -W -f='${Status}' "$package" 2> /dev/null) || state=
        case $state in
            *" installed") ;;
            *) printf ' %s' "$package" ;;
        esac
    done
}

# Installs those of the named packages that are not installed.
install_packages() {
    command -v apt-get > /dev/null ||
        stop "this script knows Debian and Ubuntu only; on other systems install what \`kiwi-ng doctor\` lists"
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    as_root apt-get -qq update
    # What comes from elsewhere, backports for instance, may have to give way to the distribution's own version; then it
    # is missing afterwards.
    for attempt in 1 2 3; do
        say "installing:$missing"
        # shellcheck disable=SC2086 # one word per package
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq install -y --no-install-recommends $missing > /dev/null
        missing=$(missing_packages "$@")
        [ -n "$missing" ] || return 0
    done
    stop "after $attempt attempts these packages are still missing:$missing"
}

require_rust() {
    if ! command -v cargo > /dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH=$HOME/.cargo/bin:$PATH
        export PATH
    fi
    if ! command -v cargo > /dev/null; then
        stop "there is no Rust here. Get it from https://rustup.rs, or install the packages \`cargo\` and \`rustc\` \
where the distribution has version 1.88 or newer. Then run this again."
    fi
}

# What kiwi-ng itself calls on the host.
BUILD_PACKAGES="e2fsprogs erofs-utils fdisk gpgv qemu-utils squashfs-tools uidmap xfsprogs xz-utils"
# What boots images.
BOOT_PACKAGES="ovmf qemu-system-x86"
# What compiles.
COMPILER_PACKAGES="gcc libc6-dev"
